#include "broker/main/backup.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "broker/main/backup_manifest.h"
#include "broker/main/keys.h"
#include "broker/main/pseudonym_key.h"
#include "broker/store/embedded/backup.h"
#include "proto/crypto/key_file.h"
#include "proto/transparency/checkpoint.h"

namespace amana::broker {
namespace {

absl::Status Refused(std::string_view reason, const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "backup", message);
}

absl::StatusOr<transparency::NoteVerifier> VerifierOf(const Config& config) {
  AMANA_ASSIGN_OR_RETURN(const crypto::Ed25519PrivateKey key, ReadLogKey(config.log_key));
  return transparency::NoteVerifier::Create(config.log_origin, transparency::NoteKeyType::kEd25519,
                                            key.PublicKey());
}

// Whoever restores finds out too late that it is another log's.
absl::Status CheckIsOfLog(const store::LogHead& head, const transparency::NoteVerifier& log) {
  const auto opened = transparency::OpenCheckpoint(head.checkpoint, log);
  if (opened.ok() && opened->checkpoint.size() == head.size &&
      opened->checkpoint.root() == head.root) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kDataLoss, "LOG_INCONSISTENT", "store",
                   "the newest checkpoint in the database is not what this log has signed");
}

absl::Status MakeFolder(const Config& config, const std::string& folder) {
  FileSystem& files = RealFileSystem();
  if (IsWithin(folder, config.data_dir)) {
    return Refused("BACKUP_FOLDER_INVALID", "a backup is kept outside data_dir");
  }
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(folder));
  if (names.empty()) return absl::OkStatus();
  return Refused("BACKUP_FOLDER_NOT_EMPTY", folder + " is not empty: give each backup its own");
}

// False: there is none, as nobody has started this broker yet.
absl::StatusOr<bool> CopyPseudonymKey(const Config& config, const std::string& folder) {
  const absl::StatusOr<crypto::Secret> key = ReadPseudonymKey(config.pseudonym_key);
  if (absl::IsNotFound(key.status())) return false;
  AMANA_RETURN_IF_ERROR(key.status());
  AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(folder + "/" + kBackupPseudonymKey, *key));
  return true;
}

}  // namespace

absl::StatusOr<BackupReport> BackUp(const Config& config, const BackupRequest& request) {
  AMANA_RETURN_IF_ERROR(MakeFolder(config, request.folder));
  AMANA_ASSIGN_OR_RETURN(const transparency::NoteVerifier log, VerifierOf(config));
  BackupManifest manifest;
  manifest.made = absl::Now();
  const std::string database = request.folder + "/" + kBackupDatabase;
  AMANA_ASSIGN_OR_RETURN(manifest.database,
                         store::CopyDatabaseOut(config.data_dir + "/store", database));
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, store::HeadOfCopy(database));
  AMANA_RETURN_IF_ERROR(CheckIsOfLog(head, log));
  manifest.origin = config.log_origin;
  manifest.log_size = head.size;
  if (request.with_log_key) {
    AMANA_ASSIGN_OR_RETURN(const crypto::Secret key, crypto::ReadKeyFile(config.log_key));
    AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(request.folder + "/" + kBackupLogKey, key));
    manifest.has_log_key = true;
    AMANA_ASSIGN_OR_RETURN(manifest.has_pseudonym_key, CopyPseudonymKey(config, request.folder));
  }
  AMANA_RETURN_IF_ERROR(WriteManifest(request.folder, manifest));
  BackupReport report{head.size, manifest.database.bytes, std::nullopt};
  AMANA_ASSIGN_OR_RETURN(const std::optional<KeyCopy> copy, NewestKeyCopy(config.key_copies));
  if (copy.has_value()) report.keys_made = copy->made;
  return report;
}

}  // namespace amana::broker
