// Private keys on disk: mode 0400, made exclusively, fsynced with their folder. Thread-safe.
#ifndef AMANA_PROTO_CRYPTO_KEY_FILE_H_
#define AMANA_PROTO_CRYPTO_KEY_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/secret.h"

namespace amana::crypto {

// Creates `path` with mode 0400. FILE_EXISTS when there is anything of that name already (a key is
// never overwritten); FILE_FAILED when the disk fails, and then no half-written file is left.
absl::Status WriteKeyFile(const std::string& path, const Secret& contents);

// KEY_FILE_PERMISSIONS when group or others have any right on it, when it belongs to another user
// (root excepted), or when it is not a regular file; FILE_MISSING; FILE_FAILED; over 64 KiB is
// KEY_INVALID.
absl::StatusOr<Secret> ReadKeyFile(const std::string& path);

// What is public: certificates, requests, lists. Replaces `path` in one step (write beside, fsync,
// rename, fsync the folder), mode 0644.
absl::Status WritePublicFile(const std::string& path, std::string_view contents);
// As above, but FILE_EXISTS instead of replacing.
absl::Status WriteNewPublicFile(const std::string& path, std::string_view contents);
absl::StatusOr<std::string> ReadPublicFile(const std::string& path);  // FILE_MISSING, FILE_FAILED

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_KEY_FILE_H_
