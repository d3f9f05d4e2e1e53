#include "proto/envelope/unit_words.h"

#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "proto/envelope/directory_fields.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

absl::Status CheckShift(const v1::DutyRoster& roster, int index) {
  const v1::Shift& shift = roster.shifts(index);
  const std::string field = IndexedField("shifts", index);
  AMANA_RETURN_IF_ERROR(PersonId::Create(shift.person(), field + ".person").status());
  AMANA_RETURN_IF_ERROR(CheckPhone(shift.phone(), field + ".phone"));
  // Subtracted the safe way round: created is between 1970 and 9999, these are anything.
  const int64_t created = roster.meta().created_unix_ms();
  const int64_t roster_length = absl::ToInt64Milliseconds(kMaxRoster);
  const bool within = shift.from_unix_ms() >= created - roster_length &&
                      shift.until_unix_ms() <= created + roster_length &&
                      shift.from_unix_ms() < shift.until_unix_ms();
  AMANA_RETURN_IF_ERROR(RequireInDirectory(
      within &&
          shift.until_unix_ms() - shift.from_unix_ms() <= absl::ToInt64Milliseconds(kMaxShift),
      field, "must end after it begins, within 7 days, and be within 100 days"));
  if (index == 0) return absl::OkStatus();
  const v1::Shift& last = roster.shifts(index - 1);
  return RequireInDirectory(
      last.from_unix_ms() < shift.from_unix_ms() ||
          (last.from_unix_ms() == shift.from_unix_ms() && last.person() < shift.person()),
      "shifts", "must be ascending by beginning, then person");
}

}  // namespace

absl::StatusOr<v1::CapacityReport> ParseCapacityReport(const v1::SignedEnvelope& envelope) {
  AMANA_ASSIGN_OR_RETURN(v1::CapacityReport report,
                         ParseStatement<v1::CapacityReport>(envelope, kCapacityReportType));
  AMANA_RETURN_IF_ERROR(UnitOf(report.unit(), "unit").status());
  AMANA_RETURN_IF_ERROR(
      RequireInDirectory(!report.services().empty(), "services", "must be at least one"));
  int last = 0;
  for (const v1::ServiceCapacity& room : report.services()) {
    AMANA_RETURN_IF_ERROR(
        RequireInDirectory(room.service() > last, "services", "must be known services, ascending"));
    last = room.service();
    AMANA_RETURN_IF_ERROR(
        RequireInDirectory(room.free() <= room.total() && room.total() <= kMaxPlaces, "services",
                           "free must be at most total, and that at most 100,000"));
  }
  return report;
}

absl::StatusOr<v1::DutyRoster> ParseDutyRoster(const v1::SignedEnvelope& envelope) {
  AMANA_ASSIGN_OR_RETURN(v1::DutyRoster roster,
                         ParseStatement<v1::DutyRoster>(envelope, kDutyRosterType));
  AMANA_RETURN_IF_ERROR(UnitOf(roster.unit(), "unit").status());
  AMANA_RETURN_IF_ERROR(
      RequireInDirectory(roster.shifts_size() <= kMaxShifts, "shifts", "must be at most 200"));
  for (int i = 0; i < roster.shifts_size(); ++i) {
    AMANA_RETURN_IF_ERROR(CheckShift(roster, i));
  }
  return roster;
}

}  // namespace amana::envelope
