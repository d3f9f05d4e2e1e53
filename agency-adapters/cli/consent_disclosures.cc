#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/person_words.h"
#include "agency-adapters/cli/rule_words.h"
#include "agency-adapters/cli/task_text.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

constexpr uint32_t kPage = 200;

struct Options {
  std::string consent;
};

Json ToJson(const v1::Disclosure& d) {
  Json json = {{"referral", NameOf(d.referral())},
               {"service", std::string(codes::CodeName(d.service()))},
               {"stage", std::string(codes::CodeName(d.stage()))},
               {"recipient", d.recipient().agency() + "/" + d.recipient().unit()},
               {"categories", Json::array()},
               {"consent_rules", Json::array()},
               {"rules_in_words", Json::array()},
               {"sent", Rfc3339Millis(d.leased_unix_ms())},
               {"received", Rfc3339Millis(d.received_unix_ms())},
               {"seen", Rfc3339Millis(d.seen_unix_ms())},
               {"seen_by", d.seen_by()},
               {"state", std::string(codes::CodeName(d.state()))},
               {"kept_on", nullptr}};
  for (const int category : d.categories()) {
    json["categories"].push_back(std::string(codes::CodeName(static_cast<v1::Category>(category))));
  }
  for (const uint32_t rule : d.consent_rules()) {
    json["consent_rules"].push_back(rule);
    json["rules_in_words"].push_back(std::string(WordsOf(rule).holds));
  }
  if (d.kept_on() != v1::LEGAL_BASIS_UNSPECIFIED) {
    json["kept_on"] = std::string(codes::CodeName(d.kept_on()));
  }
  return json;
}

std::string When(const char* what, int64_t unix_ms) {
  return unix_ms == 0 ? ""
                      : absl::StrCat("; ", what, " ", TimeInWords(absl::FromUnixMillis(unix_ms)));
}

std::string ToText(size_t number, const v1::Disclosure& d) {
  std::string text = absl::StrCat(number, ". ", InWords(d.recipient()), ", asked for ",
                                  InWords(d.service()), "\n   got: ", Listed(d.categories()), "\n");
  absl::StrAppend(&text, "   sent ", TimeInWords(absl::FromUnixMillis(d.leased_unix_ms())),
                  When("received", d.received_unix_ms()), When("read", d.seen_unix_ms()),
                  d.seen_by().empty() ? "" : " by " + Shown(d.seen_by()), "\n");
  const std::vector<std::string> why = WhyItWent(d.consent_rules());
  if (!why.empty()) absl::StrAppend(&text, "   why: ", Listed(why), "\n");
  absl::StrAppend(&text, "   now: ", InWords(d.state()));
  if (d.kept_on() != v1::LEGAL_BASIS_UNSPECIFIED) absl::StrAppend(&text, " ", InWords(d.kept_on()));
  return text + "\n";
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const ConsentName name, ConsentOption("consent", o.consent));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::ListDisclosuresRequest request;
  request.set_consent_id(name.id.bytes());
  request.set_page_size(kPage);
  Report report;
  report.json = Json::array();
  do {
    AMANA_ASSIGN_OR_RETURN(const v1::ListDisclosuresResponse page,
                           client->Call(sdk::kListDisclosures, request));
    for (const v1::Disclosure& disclosure : page.disclosures()) {
      report.json.push_back(ToJson(disclosure));
      report.text += ToText(report.json.size(), disclosure);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  report.text = report.json.empty() ? "Nobody has received anything under this consent.\n"
                                    : "WHO HAS RECEIVED WHAT ABOUT YOU\n\n" + report.text;
  return report;
}

}  // namespace

void RegisterConsentDisclosures(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "disclosures",
      "Who received what under a consent, in words for the person; for its recorder",
      "  amana consent disclosures 00112233445566778899aabbccddeeff\n",
      [](CLI::App& command, Options& o) {
        command.add_option("consent", o.consent, "The consent's id")->required();
      },
      Run);
}

}  // namespace amana::cli
