#include "proto/crypto/ssl_ptr.h"

#include <openssl/pem.h>

#include <cstdlib>

namespace amana::crypto {

// Without its algorithms the process can promise nothing, so it does not start.
const EVP_MD* Sha256Md() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (md == nullptr) std::abort();
  return md;
}

const EVP_CIPHER* Aes256Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (cipher == nullptr) std::abort();
  return cipher;
}

BioPtr ReadOnlyBio(std::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string BioContents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

Secret BioSecret(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  if (size <= 0) return Secret();
  Secret secret{std::string_view(data, static_cast<size_t>(size))};
  WipeMemory(data, static_cast<size_t>(size));
  return secret;
}

PkeyPtr PrivateKeyFromPem(const Secret& pem) {
  const ErrorQueueGuard guard;
  const BioPtr bio = ReadOnlyBio(pem.Reveal(RevealSecret()));
  if (bio == nullptr) return nullptr;
  // An encrypted key must fail, not ask for a passphrase on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  return PkeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
}

Secret PrivateKeyToPem(EVP_PKEY* key) {
  const ErrorQueueGuard guard;
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Secret();
  }
  return BioSecret(bio.get());
}

}  // namespace amana::crypto
