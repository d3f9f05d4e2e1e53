// What statements of the directory have in common in their checks. For the .cc files of this room.
#ifndef AMANA_PROTO_ENVELOPE_DIRECTORY_FIELDS_H_
#define AMANA_PROTO_ENVELOPE_DIRECTORY_FIELDS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "amana/v1/envelope.pb.h"
#include "base/ids.h"
#include "proto/envelope/errors.h"

namespace amana::envelope {

inline absl::Status RequireInDirectory(bool good, std::string_view field, std::string_view why) {
  return good ? absl::OkStatus() : DirectoryFieldInvalid(field, why);
}

inline std::string IndexedField(std::string_view list, int index, std::string_view rest = "") {
  return std::string(list) + "[" + std::to_string(index) + "]" + std::string(rest);
}

// Strictly ascending, so that one set has one form; and none of it 0.
template <class List>
absl::Status RequireAscending(const List& list, std::string_view field) {
  for (int i = 0; i < list.size(); ++i) {
    if (list[i] <= (i == 0 ? 0 : list[i - 1])) {
      return DirectoryFieldInvalid(field, "must be known values, ascending");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Address> UnitOf(const v1::Address& wire, std::string_view field);
// '+' and 8 to 15 digits, or empty.
absl::Status CheckPhone(std::string_view phone, std::string_view field);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_DIRECTORY_FIELDS_H_
