#include <algorithm>
#include <memory>
#include <optional>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/event_words.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/fresh_sealing.h"
#include "agency-adapters/sdk/notices.h"
#include "agency-adapters/sdk/wrap_keeper.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral, timeout = "30s", words;
  size_t limit = 20;
  bool offline = false, follow = false;
};

Json ToJson(const sdk::NoticeItem& item) {
  Json json = cli::ToJson(item.event);
  json["index"] = item.index;
  json["words"] = InWords(item.event);
  json["has_note"] = item.has_words;
  return json;
}

std::string ToLine(const sdk::NoticeItem& item) {
  std::string line = std::to_string(item.index) + "  " + Rfc3339(item.event.time) + "  ";
  if (item.event.referral.has_value()) line += sdk::ToString(*item.event.referral) + "  ";
  return line + InWords(item.event) +
         (item.has_words ? " (with words: --words " + std::to_string(item.index) + ")\n" : "\n");
}

sdk::WrapKeeper::LookUp LookUpIn(sdk::Sender& sender) {
  return [&sender](const Address& address) -> absl::StatusOr<sdk::Candidate> {
    AMANA_ASSIGN_OR_RETURN(crypto::Certificate sealing,
                           sdk::FreshSealing(sender, address, "recipient"));
    return sdk::Candidate{.address = address, .sealing = std::move(sealing)};
  };
}

// Seals for those that the agency's settings allow it to; says for whom.
absl::Status KeepWraps(Context& context, sdk::NoticeBox& box, std::string& text, Json& json) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::WrapKeeper keeper(*identity, *mailbox, box, *sender, LookUpIn(*sender));
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::Wrapped> done, keeper.Answer());
  for (const sdk::Wrapped& each : done) {
    const std::string who = ToString(each.recipient);
    const std::string what = each.status.ok() ? "sealed for " : "not sealed for ";
    text += what + who + ": " + sdk::ToString(each.referral) +
            (each.status.ok() ? "\n" : " (" + ErrorReason(each.status) + ")\n");
    json.push_back({{"referral", sdk::ToString(each.referral)},
                    {"recipient", who},
                    {"sealed", each.status.ok()},
                    {"reason", ErrorReason(each.status)}});
  }
  return absl::OkStatus();
}

Result Follow(Context& context, sdk::NoticeBox& box) {
  uint64_t shown = 0;
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> known, box.List(std::nullopt, 1));
  if (!known.empty()) shown = known.front().index + 1;
  absl::Status trouble;
  AMANA_RETURN_IF_ERROR(box.Follow(
      [&] { return context.world().stop() || !trouble.ok(); },
      [&](const sdk::NoticeReport& news) {
        if (news.taken == 0) return;
        absl::StatusOr<std::vector<sdk::NoticeItem>> items = box.List(std::nullopt, news.taken);
        if (!items.ok()) return void(trouble = items.status());
        std::reverse(items->begin(), items->end());
        for (const sdk::NoticeItem& item : *items) {
          if (item.index < shown) continue;
          context.world().out << (context.json ? Dump(ToJson(item)) : ToLine(item)) << std::flush;
        }
        std::string text;
        Json sealed = Json::array();
        trouble = KeepWraps(context, box, text, sealed);
        context.world().err << text << std::flush;
      }));
  AMANA_RETURN_IF_ERROR(trouble);
  return Report{};
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::NoticeBox box(*identity, *client, *mailbox);
  Report report;
  if (!o.words.empty()) {
    if (o.words.find_first_not_of("0123456789") != std::string::npos || o.words.size() > 18) {
      return UsageError("--words", "expected the number of a notice");
    }
    AMANA_ASSIGN_OR_RETURN(report.text, box.Words(std::stoull(o.words)));
    report.json = {{"index", std::stoull(o.words)}, {"words", report.text}};
    report.text += "\n";
    return report;
  }
  if (o.follow) return Follow(context, box);
  std::optional<ReferralId> referral;
  if (!o.referral.empty()) {
    AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                           ReferralOption("--referral", o.referral, identity->agency()));
    referral = key.referral;
  }
  report.json = {{"notices", Json::array()}, {"sealed", Json::array()}};
  if (!o.offline) {
    AMANA_ASSIGN_OR_RETURN(const absl::Duration timeout, DurationOption("--timeout", o.timeout));
    AMANA_ASSIGN_OR_RETURN(const sdk::NoticeReport taken, box.CatchUp(timeout));
    report.json["taken"] = taken.taken;
    report.json["caught_up"] = taken.caught_up;
    AMANA_RETURN_IF_ERROR(KeepWraps(context, box, report.text, report.json["sealed"]));
  }
  AMANA_ASSIGN_OR_RETURN(std::vector<sdk::NoticeItem> items, box.List(referral, o.limit));
  std::reverse(items.begin(), items.end());
  for (const sdk::NoticeItem& item : items) {
    report.text += ToLine(item);
    report.json["notices"].push_back(ToJson(item));
  }
  return report;
}

}  // namespace

void RegisterNotices(CLI::App& root, Context& context) {
  AddCommand<Options>(
      root, context, "notices",
      "What this agency is told: every event about its referrals and at its units, verified and "
      "kept. "
      "A notice that was kept back is noticed",
      "  amana notices                      (takes what is new, shows the last 20)\n"
      "  amana notices --referral 00112233445566778899aabbccddeeff\n"
      "  amana notices --follow --json | while read -r notice; do notify \"$notice\"; done\n"
      "  amana notices --words 4711          (the words that came with a notice)\n"
      "It seals for recipients that the broker has chosen, where [wraps] in agency.toml allows "
      "it.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--referral", o.referral, "Of one referral only");
        command.add_option("--limit", o.limit, "The last so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 100000));
        command.add_option("--timeout", o.timeout, "At most so long")->capture_default_str();
        command.add_option("--words", o.words, "Show the words that came with this notice");
        command.add_flag("--offline", o.offline, "What is kept here, without asking");
        command.add_flag("--follow", o.follow, "Go on until interrupted");
      },
      Run);
}

}  // namespace amana::cli
