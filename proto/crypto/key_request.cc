#include "proto/crypto/key_request.h"

#include <filesystem>
#include <utility>

#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/pki.h"

namespace amana::crypto {
namespace {

absl::Status CheckName(std::string_view name) {
  bool valid = !name.empty() && name.size() <= 64 && name[0] != '.';
  for (const char c : name) {
    valid = valid && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.');
  }
  return valid ? absl::OkStatus() : KeyInvalid("its name must be a plain file name");
}

}  // namespace

absl::StatusOr<KeyRequest> NewKeyAndCsr(const std::string& dir, std::string_view name,
                                        const SpiffeId& spiffe, CertUsage usage) {
  if (usage == CertUsage::kCa) return CertificateUsageInvalid("a CA is not asked for this way");
  AMANA_RETURN_IF_ERROR(CheckName(name));
  AMANA_ASSIGN_OR_RETURN(const EcdsaPrivateKey key, EcdsaPrivateKey::Generate());
  KeyRequest request;
  AMANA_ASSIGN_OR_RETURN(request.csr_pem, MakeCsr(key, spiffe));
  AMANA_ASSIGN_OR_RETURN(const Secret pem, key.ToPem());
  FileSystem& files = RealFileSystem();
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(dir));
  const std::string stem = (std::filesystem::path(dir) / std::string(name)).string();
  request.key_path = stem + ".key";
  request.csr_path = stem + ".csr";
  AMANA_RETURN_IF_ERROR(WriteKeyFile(request.key_path, pem));
  // A request left by an earlier key of this name is of no use to anyone now.
  AMANA_RETURN_IF_ERROR(files.WriteAtomically(request.csr_path, request.csr_pem, kPublicFile));
  return request;
}

}  // namespace amana::crypto
