// The error catalogue of the store. `what` names a kind of record, never a content. Others come
// from base/errors.h: DISK_FULL, IO_ERROR, STORE_CORRUPT, ALREADY_RUNNING, SCHEMA_TOO_NEW.
#ifndef AMANA_BROKER_STORE_ERRORS_H_
#define AMANA_BROKER_STORE_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::store {

absl::Status NotFoundError(std::string_view what);            // kNotFound NOT_FOUND
absl::Status ConflictError(std::string_view what);            // kAborted CONFLICT
absl::Status StoreUnavailableError(std::string_view detail);  // kUnavailable STORE_UNAVAILABLE
absl::Status PageTokenInvalidError();                         // kInvalidArgument PAGE_TOKEN_INVALID
absl::Status IndexOutOfRangeError();                          // kOutOfRange OUT_OF_RANGE
// kDataLoss STORE_CORRUPT: a row does not match its own digest.
absl::Status RowCorruptError(std::string_view table);
// kDataLoss LOG_INCONSISTENT: leaves, tree and signed checkpoint do not belong together, or the
// checkpoint is not by this log's key. Nothing may be signed on top of it.
absl::Status LogInconsistentError(std::string_view detail);

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_ERRORS_H_
