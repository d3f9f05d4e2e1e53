#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/entry_text.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string file;
  bool look = false, hold = false;
};

absl::StatusOr<v1::SignedEnvelope> ReadProposal(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, RealFileSystem().Read(path));
  v1::SignedEnvelope proposal;
  if (!proposal.ParseFromString(bytes)) {
    return UsageError("file", path + " is no proposal of `amana directory propose`");
  }
  return proposal;
}

// What it changes; against what this machine believes now, or all of it where that is nothing.
absl::StatusOr<std::string> ChangesOf(sdk::DirectoryKeeper& keeper,
                                      const envelope::EntryStatement& proposed) {
  const absl::StatusOr<sdk::HeldEntry> now = keeper.book().Fetch(proposed.agency());
  if (ErrorReason(now.status()) == "NOT_FOUND") return EntryText(proposed);
  if (!now.ok()) return now.status();
  const std::string changes = ChangesText(now->entry, proposed);
  return proposed.agency().value() + ", version " + std::to_string(proposed.version()) + " after " +
         std::to_string(now->entry.version()) + "\n" +
         (changes.empty() ? "  nothing is changed\n" : changes);
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const v1::SignedEnvelope proposal, ReadProposal(o.file));
  AMANA_ASSIGN_OR_RETURN(const auto statement, envelope::EntryStatement::Create(proposal));
  AMANA_ASSIGN_OR_RETURN(sdk::DirectoryKeeper * keeper, context.keeper());
  AMANA_ASSIGN_OR_RETURN(const std::string changes, ChangesOf(*keeper, statement));
  Report report;
  report.text = changes;
  report.json = EntryJson(statement);
  report.json["changes"] = changes;
  if (o.look) return report;
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, keeper->QueueEntry(proposal));
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterDirectorySet(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "set",
      "Approve what an agency proposes, and hand it in; a coordinator's key",
      "  amana directory set entry.amana --look\n"
      "  amana directory set entry.amana\n"
      "Shows what it changes. The broker takes it from a coordinator of an agency that its\n"
      "registry lets coordinate, who is not the person that signed it.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("file", o.file, "A proposal of `amana directory propose`")->required();
        command.add_flag("--look", o.look, "Show what it changes, and approve nothing");
        command.add_flag("--hold", o.hold, "Sign it, and leave it in the outbox");
      },
      Run);
}

}  // namespace amana::cli
