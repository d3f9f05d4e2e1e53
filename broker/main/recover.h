// `amana-broker recover`: a log that cannot be gone on with, because the store is an older copy or
// the log's key is lost, ends, and another goes on in its place with the entries that are left. No
// origin ever signs two histories. Two operators must have signed what is said of it
// (amana/v1/recovery.proto). For a broker that is not running.
#ifndef AMANA_BROKER_MAIN_RECOVER_H_
#define AMANA_BROKER_MAIN_RECOVER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/main/config.h"
#include "broker/main/succession_files.h"
#include "proto/envelope/recovery.h"
#include "proto/transparency/succession.h"

namespace amana::broker {

struct PrepareRequest {
  std::string new_origin;
  std::vector<std::string> newest;  // files: checkpoints of the old log, as from a witness
  bool key_lost = false;
  std::string old_vkey;  // or a file with it; empty: the configured origin and key
  std::string out;
};

// Writes the statement, without signatures, to request.out. The new log is signed with the key that
// the configuration names. The newest checkpoint is the longest of the store's, the guard's and
// those given. Errors: NOTHING_TO_RECOVER (nothing newer than the store is known, and no key lost);
// OLD_KEY_MISSING (a lost key's verifier key must be named); LOG_INCONSISTENT (the store's log is
// not the old one); LOG_FORKED_AT_GUARD, LOG_FORKED (the store has another history than a
// checkpoint: it is no older copy, and this is not for it); GUARD_FOREIGN; ALREADY_RUNNING and
// others of StoreForCheck; of Succession::Create; of files.
absl::StatusOr<transparency::Succession> PrepareRecovery(const Config& config,
                                                         const PrepareRequest& request);

struct RecoveryReport {
  std::string vkey;       // of the new log
  uint64_t opened = 0;    // index of its first own entry
  std::string old_guard;  // where the old log's guard is kept; empty: there was none
};

// Does what the statement in `file` says: the store's log goes on as the new one, in one
// transaction; then the signed statement is put where it is served, files of the log that lead are
// moved aside, and last of all the guard is begun anew, the old one kept beside it. May be
// interrupted at any moment: until the guard is new the broker does not start, and the same again
// finishes. Errors: RECOVERY_UNSIGNED and others of envelope/recovery.h; those of ResolveSigner,
// and SIGNER_NOT_PERSON, for who may not sign; RECOVERY_CONFIG_MISMATCH (transparency.key and
// .origin are not the new log's); RECOVERY_OUTDATED (store or guard are not as they were); of files
// and the store.
absl::StatusOr<RecoveryReport> ApplyRecovery(const Config& config, const std::string& file);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_RECOVER_H_
