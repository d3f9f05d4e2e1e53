// Copies of a store's database: beside a broker that runs, and back into a folder of a store. They
// hold no key: what referrals hold stays encrypted in them, and can be read only with keys.amana or
// one of its short-lived copies (key_copies.h).
#ifndef AMANA_BROKER_STORE_EMBEDDED_BACKUP_H_
#define AMANA_BROKER_STORE_EMBEDDED_BACKUP_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "broker/store/store.h"

namespace amana::store {

struct DatabaseCopy {
  uint64_t bytes = 0;
  Digest digest;  // SHA-256 of the file
};

// Of the store in `directory`, as it is at this moment, into `file`, which must not exist. Nothing
// that the store does meanwhile waits for it. Errors: FILE_NOT_FOUND (no store), FILE_EXISTS,
// STORE_CORRUPT, and those of base/sqlite.h and base/durable_file.h.
absl::StatusOr<DatabaseCopy> CopyDatabaseOut(const std::string& directory, const std::string& file);
// The log's newest checkpoint in such a copy, not verified. STORE_CORRUPT.
absl::StatusOr<LogHead> HeadOfCopy(const std::string& file);
// Puts a copy into `directory`, which must hold no database. STORE_CORRUPT, and no database there,
// unless the copy is what it is expected to be.
absl::Status CopyDatabaseIn(const std::string& file, const DatabaseCopy& expected,
                            const std::string& directory);
// Puts a key file there. The file that it is taken from stays as it is.
absl::Status CopyKeysIn(const std::string& file, const std::string& directory);

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_EMBEDDED_BACKUP_H_
