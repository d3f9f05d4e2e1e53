#include "agency-adapters/immigration/out_folder.h"

#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::immigration {
namespace {

using net::RemotePath;

std::string NameOf(std::string_view key) {
  return "amana-" + crypto::Sha256(key).hex().substr(0, 32) + ".csv";
}

absl::Status UnlessAbsent(const absl::Status& status) {
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace

absl::StatusOr<bool> OutFolder::IsThere(const std::string& name) {
  AMANA_ASSIGN_OR_RETURN(const RemotePath path, RemotePath::Create(folder_, name));
  const auto found = files_.Stat(path);
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  return found.ok();
}

absl::StatusOr<bool> OutFolder::IsLaidOut(const std::string& name) {
  AMANA_ASSIGN_OR_RETURN(const bool digest, IsThere(name + ".sha256"));
  if (digest) return true;
  if (!sent_.Has(name)) return false;
  // Without its digest it was not taken: the writing was cut between the two.
  AMANA_ASSIGN_OR_RETURN(const bool data, IsThere(name));
  return !data;
}

absl::Status OutFolder::Upload(const std::string& name, std::string_view bytes) {
  AMANA_ASSIGN_OR_RETURN(const RemotePath part, RemotePath::Create(folder_, name + ".part"));
  AMANA_ASSIGN_OR_RETURN(const RemotePath path, RemotePath::Create(folder_, name));
  AMANA_RETURN_IF_ERROR(files_.Write(part, bytes));
  return files_.Rename(part, path);
}

absl::StatusOr<std::string> OutFolder::Write(std::string_view key, std::string_view bytes) {
  std::string name = NameOf(key);
  AMANA_ASSIGN_OR_RETURN(const bool laid_out, IsLaidOut(name));
  if (laid_out) return name;
  AMANA_RETURN_IF_ERROR(Upload(name, bytes));
  // From here on its absence means that it was taken.
  AMANA_RETURN_IF_ERROR(sent_.Add(name));
  AMANA_RETURN_IF_ERROR(Upload(name + ".sha256", crypto::Sha256(bytes).hex() + "  " + name + "\n"));
  return name;
}

absl::StatusOr<std::optional<std::string>> OutFolder::Find(std::string_view key) {
  std::string name = NameOf(key);
  AMANA_ASSIGN_OR_RETURN(const bool laid_out, IsLaidOut(name));
  if (!laid_out) return std::nullopt;
  return name;
}

absl::Status OutFolder::TakeBack(const std::string& name) {
  if (!sent_.Has(name)) return absl::OkStatus();
  for (const std::string& one : {name, name + ".sha256"}) {
    AMANA_ASSIGN_OR_RETURN(const RemotePath path, RemotePath::Create(folder_, one));
    AMANA_RETURN_IF_ERROR(UnlessAbsent(files_.Remove(path)));
  }
  return absl::OkStatus();
}

}  // namespace amana::immigration
