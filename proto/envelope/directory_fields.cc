#include "proto/envelope/directory_fields.h"

#include "base/status.h"

namespace amana::envelope {

absl::StatusOr<Address> UnitOf(const v1::Address& wire, std::string_view field) {
  Address out;
  AMANA_ASSIGN_OR_RETURN(out.agency,
                         AgencyId::Create(wire.agency(), std::string(field) + ".agency"));
  AMANA_ASSIGN_OR_RETURN(out.unit, UnitId::Create(wire.unit(), std::string(field) + ".unit"));
  return out;
}

absl::Status CheckPhone(std::string_view phone, std::string_view field) {
  const bool good =
      phone.empty() || (phone[0] == '+' && phone.size() >= 9 && phone.size() <= 16 &&
                        phone.find_first_not_of("0123456789", 1) == std::string_view::npos);
  return RequireInDirectory(good, field, "must be '+' and 8 to 15 digits, or empty");
}

}  // namespace amana::envelope
