// Certificate::FromDer: the one way into the profile.
#include <arpa/inet.h>
#include <time.h>

#include <memory>
#include <utility>

#include "absl/time/civil_time.h"
#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/sha256.h"
#include "proto/crypto/x509_impl.h"

namespace amana::crypto {
namespace {

constexpr size_t kMaxDer = 16 << 10;
constexpr std::string_view kScheme = "spiffe://";

std::string Text(const ASN1_STRING* s) {
  if (s == nullptr) return {};
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
                     static_cast<size_t>(ASN1_STRING_length(s)));
}

absl::StatusOr<absl::Time> ToTime(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return CertificateMalformed("a date is not a date");
  return absl::FromCivil(absl::CivilSecond(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                                           parts.tm_hour, parts.tm_min, parts.tm_sec),
                         absl::UTCTimeZone());
}

// Strict: the bytes are exactly what their own re-encoding gives.
absl::StatusOr<X509Ptr> ParseDer(std::string_view der) {
  if (der.empty() || der.size() > kMaxDer) return CertificateMalformed("must be 1 to 16384 bytes");
  const unsigned char* cursor = Bytes(der);
  X509Ptr x509(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  if (x509 == nullptr || cursor != Bytes(der) + der.size()) {
    return CertificateMalformed("not one DER certificate");
  }
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(x509.get(), &encoded);
  const bool same = size > 0 && std::string_view(reinterpret_cast<const char*>(encoded),
                                                 static_cast<size_t>(size)) == der;
  OPENSSL_free(encoded);
  if (!same) return CertificateMalformed("not in DER");
  return x509;
}

bool IsCritical(const X509* x509, int nid) {
  const int at = X509_get_ext_by_NID(x509, nid, -1);
  return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x509, at)) == 1;
}

absl::Status CheckForm(X509* x509) {
  // Parses and caches the extensions: from here on the object does not change.
  const bool parsed = X509_check_purpose(x509, -1, 0) == 1;
  const uint32_t flags = X509_get_extension_flags(x509);
  if (!parsed || (flags & EXFLAG_INVALID) != 0) return CertificateMalformed("broken extensions");
  if (X509_get_version(x509) != X509_VERSION_3)
    return CertificateProfileInvalid("must be version 3");
  if ((flags & EXFLAG_CRITICAL) != 0) {
    return CertificateProfileInvalid("a critical extension is not understood");
  }
  if (X509_get_signature_nid(x509) != NID_ecdsa_with_SHA256) {
    return CertificateProfileInvalid("must be signed with ecdsa-with-SHA256");
  }
  if (!HasCanonicalSignature(x509)) {
    return CertificateProfileInvalid("its signature must be strict DER with s <= n/2");
  }
  return absl::OkStatus();
}

absl::StatusOr<CertUsage> ParseUsage(X509* x509) {
  const uint32_t flags = X509_get_extension_flags(x509);
  if ((flags & EXFLAG_KUSAGE) == 0) return CertificateUsageInvalid("it has no key usage");
  const uint32_t usage = X509_get_key_usage(x509);
  const bool has_extended = (flags & EXFLAG_XKUSAGE) != 0;
  if ((flags & EXFLAG_CA) != 0) {
    const bool only_signs =
        (usage & KU_KEY_CERT_SIGN) != 0 && (usage & ~(KU_KEY_CERT_SIGN | KU_CRL_SIGN)) == 0;
    if (only_signs && !has_extended && IsCritical(x509, NID_basic_constraints)) {
      return CertUsage::kCa;
    }
    return CertificateUsageInvalid("a CA must have critical CA:TRUE and keyCertSign only");
  }
  if (has_extended) {
    if (usage == KU_DIGITAL_SIGNATURE &&
        X509_get_extended_key_usage(x509) == (XKU_SSL_SERVER | XKU_SSL_CLIENT)) {
      return CertUsage::kTls;
    }
  } else if (usage == KU_DIGITAL_SIGNATURE ||
             usage == (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) {
    return CertUsage::kSigning;
  } else if (usage == KU_KEY_AGREEMENT) {
    return CertUsage::kSealing;
  }
  return CertificateUsageInvalid("none of TLS, signing and sealing");
}

// Empty when it is neither an IPv4 nor an IPv6 address.
std::string AddressText(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const int size = ASN1_STRING_length(address);
  const int family = size == 4 ? AF_INET : AF_INET6;
  if (size != 4 && size != 16) return {};
  if (inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof(text)) == nullptr) return {};
  return text;
}

struct AltNames {
  std::vector<std::string> uris;
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
  size_t others = 0;  // neither URI, DNS nor IP
};

AltNames ParseAltNames(const X509* x509) {
  AltNames names;
  const GeneralNamesPtr all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_URI) {
      names.uris.push_back(Text(name->d.uniformResourceIdentifier));
    } else if (name->type == GEN_DNS) {
      names.dns.push_back(Text(name->d.dNSName));
    } else if (name->type == GEN_IPADD && !AddressText(name->d.iPAddress).empty()) {
      names.addresses.push_back(AddressText(name->d.iPAddress));
    } else {
      ++names.others;
    }
  }
  return names;
}

// spiffe://<trust-domain>[/agency/<agency-id>]: what a CA may be limited to.
absl::Status ParseCaScope(std::string_view uri, Certificate::Impl& impl) {
  if (uri.substr(0, kScheme.size()) != kScheme) return SpiffeIdInvalid("of a CA: not spiffe://");
  uri.remove_prefix(kScheme.size());
  const size_t slash = uri.find('/');
  AMANA_RETURN_IF_ERROR(CheckTrustDomain(uri.substr(0, slash)));
  impl.ca_trust_domain = std::string(uri.substr(0, slash));
  if (slash == std::string_view::npos) return absl::OkStatus();
  constexpr std::string_view kAgency = "/agency/";
  uri.remove_prefix(slash);
  if (uri.substr(0, kAgency.size()) != kAgency) return SpiffeIdInvalid("of a CA: not an agency");
  absl::StatusOr<AgencyId> agency = AgencyId::Create(uri.substr(kAgency.size()));
  if (!agency.ok()) return SpiffeIdInvalid("of a CA: the agency is not a token");
  impl.ca_agency = *std::move(agency);
  return absl::OkStatus();
}

absl::Status ParseIdentity(Certificate::Impl& impl) {
  AltNames names = ParseAltNames(impl.x509.get());
  if (names.others != 0) return CertificateProfileInvalid("only URI, DNS and IP names are known");
  if (impl.usage == CertUsage::kCa) {
    if (names.uris.empty()) return absl::OkStatus();
    if (names.uris.size() > 1) return SpiffeIdInvalid("a CA has at most one URI SAN");
    return ParseCaScope(names.uris[0], impl);
  }
  if (names.uris.size() != 1) return SpiffeIdInvalid("there must be exactly one URI SAN");
  AMANA_ASSIGN_OR_RETURN(impl.spiffe, ParseSpiffeId(names.uris[0]));
  impl.dns_names = std::move(names.dns);
  impl.ip_addresses = std::move(names.addresses);
  return absl::OkStatus();
}

absl::StatusOr<EcdsaPublicKey> ParsePublicKey(const X509* x509) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
  if (size <= 0) return CertificateMalformed("no public key");
  absl::StatusOr<EcdsaPublicKey> key = EcdsaPublicKey::FromSpkiDer(
      std::string_view(reinterpret_cast<const char*>(der), static_cast<size_t>(size)));
  OPENSSL_free(der);
  if (!key.ok()) return CertificateProfileInvalid("its key must be on P-256");
  return key;
}

std::string SerialHex(const X509* x509) {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nullptr));
  if (number == nullptr) return {};
  std::string bytes(static_cast<size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), Bytes(bytes));
  return ToHex(bytes);
}

}  // namespace

bool HasCanonicalSignature(const X509* x509) {
  const ErrorQueueGuard guard;
  const ASN1_BIT_STRING* bits = nullptr;
  X509_get0_signature(&bits, nullptr, x509);
  const std::string signature = Text(bits);
  const unsigned char* cursor = Bytes(signature);
  const EcdsaSigPtr parsed(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(signature.size())));
  if (parsed == nullptr || cursor != Bytes(signature) + signature.size()) return false;
  unsigned char* encoded = nullptr;
  const int size = i2d_ECDSA_SIG(parsed.get(), &encoded);
  const bool strict = size > 0 && std::string_view(reinterpret_cast<const char*>(encoded),
                                                   static_cast<size_t>(size)) == signature;
  OPENSSL_free(encoded);
  // n / 2 of P-256 (FIPS 186-4 D.1.2.3), rounded down.
  static const BIGNUM* const half = [] {
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8");
    return number;
  }();
  return strict && half != nullptr && BN_cmp(ECDSA_SIG_get0_s(parsed.get()), half) <= 0;
}

absl::StatusOr<Certificate> Certificate::FromDer(std::string_view der) {
  const ErrorQueueGuard guard;
  AMANA_ASSIGN_OR_RETURN(X509Ptr x509, ParseDer(der));
  AMANA_RETURN_IF_ERROR(CheckForm(x509.get()));
  AMANA_ASSIGN_OR_RETURN(const absl::Time not_before, ToTime(X509_get0_notBefore(x509.get())));
  AMANA_ASSIGN_OR_RETURN(const absl::Time not_after, ToTime(X509_get0_notAfter(x509.get())));
  AMANA_ASSIGN_OR_RETURN(const CertUsage usage, ParseUsage(x509.get()));
  AMANA_ASSIGN_OR_RETURN(EcdsaPublicKey public_key, ParsePublicKey(x509.get()));
  const Digest fingerprint = Sha256(der);
  AMANA_ASSIGN_OR_RETURN(const CertId id, CertId::FromBytes(fingerprint.view()));
  const bool self_issued = (X509_get_extension_flags(x509.get()) & EXFLAG_SI) != 0;
  Impl impl{.x509 = std::move(x509),
            .der = std::string(der),
            .id = id,
            .not_before = not_before,
            .not_after = not_after,
            .usage = usage,
            .spiffe = {},
            .ca_trust_domain = {},
            .ca_agency = {},
            .public_key = std::move(public_key),
            .key_id = {},
            .issuer_key_id = {},
            .serial_hex = {},
            .dns_names = {},
            .ip_addresses = {},
            .self_issued = self_issued};
  AMANA_RETURN_IF_ERROR(ParseIdentity(impl));
  impl.key_id = Text(X509_get0_subject_key_id(impl.x509.get()));
  impl.issuer_key_id = Text(X509_get0_authority_key_id(impl.x509.get()));
  impl.serial_hex = SerialHex(impl.x509.get());
  return Certificate(std::make_shared<const Impl>(std::move(impl)));
}

}  // namespace amana::crypto
