#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_evidence.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/event_words.h"
#include "agency-adapters/cli/rule_words.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string consent, referral;
};

absl::StatusOr<Story> Read(Context& context, const Options& o) {
  if (o.referral.empty()) {
    AMANA_ASSIGN_OR_RETURN(const ConsentName name, ConsentOption("consent", o.consent));
    return StoryOfConsent(context, name.id);
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("--referral", o.referral, identity->agency()));
  return StoryOfReferral(context, key.referral);
}

void Add(uint64_t index, const sdk::EventView& event, Report& report) {
  Json json = {{"index", index}, {"text", InWords(event)}};
  json.update(ToJson(event));
  absl::StrAppend(&report.text, Rfc3339(event.time), "  #", index, "  ", InWords(event), "\n");
  json["rules_in_words"] = Json::array();
  for (const uint8_t rule : event.consent_rules) {
    const std::string holds(WordsOf(rule).holds);
    json["rules_in_words"].push_back(holds);
    absl::StrAppend(&report.text, "    ", holds, " (rule ", rule, ")\n");
  }
  report.json.push_back(std::move(json));
}

Result Run(Context& context, const Options& o) {
  if (o.consent.empty() == o.referral.empty()) {
    return UsageError("consent", "expected a consent, or --referral, and not both");
  }
  AMANA_ASSIGN_OR_RETURN(const Story story, Read(context, o));
  Report report;
  report.json = Json::array();
  for (const auto& [index, event] : story) Add(index, event, report);
  if (story.empty()) report.text = "the log holds nothing of it that this agency may see\n";
  return report;
}

}  // namespace

void RegisterConsentHistory(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "history", "The story of a consent, as the log's evidence tells it",
      "  amana consent history 00112233445566778899aabbccddeeff\n"
      "  amana consent history --referral police-a/00112233445566778899aabbccddeeff/1\n"
      "Each line is an event of the log that this agency may see, with its index: `amana audit\n"
      "prove INDEX` shows that it is there.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("consent", o.consent, "The consent's id");
        command.add_option("--referral", o.referral,
                           "The story of one referral instead, with a consent or without");
      },
      Run);
}

}  // namespace amana::cli
