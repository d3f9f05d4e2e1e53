#include <string>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "base/command_line.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string unit, at;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const Address unit, AddressOption("unit", o.unit));
  absl::Time at = context.clock().Now();
  if (!o.at.empty()) {
    AMANA_ASSIGN_OR_RETURN(at, TimeOption("--at", o.at));
  }
  AMANA_ASSIGN_OR_RETURN(sdk::DirectoryKeeper * keeper, context.keeper());
  AMANA_ASSIGN_OR_RETURN(const sdk::Duty duty, keeper->OnDuty(unit, at));
  Report report;
  report.json = {{"unit", o.unit}, {"given", duty.given}, {"on_duty", Json::array()}};
  Table table({"PERSON", "PHONE", "FROM", "UNTIL"});
  for (const v1::Shift& shift : duty.shifts) {
    report.json["on_duty"].push_back({{"person", shift.person()},
                                      {"phone", shift.phone()},
                                      {"from", Rfc3339Millis(shift.from_unix_ms())},
                                      {"until", Rfc3339Millis(shift.until_unix_ms())}});
    table.Add({Shown(shift.person()), shift.phone().empty() ? "-" : Shown(shift.phone()),
               Rfc3339Millis(shift.from_unix_ms()), Rfc3339Millis(shift.until_unix_ms())});
  }
  report.text = duty.shifts.empty()
                    ? (duty.given ? "nobody is on duty then\n" : "the unit has given no roster\n")
                    : table.Text();
  return report;
}

}  // namespace

void RegisterDirectoryDuty(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "duty", "Who is on duty in a unit, by the roster that it signed",
      "  amana directory duty shelter-a/intake\n"
      "  amana directory duty shelter-a/intake --at 2031-02-02T22:00:00Z\n",
      [](CLI::App& command, Options& o) {
        command.add_option("unit", o.unit, "AGENCY/UNIT")->required();
        command.add_option("--at", o.at, "Another time than now (RFC 3339)");
      },
      Run);
}

}  // namespace amana::cli
