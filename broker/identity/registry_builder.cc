#include "broker/identity/registry_builder.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "broker/identity/errors.h"
#include "broker/identity/registry_values.h"

namespace amana::identity {
namespace {

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool IsPem(const std::string& name) {
  constexpr std::string_view kEnding = ".pem";
  return name.size() > kEnding.size() && name.ends_with(kEnding);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Registry>> RegistryBuilder::Build() {
  registry_.reset(new Registry());
  registry_->sources_.push_back(path_);
  AMANA_ASSIGN_OR_RETURN(const std::string text, files_.Read(path_));
  Hash("", text);
  absl::StatusOr<std::unique_ptr<ConfigReader>> reader = ConfigReader::FromText(text, path_);
  if (!reader.ok()) return RegistryInvalid(std::string(reader.status().message()));

  const ConfigTable root = (*reader)->Root();
  ReadRoot(root);
  std::vector<std::pair<ConfigTable, AgencyId>> readable;
  for (const ConfigTable& table : root.Tables("agency")) {
    const std::optional<AgencyId> id = ReadAgency(table);
    if (id.has_value()) readable.emplace_back(table, *id);
  }
  std::sort(registry_->agencies_.begin(), registry_->agencies_.end(),
            [](const Agency& a, const Agency& b) { return a.id < b.id; });
  ReadCoordinating(root);
  for (const auto& [table, id] : readable) ReadCertificates(table, id);

  const absl::Status findings = (*reader)->Finish();
  if (!findings.ok()) return RegistryInvalid(std::string(findings.message()));
  registry_->digest_ = hasher_.Finish();
  return std::shared_ptr<const Registry>(std::move(registry_));
}

void RegistryBuilder::ReadRoot(const ConfigTable& table) {
  registry_->trust_domain_ = table.String("trust_domain");
  const absl::Status domain = crypto::CheckTrustDomain(registry_->trust_domain_);
  if (!domain.ok()) table.Refuse("trust_domain", std::string(domain.message()));
  registry_->revocations_path_ = table.Path("revocations");
  registry_->guardian_flags_ = ReadPseudonyms(table, "guardian_flags");
  const std::string file = table.Path("root_ca");
  if (file.empty()) return;
  const std::vector<crypto::Certificate> roots = ReadPem(table, "root_ca", file);
  if (roots.empty()) return;
  // Alone in a verifier it is judged as a root: a CA that signed itself.
  if (roots.size() != 1 || !crypto::ChainVerifier::Create({roots, {}}).ok()) {
    table.Refuse("root_ca", "expected exactly one self-signed CA certificate");
    return;
  }
  registry_->root_ca_ = roots.front();
}

void RegistryBuilder::ReadCoordinating(const ConfigTable& table) {
  registry_->coordinating_ = ReadAgencies(table, "coordinating_agencies");
  for (const AgencyId& id : registry_->coordinating_) {
    const Agency* const agency = registry_->agency(id);
    if (agency != nullptr && agency->MayHave(crypto::Role::kCoordinator)) continue;
    table.Refuse("coordinating_agencies",
                 "expected agencies of this registry that may have coordinators");
  }
}

std::optional<AgencyId> RegistryBuilder::ReadAgency(const ConfigTable& table) {
  Agency agency;
  agency.id = ReadId<AgencyId>(table, "id");
  agency.name = ReadName(table, "name");
  agency.kind = ReadKind(table, "kind");
  agency.country = ReadCountry(table, "country");
  agency.approvers = ReadPersons(table, "approvers");
  agency.roles = ReadRoles(table, "roles", agency.kind);

  const AgencyId id = agency.id;
  const auto same = [&id](const Agency& other) { return other.id == id; };
  const auto& others = registry_->agencies_;
  const bool twice = std::any_of(others.begin(), others.end(), same);
  if (twice && !id.empty())
    table.Refuse("id", "expected an id of its own, this one is given twice");
  registry_->agencies_.push_back(std::move(agency));
  const bool readable = ReadIssuingCas(table, id);
  if (readable && !twice) return id;
  table.Path("certificates", "");  // a known key, but nothing can be said of what is in it
  return std::nullopt;
}

bool RegistryBuilder::ReadIssuingCas(const ConfigTable& table, const AgencyId& agency) {
  const std::string file = table.Path("issuing_ca");
  if (file.empty()) return false;
  std::vector<crypto::Certificate> issuing = ReadPem(table, "issuing_ca", file);
  if (issuing.empty() || agency.empty() || !registry_->root_ca_.has_value()) return false;
  for (const crypto::Certificate& ca : issuing) {
    if (ca.usage() != crypto::CertUsage::kCa || ca.ca_agency() != agency ||
        ca.ca_trust_domain() != registry_->trust_domain_) {
      table.Refuse("issuing_ca", BaseName(file) +
                                     ": expected CAs that may speak for this agency of this "
                                     "trust domain, and for no other");
      return false;
    }
  }
  auto verifier = crypto::ChainVerifier::Create({{*registry_->root_ca_}, std::move(issuing)});
  if (!verifier.ok()) {
    table.Refuse("issuing_ca", BaseName(file) + ": expected CAs signed by the root CA, got: " +
                                   std::string(verifier.status().message()));
    return false;
  }
  registry_->verifiers_.emplace(agency, *std::move(verifier));
  return true;
}

void RegistryBuilder::ReadCertificates(const ConfigTable& table, const AgencyId& agency) {
  const std::string folder = table.Path("certificates", "");
  if (folder.empty()) return;
  const absl::StatusOr<std::vector<std::string>> names = files_.List(folder);
  registry_->sources_.push_back(folder);
  if (!names.ok()) {
    table.Refuse("certificates", std::string(names.status().message()));
    return;
  }
  for (const std::string& name : *names) {
    if (!IsPem(name)) continue;
    std::string path = folder;
    path += '/';
    path += name;
    for (const auto& certificate : ReadPem(table, "certificates", path)) {
      AddCertificate(table, agency, certificate, name);
    }
  }
}

void RegistryBuilder::AddCertificate(const ConfigTable& table, const AgencyId& agency,
                                     const crypto::Certificate& certificate,
                                     const std::string& file) {
  const auto refuse = [&](std::string_view finding) {
    table.Refuse("certificates", file + ": " + std::string(finding));
  };
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  if (certificate.usage() == crypto::CertUsage::kCa) {
    // A chain beside its certificate is welcome.
    const auto& known = registry_->verifiers_.at(agency)->authorities();
    if (certificate == known.roots.front() ||
        std::find(known.issuing.begin(), known.issuing.end(), certificate) != known.issuing.end()) {
      return;
    }
    return refuse("expected no CA but the root and the agency's own");
  }
  if (spiffe.agency != agency) return refuse("expected a certificate of this agency");
  const absl::StatusOr<CertId> issuer = registry_->CheckIdentity(certificate);
  if (!issuer.ok()) return refuse(std::string(issuer.status().message()));
  if (certificate.usage() == crypto::CertUsage::kSealing) {
    return refuse("expected no sealing certificate: those are in the agency's directory entry");
  }
  registry_->certificates_.try_emplace(
      certificate.id(), std::make_unique<const RegisteredCertificate>(RegisteredCertificate{
                            certificate, *issuer, agency, spiffe.role, spiffe.unit, spiffe.person,
                            certificate.usage()}));
}

std::vector<crypto::Certificate> RegistryBuilder::ReadPem(const ConfigTable& table,
                                                          std::string_view key,
                                                          const std::string& file) {
  registry_->sources_.push_back(file);
  const absl::StatusOr<std::string> text = files_.Read(file);
  if (!text.ok()) {
    table.Refuse(key, std::string(text.status().message()));
    return {};
  }
  Hash(BaseName(file), *text);
  absl::StatusOr<std::vector<crypto::Certificate>> found = crypto::ParsePemBundle(*text);
  if (!found.ok()) {
    table.Refuse(key, BaseName(file) + ": expected certificates in PEM, got: " +
                          std::string(found.status().message()));
    return {};
  }
  return *std::move(found);
}

// With lengths, so that no two registries run together to the same bytes.
void RegistryBuilder::Hash(std::string_view name, std::string_view content) {
  for (const std::string_view part : {name, content}) {
    std::string length(8, '\0');
    size_t rest = part.size();
    for (size_t i = length.size(); i-- > 0; rest >>= 8) length[i] = static_cast<char>(rest & 0xff);
    hasher_.Update(length);
    hasher_.Update(part);
  }
}

}  // namespace amana::identity
