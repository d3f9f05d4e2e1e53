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
// kFailedPrecondition LOG_MISSING: the database holds no log, and is not to begin one.
absl::Status LogMissingError();

// kNotFound ERASED: it was there, and what it held was erased for good.
absl::Status ErasedError(std::string_view what);
bool IsErased(const absl::Status& status);
absl::Status LegalHoldError();  // kFailedPrecondition LEGAL_HOLD: a hold stops erasure

// --- the key file, without which no referral that was encrypted under its keys can be read. All
// but the last stop the start, are kFailedPrecondition and say what to do.
absl::Status KeyFileMissingError(std::string_view path);    // KEY_FILE_MISSING
absl::Status KeyFileTruncatedError(std::string_view path);  // KEY_FILE_TRUNCATED
absl::Status KeyFileForeignError(std::string_view path);    // KEY_FILE_FOREIGN: of another store
absl::Status KeyFileDamagedError(std::string_view path);    // KEY_FILE_DAMAGED: no header of one
// kDataLoss KEY_GONE: the row is there, its key is not: the referral was erased after the backup
// was made that this database comes from, or the key file is an older one.
absl::Status KeyGoneError();

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_ERRORS_H_
