#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_split.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "agency-adapters/sdk/keys.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string unit;
  std::vector<std::string> shifts;
  bool nobody = false, hold = false;
};

// "2031-02-02T08:00:00Z/2031-02-02T20:00:00Z=worker-1" and ",+254700000001" where they have a line
// of their own.
absl::StatusOr<v1::Shift> ReadShift(const std::string& text) {
  const auto wrong = [] {
    return UsageError("--shift", "expected FROM/UNTIL=PERSON[,PHONE], times in RFC 3339");
  };
  const std::vector<std::string> halves = absl::StrSplit(text, '=');
  if (halves.size() != 2) return wrong();
  const std::vector<std::string> times = absl::StrSplit(halves[0], '/');
  const std::vector<std::string> who = absl::StrSplit(halves[1], ',');
  if (times.size() != 2 || who.size() > 2) return wrong();
  AMANA_ASSIGN_OR_RETURN(const absl::Time from, TimeOption("--shift", times[0]));
  AMANA_ASSIGN_OR_RETURN(const absl::Time until, TimeOption("--shift", times[1]));
  v1::Shift shift;
  shift.set_from_unix_ms(ToUnixMillis(from));
  shift.set_until_unix_ms(ToUnixMillis(until));
  shift.set_person(who[0]);
  if (who.size() == 2) shift.set_phone(who[1]);
  return shift;
}

Result Run(Context& context, const Options& o) {
  if (o.nobody != o.shifts.empty()) {
    return UsageError("--shift", "expected at least one, or --nobody");
  }
  v1::DutyRoster roster;
  if (!o.unit.empty()) {
    AMANA_ASSIGN_OR_RETURN(const Address unit, AddressOption("--unit", o.unit));
    *roster.mutable_unit() = sdk::ToWire(unit);
  }
  for (const std::string& text : o.shifts) {
    AMANA_ASSIGN_OR_RETURN(*roster.add_shifts(), ReadShift(text));
  }
  std::sort(roster.mutable_shifts()->begin(), roster.mutable_shifts()->end(),
            [](const v1::Shift& a, const v1::Shift& b) {
              return std::tuple(a.from_unix_ms(), a.person()) <
                     std::tuple(b.from_unix_ms(), b.person());
            });
  Report report;
  const int shifts = roster.shifts_size();
  report.text = std::to_string(shifts) + (shifts == 1 ? " shift\n" : " shifts\n");
  report.json = {{"shifts", roster.shifts_size()}};
  AMANA_ASSIGN_OR_RETURN(sdk::DirectoryKeeper * keeper, context.keeper());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, keeper->QueueRoster(std::move(roster)));
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterDirectoryRoster(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "roster", "Say who is on duty in this unit; replaces the last one whole",
      "  amana directory roster \\\n"
      "      --shift 2031-02-02T08:00:00Z/2031-02-02T20:00:00Z=worker-1 \\\n"
      "      --shift 2031-02-02T20:00:00Z/2031-02-03T08:00:00Z=worker-2,+254700000002\n"
      "  amana directory roster --nobody\n"
      "Persons by their ids in this agency. Without a number of their own they answer the\n"
      "unit's line.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--shift", o.shifts, "FROM/UNTIL=PERSON[,PHONE]; may be repeated");
        command.add_flag("--nobody", o.nobody, "Nobody is on duty any more");
        command.add_option("--unit", o.unit, "Another unit of this agency, as AGENCY/UNIT");
        command.add_flag("--hold", o.hold, "Sign it, and leave it in the outbox");
      },
      Run);
}

}  // namespace amana::cli
