#include "broker/main/succession_files.h"

#include "base/durable_file.h"
#include "base/status.h"
#include "proto/envelope/recovery.h"

namespace amana::broker {

std::string SuccessionFile(const Config& config) { return config.data_dir + "/succession"; }
std::string RecoverFirstFile(const Config& config) { return config.data_dir + "/recover-first"; }

absl::Status CheckRecovered(const Config& config) {
  AMANA_ASSIGN_OR_RETURN(const bool wanted, RealFileSystem().Exists(RecoverFirstFile(config)));
  if (!wanted) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "RECOVERY_NEEDED", "store",
                   "this store was put here to be recovered from, and may not be gone on with: "
                   "amana-broker recover");
}

absl::StatusOr<std::string> ReadSuccession(const Config& config, std::string_view vkey) {
  AMANA_ASSIGN_OR_RETURN(std::string bytes, RealFileSystem().Read(SuccessionFile(config)));
  AMANA_ASSIGN_OR_RETURN(const auto file, envelope::RecoveryFile::Parse(bytes));
  if (file.statement().new_vkey() == vkey) return bytes;
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "path",
                   "path: the log goes on in no other's place");
}

absl::Status PlaceSuccession(const Config& config, std::string_view vkey) {
  if (!config.tiles) return absl::OkStatus();
  const absl::StatusOr<std::string> bytes = ReadSuccession(config, vkey);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(bytes.status());
  const std::string folder = config.data_dir + "/tiles";
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  return RealFileSystem().WriteAtomically(folder + "/succession", *bytes, kPublicFile);
}

}  // namespace amana::broker
