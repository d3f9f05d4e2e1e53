#include "proto/crypto/pki.h"

#include <openssl/pem.h>
#include <time.h>

#include <utility>

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/random.h"
#include "proto/crypto/x509_build.h"
#include "proto/crypto/x509_impl.h"

namespace amana::crypto {
namespace {

std::string LastPart(const SpiffeId& id) {
  if (id.person.has_value()) return id.person->value();
  if (id.unit.has_value()) return id.unit->value();
  return id.agency.value();
}

std::vector<std::string> UrisOf(const X509_REQ* request) {
  std::vector<std::string> uris;
  STACK_OF(X509_EXTENSION)* const extensions =
      X509_REQ_get_extensions(const_cast<X509_REQ*>(request));  // not modified: an old signature
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr)));
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* const text = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                      static_cast<size_t>(ASN1_STRING_length(text)));
  }
  return uris;
}

absl::Status CheckValidity(const Validity& validity) {
  if (validity.not_after < validity.not_before) {
    return CertificateProfileInvalid("its validity is empty");
  }
  return absl::OkStatus();
}

absl::Status CheckWithin(const Validity& validity, const Certificate& ca) {
  AMANA_RETURN_IF_ERROR(CheckValidity(validity));
  if (validity.not_before < ca.not_before() || validity.not_after > ca.not_after()) {
    return CertificateProfileInvalid("its validity must lie within its issuer's");
  }
  return absl::OkStatus();
}

absl::Status CheckAuthority(const Authority& authority) {
  if (authority.certificate.usage() != CertUsage::kCa) return CertificateUsageInvalid("no CA");
  if (authority.certificate.public_key() == authority.key.PublicKey()) return absl::OkStatus();
  return KeyInvalid("it is not the key of the CA's certificate");
}

absl::Status CheckEndEntity(const Certificate& ca, const EndEntity& profile) {
  const SpiffeId& id = profile.spiffe;
  if (profile.usage == CertUsage::kCa) return CertificateUsageInvalid("a CA is not an end-entity");
  // Parsing back proves that every part is present and well-formed.
  AMANA_RETURN_IF_ERROR(ParseSpiffeId(ToUri(id)).status());
  if (id.person.has_value() && !id.unit.has_value()) {
    return CertificateProfileInvalid("a person belongs to a unit");
  }
  if (id.role == Role::kPerson && !id.person.has_value()) {
    return CertificateProfileInvalid("the role person needs a person");
  }
  if (!ca.ca_agency().empty() && ca.ca_agency() != id.agency) {
    return CertificateProfileInvalid("the CA speaks for another agency");
  }
  if (!ca.ca_trust_domain().empty() && ca.ca_trust_domain() != id.trust_domain) {
    return CertificateProfileInvalid("the CA speaks for another trust domain");
  }
  const bool host_names = !profile.dns_names.empty() || !profile.ip_addresses.empty();
  if (host_names && (profile.usage != CertUsage::kTls || id.role != Role::kBroker)) {
    return CertificateUsageInvalid("only a broker's TLS certificate has host names");
  }
  return CheckWithin(profile.validity, ca);
}

}  // namespace

absl::StatusOr<std::string> MakeCsr(const EcdsaPrivateKey& key, const SpiffeId& requested) {
  const ErrorQueueGuard guard;
  AMANA_RETURN_IF_ERROR(ParseSpiffeId(ToUri(requested)).status());
  const X509ReqPtr request(X509_REQ_new());
  AMANA_ASSIGN_OR_RETURN(const X509NamePtr name,
                         MakeName({.common_name = LastPart(requested),
                                   .unit = requested.agency.value(),
                                   .organisation = requested.trust_domain}));
  AMANA_ASSIGN_OR_RETURN(const GeneralNamesPtr names, MakeAltNames(ToUri(requested), {}, {}));
  STACK_OF(X509_EXTENSION)* extensions = nullptr;
  bool ok = request != nullptr &&
            X509V3_add1_i2d(&extensions, NID_subject_alt_name, names.get(), 0, 0) == 1 &&
            X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
            X509_REQ_set_subject_name(request.get(), name.get()) == 1 &&
            X509_REQ_set_pubkey(request.get(), key.key().pkey.get()) == 1 &&
            X509_REQ_add_extensions(request.get(), extensions) == 1;
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  ok = ok && X509_REQ_sign(request.get(), key.key().pkey.get(), Sha256Md()) > 0;
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!ok || bio == nullptr || PEM_write_bio_X509_REQ(bio.get(), request.get()) != 1) {
    return CryptoFailed("making a certificate request");
  }
  return BioContents(bio.get());
}

absl::StatusOr<Csr> Csr::FromPem(std::string_view pem) {
  const ErrorQueueGuard guard;
  if (pem.size() > 65536) return CsrInvalid("it is too long");
  const BioPtr bio = ReadOnlyBio(pem);
  const X509ReqPtr request(
      bio == nullptr ? nullptr : PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  if (request == nullptr) return CsrInvalid("not a PEM certificate request");
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request.get()), &der);
  if (size <= 0) return CsrInvalid("it has no public key");
  absl::StatusOr<EcdsaPublicKey> key = EcdsaPublicKey::FromSpkiDer(
      std::string_view(reinterpret_cast<const char*>(der), static_cast<size_t>(size)));
  OPENSSL_free(der);
  if (!key.ok()) return CsrInvalid("its key must be on P-256");
  if (X509_REQ_get_signature_nid(request.get()) != NID_ecdsa_with_SHA256 ||
      X509_REQ_verify(request.get(), key->key().pkey.get()) != 1) {
    return CsrInvalid("its signature does not prove possession of the key");
  }
  std::optional<SpiffeId> requested;
  const std::vector<std::string> uris = UrisOf(request.get());
  if (uris.size() == 1) {
    if (absl::StatusOr<SpiffeId> id = ParseSpiffeId(uris[0]); id.ok()) requested = *std::move(id);
  }
  return Csr(*std::move(key), std::move(requested));
}

absl::StatusOr<Certificate> MakeRoot(const EcdsaPrivateKey& key, std::string_view trust_domain,
                                     Validity validity) {
  AMANA_RETURN_IF_ERROR(CheckTrustDomain(trust_domain));
  AMANA_RETURN_IF_ERROR(CheckValidity(validity));
  CertificateBuilder builder;
  AMANA_RETURN_IF_ERROR(builder.SetSubject(
      {.common_name = "Amana root CA", .unit = "", .organisation = std::string(trust_domain)}));
  AMANA_RETURN_IF_ERROR(builder.SetValidity(validity));
  AMANA_RETURN_IF_ERROR(builder.SetKey(key.PublicKey()));
  AMANA_RETURN_IF_ERROR(builder.SetIssuer(nullptr));
  AMANA_RETURN_IF_ERROR(builder.AddConstant(NID_basic_constraints, "critical,CA:TRUE,pathlen:1"));
  AMANA_RETURN_IF_ERROR(builder.AddConstant(NID_key_usage, "critical,keyCertSign,cRLSign"));
  AMANA_RETURN_IF_ERROR(builder.AddAltNames("spiffe://" + std::string(trust_domain), {}, {}));
  return builder.Sign(key);
}

absl::StatusOr<Certificate> IssueAgencyCa(const Authority& root, const EcdsaPublicKey& subject,
                                          std::string_view trust_domain, const AgencyId& agency,
                                          Validity validity) {
  AMANA_RETURN_IF_ERROR(CheckAuthority(root));
  AMANA_RETURN_IF_ERROR(CheckTrustDomain(trust_domain));
  AMANA_RETURN_IF_ERROR(CheckWithin(validity, root.certificate));
  if (agency.empty()) return CertificateProfileInvalid("the agency is missing");
  if (!root.certificate.self_issued() || !root.certificate.ca_agency().empty()) {
    return CertificateProfileInvalid("an agency's CA is signed by a root");
  }
  if (!root.certificate.ca_trust_domain().empty() &&
      root.certificate.ca_trust_domain() != trust_domain) {
    return CertificateProfileInvalid("the root speaks for another trust domain");
  }
  CertificateBuilder builder;
  AMANA_RETURN_IF_ERROR(builder.SetSubject({.common_name = agency.value(),
                                            .unit = "Amana issuing CA",
                                            .organisation = std::string(trust_domain)}));
  AMANA_RETURN_IF_ERROR(builder.SetValidity(validity));
  AMANA_RETURN_IF_ERROR(builder.SetKey(subject));
  AMANA_RETURN_IF_ERROR(builder.SetIssuer(&root.certificate));
  AMANA_RETURN_IF_ERROR(builder.AddConstant(NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  AMANA_RETURN_IF_ERROR(builder.AddConstant(NID_key_usage, "critical,keyCertSign,cRLSign"));
  AMANA_RETURN_IF_ERROR(builder.AddUriConstraint(trust_domain));
  AMANA_RETURN_IF_ERROR(builder.AddAltNames(
      "spiffe://" + std::string(trust_domain) + "/agency/" + agency.value(), {}, {}));
  return builder.Sign(root.key);
}

absl::StatusOr<Certificate> IssueEndEntity(const Authority& ca, const EcdsaPublicKey& subject,
                                           const EndEntity& profile) {
  AMANA_RETURN_IF_ERROR(CheckAuthority(ca));
  AMANA_RETURN_IF_ERROR(CheckEndEntity(ca.certificate, profile));
  CertificateBuilder builder;
  AMANA_RETURN_IF_ERROR(builder.SetSubject({.common_name = LastPart(profile.spiffe),
                                            .unit = profile.spiffe.agency.value(),
                                            .organisation = profile.spiffe.trust_domain}));
  AMANA_RETURN_IF_ERROR(builder.SetValidity(profile.validity));
  AMANA_RETURN_IF_ERROR(builder.SetKey(subject));
  AMANA_RETURN_IF_ERROR(builder.SetIssuer(&ca.certificate));
  AMANA_RETURN_IF_ERROR(builder.AddConstant(NID_basic_constraints, "critical,CA:FALSE"));
  AMANA_RETURN_IF_ERROR(builder.AddConstant(
      NID_key_usage, profile.usage == CertUsage::kSealing ? "critical,keyAgreement"
                     : profile.usage == CertUsage::kSigning
                         ? "critical,digitalSignature,nonRepudiation"
                         : "critical,digitalSignature"));
  if (profile.usage == CertUsage::kTls) {
    AMANA_RETURN_IF_ERROR(builder.AddConstant(NID_ext_key_usage, "serverAuth,clientAuth"));
  }
  AMANA_RETURN_IF_ERROR(
      builder.AddAltNames(ToUri(profile.spiffe), profile.dns_names, profile.ip_addresses));
  return builder.Sign(ca.key);
}

}  // namespace amana::crypto
