#include <string>
#include <vector>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string agency;
  bool accept = false;
};

std::string Name(const crypto::SpiffeId& id) {
  return id.agency.value() + "/" + id.person.value_or(PersonId()).value();
}

// Of its own agency: what it does not know is somebody's who has its key.
absl::Status Judge(const Options& o, sdk::DirectoryKeeper& keeper,
                   const std::vector<sdk::LoggedVersion>& versions, bool own, Report& report) {
  size_t unknown = 0;
  for (const sdk::LoggedVersion& one : versions) {
    if (one.known || !own) continue;
    ++unknown;
    if (o.accept) AMANA_RETURN_IF_ERROR(keeper.Accept(one.digest));
  }
  report.json["unknown"] = own && !o.accept ? unknown : 0;
  if (!own || unknown == 0) return absl::OkStatus();
  if (o.accept) {
    report.text += "from now on this machine knows them\n";
    return absl::OkStatus();
  }
  report.text += std::to_string(unknown) +
                 " not signed on this machine: if they are this agency's, say so with --accept; if "
                 "not, its key is somebody else's: revoke it\n";
  report.exit_code = kExitRefused;
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AgencyId agency = identity->agency();
  if (!o.agency.empty()) {
    const absl::StatusOr<AgencyId> named = AgencyId::Create(o.agency, "agency");
    if (!named.ok()) return UsageError("agency", "expected an agency's id");
    agency = *named;
  }
  AMANA_ASSIGN_OR_RETURN(sdk::DirectoryKeeper * keeper, context.keeper());
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::LoggedVersion> versions, keeper->Check(agency));
  Report report;
  report.json = {{"agency", agency.value()}, {"versions", Json::array()}};
  Table table({"VERSION", "LOG INDEX", "RECORDED", "SIGNED BY", "APPROVED BY", "KNOWN HERE"});
  for (const sdk::LoggedVersion& one : versions) {
    report.json["versions"].push_back({{"version", one.version},
                                       {"digest", one.digest.hex()},
                                       {"log_index", one.log_index},
                                       {"recorded", Rfc3339(one.recorded)},
                                       {"signed_by", Name(one.keeper)},
                                       {"approved_by", Name(one.coordinator)},
                                       {"known", one.known}});
    table.Add({std::to_string(one.version), std::to_string(one.log_index), Rfc3339(one.recorded),
               Name(one.keeper), Name(one.coordinator), one.known ? "yes" : "no"});
  }
  report.text = versions.empty() ? agency.value() + " has no entry\n" : table.Text();
  AMANA_RETURN_IF_ERROR(Judge(o, *keeper, versions, agency == identity->agency(), report));
  return report;
}

}  // namespace

void RegisterDirectoryCheck(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "check", "That the log holds no entry of this agency that it does not know",
      "  amana directory check\n"
      "  amana directory check --accept\n"
      "  amana directory check shelter-a --json\n"
      "Every version is proven from the log and must name the one before it. Exit code 1: one of\n"
      "them was not signed on this machine. Run by an auditor it also shows that the broker kept\n"
      "back no event.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("agency", o.agency, "Another agency than this one");
        command.add_flag("--accept", o.accept, "They are this agency's own: know them from now on");
      },
      Run);
}

}  // namespace amana::cli
