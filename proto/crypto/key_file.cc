#include "proto/crypto/key_file.h"

#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/errors.h"

namespace amana::crypto {
namespace {

constexpr unsigned kKeyMode = 0400;
constexpr size_t kMaxKeyFile = 64 << 10;

}  // namespace

absl::Status WriteKeyFile(const std::string& path, const Secret& contents) {
  return RealFileSystem().CreateAtomically(path, contents.Reveal(RevealSecret()), kKeyMode);
}

absl::StatusOr<Secret> ReadKeyFile(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(std::string contents, ReadSecretFile(path));
  Secret secret = Secret::TakeFrom(contents);
  if (secret.empty() || secret.size() > kMaxKeyFile) {
    return KeyInvalid("its file must hold 1 to 65536 bytes");
  }
  return secret;
}

}  // namespace amana::crypto
