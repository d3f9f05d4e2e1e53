// Errors as values: an absl::Status that carries, besides code and message, the machine-readable
// reason and the field that caused it. Each room has one catalogue (errors.h) of named functions
// built on MakeError; rpc/ translates reason and field into google.rpc.ErrorInfo, in one place.
//
// A message never contains personal data or payload bytes: it names fields and codes only.
#ifndef AMANA_BASE_STATUS_H_
#define AMANA_BASE_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace amana {

// `reason` is UPPER_SNAKE_CASE and stable; `field` is the dotted path of the offending field, or
// empty.
absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view field,
                       std::string_view message);

// Empty when the status was not made by MakeError.
std::string ErrorReason(const absl::Status& status);
std::string ErrorField(const absl::Status& status);

}  // namespace amana

#define AMANA_STATUS_CONCAT_INNER(a, b) a##b
#define AMANA_STATUS_CONCAT(a, b) AMANA_STATUS_CONCAT_INNER(a, b)

// Returns early with the status if it is not OK.
#define AMANA_RETURN_IF_ERROR(expr)                                                     \
  do {                                                                                  \
    if (absl::Status amana_status_ = (expr); !amana_status_.ok()) return amana_status_; \
  } while (false)

// AMANA_ASSIGN_OR_RETURN(auto x, F()): declares x from a StatusOr or returns its status.
#define AMANA_ASSIGN_OR_RETURN(lhs, expr) \
  AMANA_ASSIGN_OR_RETURN_IMPL(AMANA_STATUS_CONCAT(amana_statusor_, __LINE__), lhs, expr)
#define AMANA_ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                                \
  if (!tmp.ok()) return std::move(tmp).status();    \
  lhs = *std::move(tmp)

#endif  // AMANA_BASE_STATUS_H_
