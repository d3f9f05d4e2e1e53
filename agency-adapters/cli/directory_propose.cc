#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/entry_file.h"
#include "agency-adapters/cli/entry_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string file, out;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(v1::DirectoryEntry entry, ReadEntryFile(RealFileSystem(), o.file));
  AMANA_ASSIGN_OR_RETURN(sdk::DirectoryKeeper * keeper, context.keeper());
  AMANA_ASSIGN_OR_RETURN(const v1::SignedEnvelope proposal, keeper->Propose(std::move(entry)));
  AMANA_ASSIGN_OR_RETURN(const auto statement, envelope::EntryStatement::Create(proposal));
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().WriteAtomically(o.out, proposal.SerializeAsString(), kPublicFile));
  Report report;
  report.text = EntryText(statement) + "signed; " + o.out +
                " goes to a coordinator, who hands it in with `amana directory set`\n";
  report.json = EntryJson(statement);
  report.json["file"] = o.out;
  return report;
}

}  // namespace

void RegisterDirectoryPropose(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "propose",
      "Sign what this agency offers, for a coordinator to approve; a person's key",
      "  amana directory propose entry.toml --out entry.amana\n"
      "entry.toml:\n"
      "  kind = \"SHELTER\"\n"
      "  country = \"KE\"\n"
      "  [[unit]]\n"
      "  id = \"intake\"\n"
      "  services = [\"ACCOMMODATION\"]\n"
      "  county = 47\n"
      "  ages = [\"ADULT\", \"MINOR\"]\n"
      "  sexes = [\"FEMALE\"]\n"
      "  languages = [\"eng\", \"swa\"]\n"
      "  sealing_certificates = [\"keys/sealing.pem\"]\n"
      "It replaces what the directory says of this agency, whole. docs/directory.md explains it.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("file", o.file, "What this agency offers (TOML)")->required();
        command.add_option("--out", o.out, "Where the signed proposal goes")->required();
      },
      Run);
}

}  // namespace amana::cli
