#include "certs/authority_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status.h"
#include "certs/errors.h"
#include "proto/crypto/key_file.h"

namespace amana::certs {
namespace {

using crypto::Authority;
using crypto::Certificate;
using crypto::CertUsage;
using crypto::EcdsaPrivateKey;

// Peers' clocks may be this far behind.
constexpr absl::Duration kBackdate = absl::Minutes(5);

absl::Status CheckDays(int days) {
  return days >= 1 && days <= 7300 ? absl::OkStatus() : DaysInvalid(days);
}

// Held while a file is read, changed and written back. Gone with the process.
class FolderLock {
 public:
  static absl::StatusOr<FolderLock> Take(const std::string& dir) {
    const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return ErrnoError(errno, dir);
    FolderLock lock(fd);
    while (flock(fd, LOCK_EX) != 0) {
      if (errno != EINTR) return ErrnoError(errno, dir);
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

// The key at `path`, made now if it is not there: one that is there without its certificate was
// left by a command that did not finish.
absl::StatusOr<EcdsaPrivateKey> KeyAt(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const bool exists, RealFileSystem().Exists(path));
  if (exists) {
    AMANA_ASSIGN_OR_RETURN(const crypto::Secret pem, crypto::ReadKeyFile(path));
    return EcdsaPrivateKey::FromPem(pem);
  }
  AMANA_ASSIGN_OR_RETURN(EcdsaPrivateKey key, EcdsaPrivateKey::Generate());
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret pem, key.ToPem());
  AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(path, pem));
  return key;
}

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string pem, RealFileSystem().Read(path));
  return Certificate::FromPem(pem);
}

CertState StateAt(const Certificate& certificate, absl::Time now) {
  if (now < certificate.not_before()) return CertState::kNotYetValid;
  // The last second named is still inside.
  if (now >= certificate.not_after() + absl::Seconds(1)) return CertState::kExpired;
  return CertState::kValid;
}

// `listed` is oldest first, so whatever follows for the same id and usage is the newer one.
void MarkSuperseded(std::vector<Listed>& listed) {
  for (size_t i = 0; i < listed.size(); ++i) {
    const Certificate& older = listed[i].certificate;
    if (listed[i].state != CertState::kValid || older.usage() == CertUsage::kCa) continue;
    for (size_t j = i + 1; j < listed.size(); ++j) {
      const Certificate& newer = listed[j].certificate;
      if (listed[j].state == CertState::kValid && newer.usage() == older.usage() &&
          newer.spiffe() == older.spiffe()) {
        listed[i].state = CertState::kSuperseded;
      }
    }
  }
}

}  // namespace

std::string Signed::pem() const {
  return certificate.usage() == CertUsage::kTls ? certificate.pem() + issuing.pem()
                                                : certificate.pem();
}

std::string_view StateName(CertState state) {
  switch (state) {
    case CertState::kValid:
      return "valid";
    case CertState::kNotYetValid:
      return "not-yet-valid";
    case CertState::kExpired:
      return "expired";
    case CertState::kRevoked:
      return "revoked";
    case CertState::kSuperseded:
      return "superseded";
  }
  return "unknown";
}

std::string AuthorityFolder::agency_path(const AgencyId& agency) const {
  return dir_ + "/agencies/" + agency.value() + "/ca.crt";
}

crypto::Validity AuthorityFolder::Span(const Certificate* issuer, int days) const {
  const absl::Time now = clock_.Now();
  absl::Time from = now - kBackdate;
  if (issuer != nullptr) from = std::max(from, issuer->not_before());
  return {from, now + absl::Hours(24) * days};
}

absl::StatusOr<Certificate> AuthorityFolder::Init(std::string_view trust_domain, int days) const {
  AMANA_RETURN_IF_ERROR(CheckDays(days));
  AMANA_RETURN_IF_ERROR(crypto::CheckTrustDomain(trust_domain));
  FileSystem& files = RealFileSystem();
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(dir_ + "/agencies"));
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(dir_ + "/issued"));
  AMANA_ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(dir_));
  // A root certificate whose key was taken away is a root all the same.
  AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(root_path()));
  if (exists) return FileExistsError(root_path());
  AMANA_ASSIGN_OR_RETURN(const EcdsaPrivateKey key, KeyAt(dir_ + "/root.key"));
  AMANA_ASSIGN_OR_RETURN(Certificate root,
                         crypto::MakeRoot(key, trust_domain, Span(nullptr, days)));
  AMANA_RETURN_IF_ERROR(files.CreateAtomically(root_path(), root.pem(), kPublicFile));
  return root;
}

absl::StatusOr<Authority> AuthorityFolder::Load(const std::string& stem) const {
  AMANA_ASSIGN_OR_RETURN(Certificate certificate, ReadCertificate(stem + ".crt"));
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret pem, crypto::ReadKeyFile(stem + ".key"));
  AMANA_ASSIGN_OR_RETURN(EcdsaPrivateKey key, EcdsaPrivateKey::FromPem(pem));
  return Authority{std::move(certificate), std::move(key)};
}

absl::StatusOr<Certificate> AuthorityFolder::AddAgency(const AgencyId& agency,
                                                       const std::optional<std::string>& csr_pem,
                                                       int days) const {
  AMANA_RETURN_IF_ERROR(CheckDays(days));
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(dir_));
  AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(agency_path(agency)));
  if (exists) return FileExistsError(agency_path(agency));
  AMANA_ASSIGN_OR_RETURN(const Authority root, Load(dir_ + "/root"));
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(dir_ + "/agencies/" + agency.value()));
  std::optional<crypto::EcdsaPublicKey> subject;
  if (csr_pem.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const crypto::Csr csr, crypto::Csr::FromPem(*csr_pem));
    subject = csr.public_key();
  } else {
    AMANA_ASSIGN_OR_RETURN(const EcdsaPrivateKey key,
                           KeyAt(dir_ + "/agencies/" + agency.value() + "/ca.key"));
    subject = key.PublicKey();
  }
  AMANA_ASSIGN_OR_RETURN(Certificate ca,
                         crypto::IssueAgencyCa(root, *subject, root.certificate.ca_trust_domain(),
                                               agency, Span(&root.certificate, days)));
  AMANA_RETURN_IF_ERROR(files.CreateAtomically(agency_path(agency), ca.pem(), kPublicFile));
  AMANA_RETURN_IF_ERROR(WriteIssuingBundle());
  return ca;
}

absl::Status AuthorityFolder::WriteIssuingBundle() const {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Certificate> authorities, Authorities());
  std::string bundle;
  for (const Certificate& ca : authorities) bundle += ca.pem();
  return RealFileSystem().WriteAtomically(issuing_path(), bundle, kPublicFile);
}

absl::StatusOr<Signed> AuthorityFolder::SignFor(const crypto::Csr& csr,
                                                const SignRequest& request) const {
  FileSystem& files = RealFileSystem();
  const std::string stem = dir_ + "/agencies/" + request.spiffe.agency.value() + "/ca";
  AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(stem + ".crt"));
  if (!exists) return AgencyUnknown(request.spiffe.agency.value());
  AMANA_ASSIGN_OR_RETURN(const Authority ca, Load(stem));
  crypto::EndEntity profile{.spiffe = request.spiffe,
                            .usage = request.usage,
                            .validity = Span(&ca.certificate, request.days),
                            .dns_names = request.dns_names,
                            .ip_addresses = request.ip_addresses};
  profile.spiffe.trust_domain = ca.certificate.ca_trust_domain();
  AMANA_ASSIGN_OR_RETURN(Certificate certificate,
                         crypto::IssueEndEntity(ca, csr.public_key(), profile));
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(dir_ + "/issued"));
  AMANA_RETURN_IF_ERROR(files.CreateAtomically(dir_ + "/issued/" + certificate.id().hex() + ".crt",
                                               certificate.pem(), kPublicFile));
  return Signed{std::move(certificate), ca.certificate, csr.requested()};
}

absl::StatusOr<Signed> AuthorityFolder::Sign(const SignRequest& request) const {
  AMANA_RETURN_IF_ERROR(CheckDays(request.days));
  AMANA_ASSIGN_OR_RETURN(const crypto::Csr csr, crypto::Csr::FromPem(request.csr_pem));
  return SignFor(csr, request);
}

absl::StatusOr<Rotated> AuthorityFolder::Rotate(const Certificate& old, const std::string& csr_pem,
                                                int days) const {
  AMANA_RETURN_IF_ERROR(CheckDays(days));
  AMANA_ASSIGN_OR_RETURN(std::vector<Certificate> authorities, Authorities());
  AMANA_ASSIGN_OR_RETURN(
      const auto verifier,
      crypto::ChainVerifier::Create({.roots = {}, .issuing = std::move(authorities)}));
  AMANA_RETURN_IF_ERROR(verifier->IssuerOf(old).status());
  AMANA_ASSIGN_OR_RETURN(const std::vector<crypto::Revocation> revocations, Revocations());
  for (const crypto::Revocation& revocation : revocations) {
    if (revocation.certificate == old.id()) return CertRevoked(old.id().hex());
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Csr csr, crypto::Csr::FromPem(csr_pem));
  if (csr.public_key() == old.public_key()) return KeyReused();
  AMANA_ASSIGN_OR_RETURN(Signed replacement, SignFor(csr, {.csr_pem = csr_pem,
                                                           .spiffe = old.spiffe(),
                                                           .usage = old.usage(),
                                                           .days = days,
                                                           .dns_names = old.dns_names(),
                                                           .ip_addresses = old.ip_addresses()}));
  return Rotated{old, std::move(replacement)};
}

absl::StatusOr<std::vector<crypto::Revocation>> AuthorityFolder::Revocations() const {
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(revocation_list_path()));
  if (!exists) return std::vector<crypto::Revocation>();
  AMANA_ASSIGN_OR_RETURN(const std::string text, files.Read(revocation_list_path()));
  return crypto::ParseRevocationList(text);
}

absl::StatusOr<crypto::Revocation> AuthorityFolder::Revoke(const CertId& certificate,
                                                           std::string_view reason) const {
  AMANA_ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(dir_));
  AMANA_ASSIGN_OR_RETURN(const std::vector<crypto::Revocation> known, Revocations());
  for (const crypto::Revocation& revocation : known) {
    if (revocation.certificate == certificate) return revocation;
  }
  FileSystem& files = RealFileSystem();
  std::string text;
  AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(revocation_list_path()));
  if (exists) {
    AMANA_ASSIGN_OR_RETURN(text, files.Read(revocation_list_path()));
  }
  const crypto::Revocation revocation{
      certificate, absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Now())), std::string(reason)};
  AMANA_ASSIGN_OR_RETURN(const std::string line, crypto::FormatRevocation(revocation));
  AMANA_RETURN_IF_ERROR(files.WriteAtomically(revocation_list_path(), text + line, kPublicFile));
  return revocation;
}

absl::StatusOr<std::vector<Certificate>> AuthorityFolder::Authorities() const {
  FileSystem& files = RealFileSystem();
  std::vector<Certificate> authorities;
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> agencies, files.List(dir_ + "/agencies"));
  for (const std::string& agency : agencies) {
    const std::string path = dir_ + "/agencies/" + agency + "/ca.crt";
    AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(path));
    if (!exists) continue;  // a request that failed half way
    AMANA_ASSIGN_OR_RETURN(Certificate ca, ReadCertificate(path));
    authorities.push_back(std::move(ca));
  }
  return authorities;
}

absl::StatusOr<std::vector<Listed>> AuthorityFolder::List() const {
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(std::vector<Certificate> all, Authorities());
  AMANA_ASSIGN_OR_RETURN(Certificate root, ReadCertificate(root_path()));
  all.insert(all.begin(), std::move(root));
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(dir_ + "/issued"));
  for (const std::string& name : names) {
    AMANA_ASSIGN_OR_RETURN(Certificate certificate, ReadCertificate(dir_ + "/issued/" + name));
    all.push_back(std::move(certificate));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<crypto::Revocation> revocations, Revocations());
  std::stable_sort(all.begin(), all.end(), [](const Certificate& a, const Certificate& b) {
    return a.not_before() < b.not_before();
  });
  std::vector<Listed> listed;
  for (const Certificate& certificate : all) {
    Listed entry{certificate, StateAt(certificate, clock_.Now()), std::nullopt};
    for (const crypto::Revocation& revocation : revocations) {
      if (revocation.certificate != certificate.id()) continue;
      entry.state = CertState::kRevoked;
      entry.revocation = revocation;
    }
    listed.push_back(std::move(entry));
  }
  MarkSuperseded(listed);
  return listed;
}

}  // namespace amana::certs
