#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/entry_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/command_line.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string agency;
  uint32_t version = 0;
};

// An older version is shown as it was, and proves nothing of what holds now.
absl::StatusOr<envelope::EntryStatement> Find(Context& context, const AgencyId& agency,
                                              uint32_t version) {
  AMANA_ASSIGN_OR_RETURN(sdk::DirectoryKeeper * keeper, context.keeper());
  if (version == 0) {
    AMANA_ASSIGN_OR_RETURN(const sdk::HeldEntry held, keeper->book().Fetch(agency));
    return held.entry;
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const v1::DirectoryVersion got, keeper->book().Get(agency, version));
  AMANA_ASSIGN_OR_RETURN(const sdk::CheckedEntry checked, sdk::CheckEntry(got, *identity));
  return checked.entry;
}

// What its units have said since: the broker's word.
absl::Status AddStatus(Context& context, const AgencyId& agency, Report& report) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetDirectoryEntryRequest request;
  request.set_agency(agency.value());
  AMANA_ASSIGN_OR_RETURN(const v1::GetDirectoryEntryResponse response,
                         client->Call(sdk::kGetDirectoryEntry, request));
  Json all = Json::array();
  for (const v1::UnitStatus& unit : response.units()) {
    Json rooms = Json::array();
    for (const v1::ServiceCapacity& room : unit.capacity()) {
      rooms.push_back({{"service", std::string(codes::CodeName(room.service()))},
                       {"free", room.free()},
                       {"total", room.total()}});
      report.text += "room of " + Shown(unit.unit()) + ": " + std::to_string(room.free()) + " of " +
                     std::to_string(room.total()) + " for " +
                     std::string(codes::CodeName(room.service())) + ", counted " +
                     Rfc3339Millis(unit.capacity_unix_ms()) + "\n";
    }
    all.push_back(
        {{"unit", unit.unit()},
         {"capacity", std::move(rooms)},
         {"counted", Rfc3339Millis(unit.capacity_unix_ms())},
         {"on_duty", std::vector<std::string>(unit.on_duty().begin(), unit.on_duty().end())}});
  }
  report.json["status"] = std::move(all);
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  const absl::StatusOr<AgencyId> agency = AgencyId::Create(o.agency, "agency");
  if (!agency.ok()) return UsageError("agency", "expected an agency's id");
  AMANA_ASSIGN_OR_RETURN(const envelope::EntryStatement entry, Find(context, *agency, o.version));
  Report report;
  report.text = EntryText(entry);
  report.json = EntryJson(entry);
  if (o.version == 0) AMANA_RETURN_IF_ERROR(AddStatus(context, *agency, report));
  return report;
}

}  // namespace

void RegisterDirectoryShow(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "show", "What an agency offers, proven from the log",
      "  amana directory show shelter-a\n"
      "  amana directory show shelter-a --version-number 3 --json\n"
      "Signatures, approval and place in the log are verified here. How much room a unit has\n"
      "is the broker's word for what the unit said.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("agency", o.agency, "An agency's id")->required();
        command.add_option("--version-number", o.version, "An older version; 0: the newest")
            ->capture_default_str();
      },
      Run);
}

}  // namespace amana::cli
