// Private keys on disk: mode 0400, never overwritten, durable when the call has answered.
// Thread-safe. Besides those named, the errors are those of base/durable_file.h.
#ifndef AMANA_PROTO_CRYPTO_KEY_FILE_H_
#define AMANA_PROTO_CRYPTO_KEY_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/secret.h"

namespace amana::crypto {

// Creates `path` with mode 0400, whole or not at all. FILE_EXISTS when there is anything of that
// name already.
absl::Status WriteKeyFile(const std::string& path, const Secret& contents);

// KEY_FILE_PERMISSIONS unless it is a regular file of this user or root with mode 0400 or 0600;
// FILE_NOT_FOUND; KEY_INVALID when it is empty or over 64 KiB.
absl::StatusOr<Secret> ReadKeyFile(const std::string& path);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_KEY_FILE_H_
