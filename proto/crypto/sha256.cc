#include "proto/crypto/sha256.h"

#include <cstdlib>

#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {
namespace {

// Hashing fails only when memory does; a digest that might be wrong must not be used.
void Require(int result) {
  if (result != 1) std::abort();
}

EVP_MD_CTX* ThreadContext() {
  thread_local const MdCtxPtr context(EVP_MD_CTX_new());
  if (context == nullptr) std::abort();
  return context.get();
}

Digest FinishInto(EVP_MD_CTX* context) {
  Digest digest;
  Require(EVP_DigestFinal_ex(context, digest.data(), nullptr));
  return digest;
}

}  // namespace

Digest Sha256(std::string_view bytes) { return Sha256({bytes}); }

Digest Sha256(std::initializer_list<std::string_view> parts) {
  EVP_MD_CTX* const context = ThreadContext();
  Require(EVP_DigestInit_ex2(context, Sha256Md(), nullptr));
  for (const std::string_view part : parts) {
    Require(EVP_DigestUpdate(context, part.data(), part.size()));
  }
  return FinishInto(context);
}

void Sha256Hasher::Deleter::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr) std::abort();
  Require(EVP_DigestInit_ex2(context_.get(), Sha256Md(), nullptr));
}

Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;
Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::Update(std::string_view bytes) {
  Require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Digest Sha256Hasher::Finish() {
  const Digest digest = FinishInto(context_.get());
  Require(EVP_DigestInit_ex2(context_.get(), Sha256Md(), nullptr));
  return digest;
}

}  // namespace amana::crypto
