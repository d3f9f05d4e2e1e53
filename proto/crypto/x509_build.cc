#include "proto/crypto/x509_build.h"

#include <arpa/inet.h>

#include <utility>

#include "absl/time/time.h"
#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/random.h"
#include "proto/crypto/x509_impl.h"

namespace amana::crypto {
namespace {

using Ia5Ptr = SslPtr<ASN1_IA5STRING, ASN1_IA5STRING_free>;
using OctetPtr = SslPtr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using GeneralNamePtr = SslPtr<GENERAL_NAME, GENERAL_NAME_free>;
using SubtreePtr = SslPtr<GENERAL_SUBTREE, GENERAL_SUBTREE_free>;
using ConstraintsPtr = SslPtr<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;

absl::Status Failed() { return CryptoFailed("making a certificate"); }

bool AddPart(X509_NAME* name, const char* field, const std::string& value) {
  if (value.empty() || value.size() > 64) return true;
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, Bytes(std::string_view(value)),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

GeneralNamePtr TextName(int type, std::string_view text) {
  GeneralNamePtr name(GENERAL_NAME_new());
  Ia5Ptr value(ASN1_IA5STRING_new());
  if (name == nullptr || value == nullptr ||
      ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size())) != 1) {
    return nullptr;
  }
  GENERAL_NAME_set0_value(name.get(), type, value.release());
  return name;
}

GeneralNamePtr AddressName(const std::string& text) {
  unsigned char bytes[16];
  int size = 0;
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) size = 4;
  if (size == 0 && inet_pton(AF_INET6, text.c_str(), bytes) == 1) size = 16;
  GeneralNamePtr name(GENERAL_NAME_new());
  OctetPtr value(ASN1_OCTET_STRING_new());
  if (size == 0 || name == nullptr || value == nullptr ||
      ASN1_OCTET_STRING_set(value.get(), bytes, size) != 1) {
    return nullptr;
  }
  GENERAL_NAME_set0_value(name.get(), GEN_IPADD, value.release());
  return name;
}

bool IsHostName(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.back() == '.') return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
  }
  return text.find("..") == std::string_view::npos;
}

bool Push(GENERAL_NAMES* names, GeneralNamePtr name) {
  if (name == nullptr || sk_GENERAL_NAME_push(names, name.get()) <= 0) return false;
  (void)name.release();  // the stack owns it now
  return true;
}

}  // namespace

absl::StatusOr<X509NamePtr> MakeName(const SubjectName& subject) {
  X509NamePtr name(X509_NAME_new());
  if (name == nullptr || !AddPart(name.get(), "O", subject.organisation) ||
      !AddPart(name.get(), "OU", subject.unit) || !AddPart(name.get(), "CN", subject.common_name)) {
    return Failed();
  }
  return name;
}

absl::StatusOr<GeneralNamesPtr> MakeAltNames(std::string_view uri,
                                             const std::vector<std::string>& dns_names,
                                             const std::vector<std::string>& ip_addresses) {
  GeneralNamesPtr names(GENERAL_NAMES_new());
  if (names == nullptr || !Push(names.get(), TextName(GEN_URI, uri))) return Failed();
  for (const std::string& dns : dns_names) {
    if (!IsHostName(dns)) return CertificateProfileInvalid("not a lower-case host name");
    if (!Push(names.get(), TextName(GEN_DNS, dns))) return Failed();
  }
  for (const std::string& address : ip_addresses) {
    if (!Push(names.get(), AddressName(address))) {
      return CertificateProfileInvalid("not an IP address");
    }
  }
  return names;
}

CertificateBuilder::CertificateBuilder() : x509_(X509_new()) {}

absl::Status CertificateBuilder::SetSubject(const SubjectName& subject) {
  const ErrorQueueGuard guard;
  AMANA_ASSIGN_OR_RETURN(const X509NamePtr name, MakeName(subject));
  const bool ok = x509_ != nullptr && X509_set_version(x509_.get(), X509_VERSION_3) == 1 &&
                  X509_set_subject_name(x509_.get(), name.get()) == 1;
  return ok ? absl::OkStatus() : Failed();
}

absl::Status CertificateBuilder::SetValidity(const Validity& validity) {
  const ErrorQueueGuard guard;
  const time_t from = absl::ToTimeT(validity.not_before), until = absl::ToTimeT(validity.not_after);
  const bool ok = ASN1_TIME_set(X509_getm_notBefore(x509_.get()), from) != nullptr &&
                  ASN1_TIME_set(X509_getm_notAfter(x509_.get()), until) != nullptr;
  return ok ? absl::OkStatus() : CertificateProfileInvalid("its dates cannot be encoded");
}

absl::Status CertificateBuilder::SetKey(const EcdsaPublicKey& key) {
  const ErrorQueueGuard guard;
  return X509_set_pubkey(x509_.get(), key.key().pkey.get()) == 1 ? absl::OkStatus() : Failed();
}

absl::Status CertificateBuilder::SetIssuer(const Certificate* issuer) {
  const ErrorQueueGuard guard;
  X509* const by = issuer == nullptr ? x509_.get() : issuer->x509();
  if (X509_set_issuer_name(x509_.get(), X509_get_subject_name(by)) != 1) return Failed();
  X509V3_set_ctx(&context_, by, x509_.get(), nullptr, nullptr, 0);
  AMANA_RETURN_IF_ERROR(AddConstant(NID_subject_key_identifier, "hash"));
  return AddConstant(NID_authority_key_identifier, "keyid:always");
}

absl::Status CertificateBuilder::AddConstant(int nid, const char* value) {
  const ErrorQueueGuard guard;
  const X509ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context_, nid, value));
  const bool ok = extension != nullptr && X509_add_ext(x509_.get(), extension.get(), -1) == 1;
  return ok ? absl::OkStatus() : Failed();
}

absl::Status CertificateBuilder::AddAltNames(std::string_view uri,
                                             const std::vector<std::string>& dns_names,
                                             const std::vector<std::string>& ip_addresses) {
  const ErrorQueueGuard guard;
  AMANA_ASSIGN_OR_RETURN(const GeneralNamesPtr names, MakeAltNames(uri, dns_names, ip_addresses));
  const bool ok = X509_add1_ext_i2d(x509_.get(), NID_subject_alt_name, names.get(), 0, 0) == 1;
  return ok ? absl::OkStatus() : Failed();
}

absl::Status CertificateBuilder::AddUriConstraint(std::string_view host) {
  const ErrorQueueGuard guard;
  const ConstraintsPtr constraints(NAME_CONSTRAINTS_new());
  SubtreePtr subtree(GENERAL_SUBTREE_new());
  GeneralNamePtr base = TextName(GEN_URI, host);
  if (constraints == nullptr || subtree == nullptr || base == nullptr) return Failed();
  GENERAL_NAME_free(subtree->base);
  subtree->base = base.release();
  constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
  if (constraints->permittedSubtrees == nullptr ||
      sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, subtree.get()) <= 0) {
    return Failed();
  }
  (void)subtree.release();  // the constraints own it now
  const bool ok =
      X509_add1_ext_i2d(x509_.get(), NID_name_constraints, constraints.get(), 1, 0) == 1;
  return ok ? absl::OkStatus() : Failed();
}

absl::StatusOr<Certificate> CertificateBuilder::Sign(const EcdsaPrivateKey& key) {
  const ErrorQueueGuard guard;
  std::string serial = RandomBytes(16);
  serial[0] = static_cast<char>((serial[0] & 0x7f) | 0x40);  // positive, and always 16 bytes long
  const BignumPtr number(BN_bin2bn(Bytes(std::string_view(serial)), 16, nullptr));
  if (number == nullptr ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509_.get())) == nullptr) {
    return Failed();
  }
  // Every second signature has s <= n/2; 128 attempts fail once in 2^128.
  bool canonical = false;
  for (int attempt = 0; attempt < 128 && !canonical; ++attempt) {
    if (X509_sign(x509_.get(), key.key().pkey.get(), Sha256Md()) <= 0) return Failed();
    canonical = HasCanonicalSignature(x509_.get());
  }
  unsigned char* der = nullptr;
  const int size = canonical ? i2d_X509(x509_.get(), &der) : -1;
  if (size <= 0) return Failed();
  const std::string encoded(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return Certificate::FromDer(encoded);
}

}  // namespace amana::crypto
