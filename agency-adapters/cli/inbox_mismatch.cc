#include <algorithm>

#include "absl/strings/ascii.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/cli/values.h"
#include "amana/v1/answer.pb.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  std::string kind, category, found;
  bool hold = false;
};

// "embassy-contact" is EMBASSY_CONTACT.
absl::StatusOr<v1::MismatchKind> KindOption(const std::string& text) {
  std::string name = absl::AsciiStrToUpper(text);
  std::ranges::replace(name, '-', '_');
  const auto kind = codes::ParseCode<v1::MismatchKind>(name);
  if (kind.has_value()) return *kind;
  return UsageError("--kind",
                    "expected content, embassy-contact, guardian-conflict, majority-month, "
                    "incapacity or subject-class");
}

absl::StatusOr<v1::Mismatch> FindingOf(const Options& o) {
  v1::Mismatch finding;
  AMANA_ASSIGN_OR_RETURN(const v1::MismatchKind kind, KindOption(o.kind));
  finding.set_kind(kind);
  if (kind != v1::MISMATCH_KIND_CONTENT) {
    if (o.category.empty() && o.found.empty()) return finding;
    return UsageError(o.category.empty() ? "--found" : "--category", "only with --kind content");
  }
  AMANA_ASSIGN_OR_RETURN(const auto category, CodeOption<v1::Category>("--category", o.category));
  AMANA_ASSIGN_OR_RETURN(const auto found, CodeOption<v1::Category>("--found", o.found));
  if (category == found) return UsageError("--found", "expected another category");
  finding.set_category(category);
  finding.set_found(found);
  return finding;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(v1::Mismatch finding, FindingOf(o));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  return Answer(context, o.item, o.hold,
                [&](sdk::Inbox& inbox, const sdk::Identity&) -> absl::StatusOr<int64_t> {
                  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, inbox.Get(o.item));
                  *finding.mutable_delivery() = sdk::ToWire(item.key);
                  *finding.mutable_recipient() = sdk::ToWire(item.recipient);
                  finding.set_header_digest(item.header_digest.bytes());
                  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueMismatch(finding));
                  return queued.entry;
                });
}

}  // namespace

void RegisterInboxMismatch(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "mismatch",
      "Say that an item is not what its sender says it is; needs a person's key",
      "  amana inbox mismatch 7 --kind content --category RISK --found MEDICAL\n"
      "  amana inbox mismatch 7 --kind embassy-contact\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item, as `amana inbox show` lists it")->required();
        command
            .add_option("--kind", o.kind,
                        "content: a section holds something else than its category; or what the "
                        "header says falsely: embassy-contact, guardian-conflict, majority-month, "
                        "incapacity, subject-class")
            ->required();
        command.add_option("--category", o.category, "The section's category, of --kind content");
        command.add_option("--found", o.found, "The category that it holds, of --kind content");
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
