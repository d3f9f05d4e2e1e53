#include "agency-adapters/iom/pg_errors.h"

#include <algorithm>
#include <string>

#include "base/status.h"

namespace amana::iom {
namespace {

using absl::StatusCode;

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::ranges::find(all, text) != all.end();
}

}  // namespace

absl::Status ConnectionInvalidError(std::string_view expected) {
  return MakeError(StatusCode::kInvalidArgument, "CONNECTION_INVALID", "connection", expected);
}

absl::Status DatabaseUnreachableError(std::string_view why) {
  return MakeError(StatusCode::kUnavailable, "DATABASE_UNREACHABLE", "",
                   "the case database cannot be used: " + std::string(why));
}

absl::Status DatabaseRefusedError(std::string_view column) {
  return MakeError(StatusCode::kInvalidArgument, "DATABASE_REFUSED", column,
                   "the case database does not take the value");
}

absl::Status SchemaTooNewError(int found, int known) {
  return MakeError(StatusCode::kFailedPrecondition, "SCHEMA_TOO_NEW", "schema_version",
                   "the case tables have version " + std::to_string(found) +
                       ", this program knows " + std::to_string(known) + ": update it");
}

absl::Status DatabaseError(std::string_view sqlstate, std::string_view column,
                           std::string_view constraint) {
  const std::string_view area = sqlstate.substr(0, 2);
  if (IsOneOf(sqlstate, {"40001", "40P01"})) {
    return MakeError(StatusCode::kAborted, "DATABASE_CONFLICT", "",
                     "another transaction was in the way");
  }
  if (IsOneOf(sqlstate, {"57014", "55P03", "25P03"})) {
    return MakeError(StatusCode::kDeadlineExceeded, "DATABASE_SLOW", "",
                     "the case database did not answer in time");
  }
  if (IsOneOf(area, {"22", "23"}))
    return DatabaseRefusedError(column.empty() ? constraint : column);
  if (IsOneOf(area, {"3D", "3F", "42"})) {
    return MakeError(
        StatusCode::kUnavailable, "DATABASE_MISMATCH", "",
        "the case database lacks a table or a right (SQLSTATE " + std::string(sqlstate) + ")");
  }
  return DatabaseUnreachableError("SQLSTATE " + std::string(sqlstate));
}

}  // namespace amana::iom
