#include "certs/unit.h"

#include <utility>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status.h"
#include "certs/errors.h"

namespace amana::certs {
namespace {

using crypto::Certificate;
using crypto::CertUsage;

bool IsOf(const Certificate& certificate, const UnitName& name) {
  if (certificate.usage() == CertUsage::kCa) return false;
  const crypto::SpiffeId& id = certificate.spiffe();
  return id.agency == name.agency && id.unit == name.unit &&
         (!name.person.has_value() || id.person == name.person);
}

std::string Text(const UnitName& name) {
  std::string text = name.agency.value() + "/" + name.unit.value();
  return name.person.has_value() ? text + "/" + name.person->value() : text;
}

struct Profile {
  CertUsage usage;
  crypto::Role role;
};

// "sealing", "sealing-2": what stands before the first hyphen says what it is for.
absl::StatusOr<Profile> ProfileOf(const std::string& name) {
  const std::string stem = name.substr(0, name.find('-'));
  if (stem == "tls") return Profile{CertUsage::kTls, crypto::Role::kSystem};
  if (stem == "signing") return Profile{CertUsage::kSigning, crypto::Role::kSystem};
  if (stem == "sealing") return Profile{CertUsage::kSealing, crypto::Role::kSystem};
  if (stem == "person") return Profile{CertUsage::kSigning, crypto::Role::kPerson};
  return RequestNameUnknown(name);
}

absl::Status Register(const std::string& registry, const Certificate& certificate) {
  if (registry.empty() || certificate.usage() == CertUsage::kSealing) return absl::OkStatus();
  FileSystem& files = RealFileSystem();
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(registry));
  const std::string file = registry + "/" + certificate.id().hex().substr(0, 32) + ".pem";
  return files.WriteAtomically(file, certificate.pem(), kPublicFile);
}

absl::StatusOr<Enrolled> EnrolOne(const AuthorityFolder& folder, const EnrolRequest& request,
                                  const std::string& name) {
  FileSystem& files = RealFileSystem();
  const std::string stem = request.keys + "/" + name;
  AMANA_ASSIGN_OR_RETURN(const Profile profile, ProfileOf(name));
  AMANA_ASSIGN_OR_RETURN(const std::string csr_pem, files.Read(stem + ".csr"));
  AMANA_ASSIGN_OR_RETURN(const bool certified, files.Exists(stem + ".pem"));
  if (certified) {  // by a run that may have ended before it was registered
    AMANA_ASSIGN_OR_RETURN(const crypto::Csr csr, crypto::Csr::FromPem(csr_pem));
    AMANA_ASSIGN_OR_RETURN(const std::string pem, files.Read(stem + ".pem"));
    AMANA_ASSIGN_OR_RETURN(Certificate there, Certificate::FromPem(pem));
    if (there.public_key() != csr.public_key() ||
        !IsOf(there, {request.name.agency, request.name.unit})) {
      return FileExistsError(stem + ".pem");
    }
    return Enrolled{name, std::move(there), false};
  }
  SignRequest wanted;
  wanted.csr_pem = csr_pem;
  wanted.usage = profile.usage;
  wanted.days = request.days;
  wanted.spiffe.agency = request.name.agency;
  wanted.spiffe.unit = request.name.unit;
  wanted.spiffe.role = profile.role;
  if (profile.role == crypto::Role::kPerson) {
    if (!request.name.person.has_value()) return RequestNameUnknown(name + " without --person");
    wanted.spiffe.person = request.name.person;
  }
  AMANA_ASSIGN_OR_RETURN(const Signed done, folder.Sign(wanted));
  AMANA_RETURN_IF_ERROR(files.CreateAtomically(stem + ".pem", done.pem(), kPublicFile));
  return Enrolled{name, done.certificate, true};
}

}  // namespace

absl::StatusOr<std::vector<crypto::Revocation>> RevokeUnit(const AuthorityFolder& folder,
                                                           const UnitName& name,
                                                           const std::string& reason,
                                                           const std::string& publish) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Listed> listed, folder.List());
  std::vector<crypto::Revocation> revoked;
  bool known = false;
  for (const Listed& entry : listed) {
    if (!IsOf(entry.certificate, name)) continue;
    known = true;
    if (entry.state == CertState::kRevoked || entry.state == CertState::kExpired) continue;
    AMANA_ASSIGN_OR_RETURN(crypto::Revocation one, folder.Revoke(entry.certificate.id(), reason));
    revoked.push_back(std::move(one));
  }
  if (!known) return NothingToRevoke(Text(name));
  if (!publish.empty()) {
    FileSystem& files = RealFileSystem();
    AMANA_ASSIGN_OR_RETURN(const std::string list, files.Read(folder.revocation_list_path()));
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(publish, list, kPublicFile));
  }
  return revoked;
}

absl::StatusOr<std::vector<Enrolled>> Enrol(const AuthorityFolder& folder,
                                            const EnrolRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, RealFileSystem().List(request.keys));
  std::vector<Enrolled> enrolled;
  for (const std::string& name : names) {
    if (!name.ends_with(".csr")) continue;
    AMANA_ASSIGN_OR_RETURN(Enrolled one,
                           EnrolOne(folder, request, name.substr(0, name.size() - 4)));
    AMANA_RETURN_IF_ERROR(Register(request.registry, one.certificate));
    enrolled.push_back(std::move(one));
  }
  if (enrolled.empty()) return NoRequests(request.keys);
  return enrolled;
}

}  // namespace amana::certs
