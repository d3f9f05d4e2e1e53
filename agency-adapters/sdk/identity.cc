#include "agency-adapters/sdk/identity.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/key_file.h"
#include "proto/envelope/signer.h"

namespace amana::sdk {
namespace {

using crypto::Certificate;
using crypto::CertUsage;

bool IsPerson(const Certificate& certificate) {
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  return spiffe.person.has_value() &&
         (spiffe.role == crypto::Role::kPerson || spiffe.role == crypto::Role::kCoordinator ||
          spiffe.role == crypto::Role::kOperator);
}

// --- Create

absl::Status CheckCertificate(const IdentityParts& parts, const Certificate& certificate,
                              CertUsage usage, std::string_view field) {
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  if (certificate.usage() != usage) return IdentityInvalid(field, "certified for another use");
  if (spiffe.agency != parts.agency) return IdentityInvalid(field, "another agency's");
  if (spiffe.trust_domain != parts.trust_domain) {
    return IdentityInvalid(field, "of another trust domain");
  }
  if (parts.unit.has_value() && spiffe.unit.has_value() && *spiffe.unit != *parts.unit) {
    return IdentityInvalid(field, "another unit's");
  }
  if (!parts.authorities->IssuerOf(certificate).ok()) {
    return IdentityInvalid(field, "not from a pinned authority");
  }
  return absl::OkStatus();
}

absl::Status CheckSigning(const IdentityParts& parts, const SigningIdentity& signing,
                          std::string_view field) {
  AMANA_RETURN_IF_ERROR(CheckCertificate(parts, signing.certificate, CertUsage::kSigning, field));
  if (!envelope::CheckSignerKey(signing.certificate, signing.key).ok()) {
    return IdentityInvalid(field, "the key is not the certificate's");
  }
  return absl::OkStatus();
}

absl::Status CheckSealing(const IdentityParts& parts, const envelope::SealingIdentity& sealing) {
  AMANA_RETURN_IF_ERROR(
      CheckCertificate(parts, sealing.certificate, CertUsage::kSealing, "sealing"));
  const crypto::SpiffeId& spiffe = sealing.certificate.spiffe();
  if (!spiffe.unit.has_value() || sealing.address != Address{spiffe.agency, *spiffe.unit}) {
    return IdentityInvalid("sealing", "the certificate is not the unit's");
  }
  if (!(sealing.key.PublicKey() == sealing.certificate.public_key())) {
    return IdentityInvalid("sealing", "the key is not the certificate's");
  }
  return absl::OkStatus();
}

absl::Status CheckTls(const IdentityParts& parts) {
  AMANA_RETURN_IF_ERROR(CheckCertificate(parts, parts.tls.certificate, CertUsage::kTls, "tls"));
  AMANA_ASSIGN_OR_RETURN(const crypto::EcdsaPrivateKey key,
                         crypto::EcdsaPrivateKey::FromPem(parts.tls.key_pem));
  if (!(key.PublicKey() == parts.tls.certificate.public_key())) {
    return IdentityInvalid("tls", "the key is not the certificate's");
  }
  return absl::OkStatus();
}

// --- Load

struct Settings {
  std::string agency, unit, trust_domain, broker, broker_agency;
  std::string root_ca, issuing_cas, log_vkey, keys, data;
  std::vector<std::string> coordinating, witnesses;
  size_t witness_quorum = 1;
  WrapPolicy wraps;
};

std::string Resolve(const std::string& folder, const std::string& path) {
  return path.empty() || path[0] == '/' ? path : folder + "/" + path;
}

// A verifier key, or what the file says.
absl::StatusOr<std::string> ReadVkey(const std::string& folder, const std::string& text) {
  if (transparency::NoteVerifier::Parse(text).ok()) return text;
  AMANA_ASSIGN_OR_RETURN(std::string vkey, RealFileSystem().Read(Resolve(folder, text)));
  while (vkey.ends_with('\n')) vkey.pop_back();
  return vkey;
}

absl::StatusOr<Settings> ReadSettings(const std::string& file) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ConfigReader> reader,
                         ConfigReader::Load(RealFileSystem(), file));
  const std::string folder = FolderOf(file);
  const ConfigTable root = reader->Root();
  Settings settings;
  settings.agency = root.String("agency");
  settings.unit = root.String("unit", "");
  settings.trust_domain = root.String("trust_domain");
  settings.broker = root.String("broker");
  settings.broker_agency = root.String("broker_agency", "amana");
  settings.coordinating = root.StringList("coordinating_agencies", std::vector<std::string>());
  settings.root_ca = root.Path("root_ca", folder + "/trust/root.pem");
  settings.issuing_cas = root.Path("issuing_cas", folder + "/trust/agencies");
  settings.log_vkey = root.String("log_vkey", "trust/log.vkey");
  settings.witnesses = root.StringList("witnesses", std::vector<std::string>());
  settings.witness_quorum = static_cast<size_t>(
      root.Int("witness_quorum", 1, std::max<int64_t>(1, settings.witnesses.size()), 1));
  settings.keys = root.Path("keys", folder + "/keys");
  settings.data = root.Path("data", folder + "/data");
  settings.wraps = ReadWrapPolicy(root.Table("wraps"));
  AMANA_RETURN_IF_ERROR(reader->Finish());
  AMANA_ASSIGN_OR_RETURN(settings.log_vkey, ReadVkey(folder, settings.log_vkey));
  for (std::string& witness : settings.witnesses) {
    AMANA_ASSIGN_OR_RETURN(witness, ReadVkey(folder, witness));
  }
  return settings;
}

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() > end.size() && std::string_view(text).substr(text.size() - end.size()) == end;
}

absl::StatusOr<std::shared_ptr<const crypto::ChainVerifier>> ReadAuthorities(
    const Settings& settings) {
  FileSystem& files = RealFileSystem();
  crypto::ChainVerifier::Authorities authorities;
  AMANA_ASSIGN_OR_RETURN(const std::string root, files.Read(settings.root_ca));
  AMANA_ASSIGN_OR_RETURN(authorities.roots, crypto::ParsePemBundle(root));
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(settings.issuing_cas));
  for (const std::string& name : names) {
    if (!EndsWith(name, ".pem")) continue;
    AMANA_ASSIGN_OR_RETURN(const std::string pem, files.Read(settings.issuing_cas + "/" + name));
    AMANA_ASSIGN_OR_RETURN(std::vector<Certificate> cas, crypto::ParsePemBundle(pem));
    for (Certificate& ca : cas) {
      if (!ca.self_issued()) authorities.issuing.push_back(std::move(ca));
    }
  }
  return crypto::ChainVerifier::Create(std::move(authorities));
}

struct KeyPair {
  Certificate certificate;
  crypto::Secret key_pem;
};

// Nothing while there is no key, or no certificate for it yet.
absl::StatusOr<std::optional<KeyPair>> ReadKeyPair(const std::string& stem) {
  FileSystem& files = RealFileSystem();
  for (const char* const end : {".key", ".pem"}) {
    AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(stem + end));
    if (!exists) return std::optional<KeyPair>();
  }
  AMANA_ASSIGN_OR_RETURN(crypto::Secret key, crypto::ReadKeyFile(stem + ".key"));
  AMANA_ASSIGN_OR_RETURN(const std::string pem, files.Read(stem + ".pem"));
  AMANA_ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromPem(pem));
  return std::optional<KeyPair>(KeyPair{std::move(certificate), std::move(key)});
}

absl::StatusOr<std::optional<SigningIdentity>> ReadSigning(const std::string& stem) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<KeyPair> pair, ReadKeyPair(stem));
  if (!pair.has_value()) return std::optional<SigningIdentity>();
  AMANA_ASSIGN_OR_RETURN(crypto::EcdsaPrivateKey key,
                         crypto::EcdsaPrivateKey::FromPem(pair->key_pem));
  return std::optional<SigningIdentity>(SigningIdentity{pair->certificate, std::move(key)});
}

absl::StatusOr<std::vector<envelope::SealingIdentity>> ReadSealing(const std::string& folder) {
  std::vector<envelope::SealingIdentity> sealing;
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, RealFileSystem().List(folder));
  for (const std::string& name : names) {
    if (name.rfind("sealing", 0) != 0 || !EndsWith(name, ".key")) continue;
    AMANA_ASSIGN_OR_RETURN(const std::optional<KeyPair> pair,
                           ReadKeyPair(folder + "/" + name.substr(0, name.size() - 4)));
    if (!pair.has_value()) continue;
    const crypto::SpiffeId& spiffe = pair->certificate.spiffe();
    AMANA_ASSIGN_OR_RETURN(crypto::EcPrivateKey key, crypto::EcPrivateKey::FromPem(pair->key_pem));
    sealing.push_back({Address{spiffe.agency, spiffe.unit.value_or(UnitId())}, pair->certificate,
                       std::move(key)});
  }
  return sealing;
}

}  // namespace

absl::StatusOr<Identity> Identity::Create(IdentityParts parts) {
  if (parts.authorities == nullptr) return IdentityInvalid("root_ca", "no authorities");
  AMANA_RETURN_IF_ERROR(CheckTls(parts));
  if (parts.signing.has_value()) {
    AMANA_RETURN_IF_ERROR(CheckSigning(parts, *parts.signing, "signing"));
  }
  if (parts.person.has_value()) {
    AMANA_RETURN_IF_ERROR(CheckSigning(parts, *parts.person, "person"));
    if (!IsPerson(parts.person->certificate)) {
      return IdentityInvalid("person", "the certificate names no person");
    }
  }
  for (const envelope::SealingIdentity& sealing : parts.sealing) {
    AMANA_RETURN_IF_ERROR(CheckSealing(parts, sealing));
  }
  return Identity(std::move(parts));
}

absl::StatusOr<Identity> Identity::Load(const std::string& agency_toml) {
  AMANA_ASSIGN_OR_RETURN(const Settings settings, ReadSettings(agency_toml));
  AMANA_ASSIGN_OR_RETURN(AgencyId agency, AgencyId::Create(settings.agency, "agency"));
  AMANA_ASSIGN_OR_RETURN(AgencyId broker,
                         AgencyId::Create(settings.broker_agency, "broker_agency"));
  std::optional<UnitId> unit;
  if (!settings.unit.empty()) {
    AMANA_ASSIGN_OR_RETURN(unit, UnitId::Create(settings.unit, "unit"));
  }
  std::vector<AgencyId> coordinating;
  for (const std::string& one : settings.coordinating) {
    AMANA_ASSIGN_OR_RETURN(AgencyId id, AgencyId::Create(one, "coordinating_agencies"));
    coordinating.push_back(std::move(id));
  }
  AMANA_ASSIGN_OR_RETURN(auto authorities, ReadAuthorities(settings));
  AMANA_ASSIGN_OR_RETURN(transparency::NoteVerifier log,
                         transparency::NoteVerifier::Parse(settings.log_vkey));
  std::vector<transparency::NoteVerifier> witnesses;
  for (const std::string& vkey : settings.witnesses) {
    AMANA_ASSIGN_OR_RETURN(auto witness, transparency::NoteVerifier::Parse(vkey));
    if (witness.type() != transparency::NoteKeyType::kCosignatureV1) {
      return IdentityInvalid("witnesses", "a log's key, not a witness's");
    }
    witnesses.push_back(std::move(witness));
  }
  AMANA_ASSIGN_OR_RETURN(std::optional<KeyPair> tls, ReadKeyPair(settings.keys + "/tls"));
  if (!tls.has_value()) return IdentityInvalid("tls", "tls.key and tls.pem are needed");
  AMANA_ASSIGN_OR_RETURN(auto signing, ReadSigning(settings.keys + "/signing"));
  AMANA_ASSIGN_OR_RETURN(auto person, ReadSigning(settings.keys + "/person"));
  AMANA_ASSIGN_OR_RETURN(auto sealing, ReadSealing(settings.keys));
  return Create({.agency = std::move(agency),
                 .unit = std::move(unit),
                 .trust_domain = settings.trust_domain,
                 .broker = settings.broker,
                 .broker_agency = std::move(broker),
                 .coordinating = std::move(coordinating),
                 .tls = {std::move(tls->certificate), std::move(tls->key_pem)},
                 .signing = std::move(signing),
                 .person = std::move(person),
                 .sealing = std::move(sealing),
                 .authorities = std::move(authorities),
                 .log = std::move(log),
                 .data = settings.data,
                 .wraps = settings.wraps,
                 .witnesses = std::move(witnesses),
                 .witness_quorum = settings.witness_quorum});
}

bool Identity::Coordinates(const AgencyId& agency) const {
  const std::vector<AgencyId>& all = parts_.coordinating;
  return std::find(all.begin(), all.end(), agency) != all.end();
}

absl::StatusOr<Address> Identity::address() const {
  if (!parts_.unit.has_value()) return IdentityInvalid("unit", "this needs a unit");
  return Address{parts_.agency, *parts_.unit};
}

std::string Identity::tls_chain_pem() const {
  std::string pem = parts_.tls.certificate.pem();
  // Create has found it.
  if (const auto issuer = parts_.authorities->IssuerOf(parts_.tls.certificate); issuer.ok()) {
    pem += issuer->pem();
  }
  return pem;
}

absl::StatusOr<const SigningIdentity*> Identity::Signer() const {
  if (!parts_.signing.has_value()) return SigningKeyMissing();
  return &*parts_.signing;
}

absl::StatusOr<const SigningIdentity*> Identity::PersonSigner() const {
  if (parts_.person.has_value()) return &*parts_.person;
  if (parts_.signing.has_value() && IsPerson(parts_.signing->certificate)) return &*parts_.signing;
  return PersonKeyMissing();
}

}  // namespace amana::sdk
