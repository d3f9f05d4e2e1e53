// Every OpenSSL object this room owns, and the algorithms it fetches once. Included by .cc files of
// proto/crypto only.
#ifndef AMANA_PROTO_CRYPTO_SSL_PTR_H_
#define AMANA_PROTO_CRYPTO_SSL_PTR_H_

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "proto/crypto/secret.h"

namespace amana::crypto {

template <auto Free>
struct SslDeleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using SslPtr = std::unique_ptr<T, SslDeleter<Free>>;

using BioPtr = SslPtr<BIO, BIO_free_all>;
using BignumPtr = SslPtr<BIGNUM, BN_clear_free>;
using EcdsaSigPtr = SslPtr<ECDSA_SIG, ECDSA_SIG_free>;
using MdCtxPtr = SslPtr<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherCtxPtr = SslPtr<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using MacCtxPtr = SslPtr<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using PkeyPtr = SslPtr<EVP_PKEY, EVP_PKEY_free>;
using PkeyCtxPtr = SslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using X509Ptr = SslPtr<X509, X509_free>;
using X509ReqPtr = SslPtr<X509_REQ, X509_REQ_free>;
using X509NamePtr = SslPtr<X509_NAME, X509_NAME_free>;
using X509StorePtr = SslPtr<X509_STORE, X509_STORE_free>;
using X509StoreCtxPtr = SslPtr<X509_STORE_CTX, X509_STORE_CTX_free>;
using X509ExtensionPtr = SslPtr<X509_EXTENSION, X509_EXTENSION_free>;
using GeneralNamesPtr = SslPtr<GENERAL_NAMES, GENERAL_NAMES_free>;
using AuthorityKeyIdPtr = SslPtr<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;

// A parsed P-256 key, public or private. Immutable once built.
struct P256Key {
  PkeyPtr pkey;
  std::string point;  // 65 bytes, uncompressed
};

// Fetched once per process and never freed: an implicit fetch costs more than hashing a tree node.
const EVP_MD* Sha256Md();
const EVP_CIPHER* Aes256Gcm();

inline const unsigned char* Bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
inline unsigned char* Bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

// A read-only view of `bytes` as a BIO; `bytes` must outlive it.
BioPtr ReadOnlyBio(std::string_view bytes);
// What a memory BIO holds. The Secret form wipes the BIO's buffer.
std::string BioContents(BIO* bio);
Secret BioSecret(BIO* bio);

// Parses an unencrypted PKCS #8 or SEC 1 PEM key; null when it is not one.
PkeyPtr PrivateKeyFromPem(const Secret& pem);
// PKCS #8 PEM of a private key; empty when the library fails.
Secret PrivateKeyToPem(EVP_PKEY* key);

// Empties the thread's OpenSSL error queue when it goes out of scope, so that one caller's failure
// is never read as another's.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() = default;
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard() { ERR_clear_error(); }
};

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_SSL_PTR_H_
