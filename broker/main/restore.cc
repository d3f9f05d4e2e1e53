#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "broker/audit/rollback_guard.h"
#include "broker/main/backup.h"
#include "broker/main/backup_manifest.h"
#include "broker/main/guard.h"
#include "broker/main/keys.h"
#include "broker/main/pseudonym_key.h"
#include "broker/main/succession_files.h"
#include "broker/main/witnesses.h"
#include "broker/store/embedded/backup.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/key_file.h"

namespace amana::broker {
namespace {

using transparency::Checkpoint;

constexpr char kAside[] = "restoring";

absl::Status Refused(std::string_view reason, const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "restore", message);
}

// A store that is put together here, and is nowhere unless it is kept.
class Aside {
 public:
  explicit Aside(const Config& config)
      : folder_(config.data_dir + "/" + kAside), store_(config.data_dir + "/store") {
    Discard();  // what one that died had left
  }
  ~Aside() {
    if (!kept_) Discard();
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  const std::string& folder() const { return folder_; }
  absl::Status Keep() {
    AMANA_RETURN_IF_ERROR(RealFileSystem().Rename(folder_, store_));
    kept_ = true;
    return absl::OkStatus();
  }

 private:
  // Keys that were destroyed elsewhere may be among those of a copy.
  void Discard() {
    const std::string keys = folder_ + "/keys.amana";
    if (RealFileSystem().Exists(keys).value_or(false)) {
      store::DestroyKeyFile(RealFileSystem(), keys).IgnoreError();
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const std::string folder_, store_;
  bool kept_ = false;
};

// Copies of the key file may be there: they are what a store is restored with.
absl::Status CheckNothingIsThere(const Config& config) {
  const absl::StatusOr<std::vector<std::string>> names = RealFileSystem().List(config.data_dir);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    const bool left_alone = name == "recover-first";  // by one that died before it was done
    if (name == kAside || left_alone ||
        IsWithin(config.key_copies.folder, config.data_dir + "/" + name)) {
      continue;
    }
    return Refused("DATA_DIR_NOT_EMPTY",
                   config.data_dir + " is not empty: move away what is there, and keep it");
  }
  return absl::OkStatus();
}

struct LogKey {
  crypto::Ed25519PrivateKey key;
  std::optional<crypto::Secret> lost;  // to be put where the configuration has it
};

absl::StatusOr<LogKey> FindLogKey(const Config& config, const std::string& folder,
                                  const BackupManifest& manifest) {
  absl::StatusOr<crypto::Ed25519PrivateKey> here = ReadLogKey(config.log_key);
  if (here.ok()) return LogKey{*std::move(here), std::nullopt};
  if (!absl::IsNotFound(here.status())) return here.status();
  if (!manifest.has_log_key) {
    return Refused("LOG_KEY_MISSING",
                   "the log's key is neither at transparency.key nor in this backup: look for a "
                   "copy of it (one is in backups that were made --with-log-key)");
  }
  AMANA_ASSIGN_OR_RETURN(crypto::Secret pem, crypto::ReadKeyFile(folder + "/" + kBackupLogKey));
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, crypto::Ed25519PrivateKey::FromPem(pem));
  return LogKey{std::move(key), std::move(pem)};
}

absl::StatusOr<std::string> ChooseKeys(const Config& config, const RestoreRequest& request,
                                       const BackupManifest& manifest,
                                       const std::optional<Checkpoint>& guard) {
  std::string path = request.keys;
  if (path.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<KeyCopy> newest, NewestKeyCopy(config.key_copies));
    if (!newest.has_value()) {
      return Refused("KEY_COPY_MISSING", "no copy of the key file is in " +
                                             config.key_copies.folder +
                                             ": name the key file that is left with --keys");
    }
    path = newest->path;
  }
  const auto made = store::KeyCopyDate(std::filesystem::path(path).filename().string());
  const absl::Time now = absl::Now();
  const bool lapsed =
      made.has_value() && (*made > now || now - *made >= config.key_copies.lifetime);
  // A store that is the newest knows of every erasure, and destroys its key again.
  const bool newest = guard.has_value() && guard->size() <= manifest.log_size;
  if (!lapsed || newest) return path;
  return Refused("KEY_COPY_LAPSED",
                 path +
                     " is older than store.key_copies_lifetime, and no guard says that the "
                     "backup is the newest: keys of what was erased since may be in it");
}

// The same as at a start.
absl::Status CheckMaySign(const Config& config, const std::string& folder,
                          const crypto::Ed25519PrivateKey& key,
                          const transparency::NoteVerifier& log,
                          const std::optional<Checkpoint>& guard) {
  const SystemClock clock(config.clock_sync);
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store,
                         store::OpenEmbeddedStore({.directory = folder,
                                                   .clock = &clock,
                                                   .log_key = key,
                                                   .origin = config.log_origin,
                                                   .opened_detail = config.log_origin,
                                                   .may_begin = false,
                                                   .key_copies = {},
                                                   .on_key_copies = nullptr,
                                                   .sqlite_vfs = ""}));
  absl::Status status;
  if (guard.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store->Read());
    status = audit::CheckAgainstGuard(*snapshot, *guard);
  }
  if (status.ok()) status = OpenWitnesses(config, store.get(), log).status();
  store->Close();
  return status;
}

// No guard says that it is the newest, or it need not be: so no lapsed keys.
absl::StatusOr<RestoreReport> RestoreToRecover(const Config& config, const RestoreRequest& request,
                                               const BackupManifest& manifest) {
  AMANA_ASSIGN_OR_RETURN(const std::string keys,
                         ChooseKeys(config, request, manifest, std::nullopt));
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(config.data_dir));
  Aside aside(config);
  AMANA_RETURN_IF_ERROR(store::CopyDatabaseIn(request.folder + "/" + kBackupDatabase,
                                              manifest.database, aside.folder()));
  AMANA_RETURN_IF_ERROR(store::CopyKeysIn(keys, aside.folder()));
  AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(RecoverFirstFile(config),
                                                         request.folder + "\n", kPublicFile));
  AMANA_RETURN_IF_ERROR(aside.Keep());
  return RestoreReport{manifest.log_size, keys, false, false};
}

// Without it auditors would know everybody by another name; what is there is not replaced.
absl::Status RestorePseudonymKey(const Config& config, const std::string& folder,
                                 const BackupManifest& manifest) {
  if (!manifest.has_pseudonym_key) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const bool there, RealFileSystem().Exists(config.pseudonym_key));
  if (there) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret key,
                         ReadPseudonymKey(folder + "/" + kBackupPseudonymKey));
  return crypto::WriteKeyFile(config.pseudonym_key, key);
}

}  // namespace

absl::StatusOr<RestoreReport> Restore(const Config& config, const RestoreRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const BackupManifest manifest, ReadManifest(request.folder));
  AMANA_RETURN_IF_ERROR(CheckNothingIsThere(config));
  if (request.to_recover) return RestoreToRecover(config, request, manifest);
  AMANA_ASSIGN_OR_RETURN(const LogKey log_key, FindLogKey(config, request.folder, manifest));
  AMANA_ASSIGN_OR_RETURN(const auto log, transparency::NoteVerifier::Create(
                                             config.log_origin, transparency::NoteKeyType::kEd25519,
                                             log_key.key.PublicKey()));
  std::optional<Checkpoint> guard;
  if (!config.guard.empty()) {
    AMANA_ASSIGN_OR_RETURN(guard, audit::ReadGuard(RealFileSystem(), GuardFile(config), log));
  }
  AMANA_ASSIGN_OR_RETURN(const std::string keys, ChooseKeys(config, request, manifest, guard));
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(config.data_dir));
  Aside aside(config);
  AMANA_RETURN_IF_ERROR(store::CopyDatabaseIn(request.folder + "/" + kBackupDatabase,
                                              manifest.database, aside.folder()));
  AMANA_RETURN_IF_ERROR(store::CopyKeysIn(keys, aside.folder()));
  AMANA_RETURN_IF_ERROR(CheckMaySign(config, aside.folder(), log_key.key, log, guard));
  if (log_key.lost.has_value()) {
    AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(config.log_key, *log_key.lost));
  }
  AMANA_RETURN_IF_ERROR(RestorePseudonymKey(config, request.folder, manifest));
  AMANA_RETURN_IF_ERROR(aside.Keep());
  return RestoreReport{manifest.log_size, keys, log_key.lost.has_value(), guard.has_value()};
}

}  // namespace amana::broker
