#include "broker/main/pseudonym_key.h"

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/random.h"

namespace amana::broker {
namespace {

constexpr size_t kBytes = 32;

}  // namespace

absl::StatusOr<crypto::Secret> MakePseudonymKey(const std::string& path) {
  crypto::Secret key = crypto::RandomSecret(kBytes);
  AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(path, key));
  return key;
}

absl::StatusOr<crypto::Secret> ReadPseudonymKey(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(crypto::Secret key, crypto::ReadKeyFile(path));
  if (key.size() != kBytes) return crypto::KeyInvalid("its file must hold 32 bytes");
  return key;
}

absl::StatusOr<crypto::Secret> ReadOrMakePseudonymKey(const std::string& path) {
  absl::StatusOr<crypto::Secret> key = ReadPseudonymKey(path);
  return absl::IsNotFound(key.status()) ? MakePseudonymKey(path) : key;
}

}  // namespace amana::broker
