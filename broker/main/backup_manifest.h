// What a backup says of itself, and where the copies of the key file are.
#ifndef AMANA_BROKER_MAIN_BACKUP_MANIFEST_H_
#define AMANA_BROKER_MAIN_BACKUP_MANIFEST_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/store/embedded/backup.h"
#include "broker/store/embedded/key_copies.h"

namespace amana::broker {

inline constexpr char kBackupDatabase[] = "store.db";
inline constexpr char kBackupLogKey[] = "log.key";
inline constexpr char kBackupPseudonymKey[] = "pseudonym.key";

struct BackupManifest {
  absl::Time made;
  std::string origin;
  uint64_t log_size = 0;
  store::DatabaseCopy database;
  bool has_log_key = false;
  bool has_pseudonym_key = false;  // never, in those that were made before there was one
};

// As <folder>/backup.json. FILE_EXISTS.
absl::Status WriteManifest(const std::string& folder, const BackupManifest& manifest);
// BACKUP_INVALID when there is none, or not one of ours.
absl::StatusOr<BackupManifest> ReadManifest(const std::string& folder);

struct KeyCopy {
  std::string path;
  absl::Time made;
};
// nullopt when there is none.
absl::StatusOr<std::optional<KeyCopy>> NewestKeyCopy(const store::KeyCopyPolicy& policy);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_BACKUP_MANIFEST_H_
