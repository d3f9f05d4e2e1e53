#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "broker/audit/proofs.h"
#include "broker/audit/tile_writer.h"
#include "broker/events/commit.h"
#include "broker/identity/registry.h"
#include "broker/identity/signer.h"
#include "broker/main/guard.h"
#include "broker/main/keys.h"
#include "broker/main/recover.h"
#include "broker/store/embedded/check.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/statement.h"
#include "proto/transparency/checkpoint.h"

namespace amana::broker {
namespace {

using envelope::RecoveryFile;
using transparency::NoteVerifier;
using transparency::Succession;

FileSystem& Files() { return RealFileSystem(); }

absl::Status Refused(std::string_view reason, std::string_view field, const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, field, message);
}
absl::Status Outdated(std::string_view field, const std::string& why) {
  return Refused("RECOVERY_OUTDATED", field,
                 absl::StrCat(std::string(field), ": ", why,
                              ". Prepare another statement, and have it signed"));
}

// Agencies believe operators of the agency that the broker's own certificate names, and nobody
// else; so does this.
absl::StatusOr<AgencyId> BrokerAgency(const Config& config) {
  AMANA_ASSIGN_OR_RETURN(const std::string pem, Files().Read(config.tls_certificate));
  AMANA_ASSIGN_OR_RETURN(const auto chain, crypto::ParsePemBundle(pem));
  if (chain.empty()) return Refused("CERT_MALFORMED", "tls.certificate", "holds no certificate");
  return chain.front().spiffe().agency;
}

absl::Status CheckSigners(const Config& config, const RecoveryFile& file, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const auto registry,
                         identity::Registry::Load(Files(), config.registry_path));
  AMANA_ASSIGN_OR_RETURN(const std::string text, Files().Read(registry->revocations_path()));
  AMANA_ASSIGN_OR_RETURN(const auto revoked, identity::RevocationList::Parse(text));
  AMANA_ASSIGN_OR_RETURN(const AgencyId agency, BrokerAgency(config));
  AMANA_RETURN_IF_ERROR(file.CheckSignedBy(agency));
  for (const envelope::RecoverySigner& by : file.signers()) {
    AMANA_RETURN_IF_ERROR(envelope::CheckFreshness(by.meta, now));
    AMANA_ASSIGN_OR_RETURN(
        const identity::Signer signer,
        identity::ResolveSigner(by.certificate.id(), *registry, revoked, now, agency));
    AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(signer));
  }
  return absl::OkStatus();
}

class Apply {
 public:
  Apply(const Config& config, const RecoveryFile& file, const Succession& succession,
        crypto::Ed25519PrivateKey key)
      : config_(config),
        file_(file),
        succession_(succession),
        key_(std::move(key)),
        clock_(config.clock_sync),
        tag_("." + file.digest().hex().substr(0, 16)) {}

  absl::StatusOr<RecoveryReport> Run() {
    AMANA_RETURN_IF_ERROR(CheckGuard());
    AMANA_ASSIGN_OR_RETURN(const bool continued, IsContinued());
    if (!continued) {
      AMANA_RETURN_IF_ERROR(store::ContinueLog(Options(), succession_.old_log(), file_.digest()));
    }
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store,
                           store::OpenEmbeddedStore(Options()));
    const absl::Status finished = Finish(*store);
    store->Close();
    AMANA_RETURN_IF_ERROR(finished);
    RecoveryReport report{succession_.new_log().vkey(), succession_.kept().size(), ""};
    const std::string old_guard = GuardFile(config_) + tag_;
    AMANA_ASSIGN_OR_RETURN(const bool kept, Files().Exists(old_guard));
    if (!config_.guard.empty() && kept) report.old_guard = old_guard;
    return report;
  }

 private:
  store::EmbeddedOptions Options() const {
    return {.directory = config_.data_dir + "/store",
            .clock = &clock_,
            .log_key = key_,
            .origin = config_.log_origin,
            .opened_detail = file_.payload(),
            .may_begin = false,
            .key_copies = {},
            .on_key_copies = nullptr,
            .sqlite_vfs = ""};
  }

  bool IsBy(const NoteVerifier& log, const std::string& note) const {
    return transparency::OpenCheckpoint(note, log).ok();
  }

  // Before anything is done: it has seen nothing that the two who signed did not know of.
  absl::Status CheckGuard() const {
    if (config_.guard.empty()) return absl::OkStatus();
    const absl::StatusOr<std::string> note = Files().Read(GuardFile(config_));
    if (absl::IsNotFound(note.status())) return absl::OkStatus();
    AMANA_RETURN_IF_ERROR(note.status());
    if (IsBy(succession_.new_log(), *note)) return absl::OkStatus();
    const auto seen = transparency::OpenCheckpoint(*note, succession_.old_log());
    if (!seen.ok()) return Outdated("guard", "it is of neither log");
    if (seen->checkpoint.size() > succession_.newest().size()) {
      return Outdated("guard", "it has seen more of the old log than the statement names");
    }
    return absl::OkStatus();
  }

  // Whether the store has gone on already; else it must be as the statement says.
  absl::StatusOr<bool> IsContinued() const {
    AMANA_ASSIGN_OR_RETURN(const auto store,
                           store::StoreForCheck::Open(config_.data_dir + "/store"));
    AMANA_ASSIGN_OR_RETURN(const auto snapshot, store->Read());
    AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
    const transparency::Checkpoint& kept = succession_.kept();
    if (IsBy(succession_.old_log(), head.checkpoint)) {
      if (head.size == kept.size() && head.root == kept.root()) return false;
      return Outdated("store", "its log is not the one that the statement keeps");
    }
    if (!IsBy(succession_.new_log(), head.checkpoint) || head.size <= kept.size()) {
      return Outdated("store", "its log is neither the old nor the new one");
    }
    AMANA_ASSIGN_OR_RETURN(const auto events, snapshot->log().ReadEvents(kept.size(), 1));
    const bool opened = events.size() == 1 && events[0].event.kind == v1::EVENT_KIND_LOG_OPENED &&
                        events[0].event.detail == file_.payload();
    if (!opened) return Outdated("store", "another statement was applied to it");
    return true;
  }

  absl::Status Finish(const store::Store& store) const {
    AMANA_ASSIGN_OR_RETURN(const auto snapshot, store.Read());
    AMANA_RETURN_IF_ERROR(KeepStatement(*snapshot));
    AMANA_RETURN_IF_ERROR(MoveWitnessedAside());
    if (config_.tiles) AMANA_RETURN_IF_ERROR(DeriveFiles(store));
    if (!config_.guard.empty()) {
      AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
      AMANA_RETURN_IF_ERROR(BeginGuard(head.checkpoint));
    }
    const absl::Status done = Files().Remove(RecoverFirstFile(config_));
    return absl::IsNotFound(done) ? absl::OkStatus() : done;
  }

  absl::Status KeepStatement(const store::Snapshot& snapshot) const {
    const uint64_t index = succession_.kept().size();
    AMANA_ASSIGN_OR_RETURN(const auto events, snapshot.log().ReadEvents(index, 1));
    if (events.empty()) return Outdated("store", "the new log's first entry is not there");
    v1::SignedRecovery served = file_.message();
    *served.mutable_receipt()->mutable_event() = events::ToOpening(events[0].event, events[0].seed);
    AMANA_ASSIGN_OR_RETURN(*served.mutable_receipt()->mutable_tlog_proof(),
                           audit::TlogProofFor(snapshot, index));
    const std::string path = SuccessionFile(config_);
    const absl::StatusOr<std::string> before = Files().Read(path);
    if (before.ok()) {
      AMANA_ASSIGN_OR_RETURN(const RecoveryFile other, RecoveryFile::Parse(*before));
      if (other.digest() != file_.digest()) {
        AMANA_RETURN_IF_ERROR(
            Files().Rename(path, absl::StrCat(path, ".", other.digest().hex().substr(0, 16))));
      }
    }
    return Files().WriteAtomically(path, served.SerializeAsString(), kPublicFile);
  }

  absl::Status MoveWitnessedAside() const {
    const std::string path = config_.data_dir + "/witnessed-checkpoint";
    const absl::StatusOr<std::string> note = Files().Read(path);
    if (!note.ok() || IsBy(succession_.new_log(), *note)) return absl::OkStatus();
    return Files().Rename(path, path + tag_);
  }

  // What the old files have beyond the entries kept must not be taken for the new log's.
  absl::Status DeriveFiles(const store::Store& store) const {
    const std::string folder = config_.data_dir + "/tiles";
    const absl::StatusOr<std::string> note = Files().Read(folder + "/checkpoint");
    AMANA_ASSIGN_OR_RETURN(const bool there, Files().Exists(folder));
    AMANA_ASSIGN_OR_RETURN(const bool moved, Files().Exists(folder + tag_));
    if (there && !moved && !(note.ok() && IsBy(succession_.new_log(), *note))) {
      AMANA_RETURN_IF_ERROR(Files().Rename(folder, folder + tag_));
    }
    audit::TileWriter tiles(&store, &Files(), folder, succession_.new_log(), nullptr);
    AMANA_RETURN_IF_ERROR(tiles.Derive());
    return PlaceSuccession(config_, succession_.new_log().vkey());
  }

  absl::Status BeginGuard(const std::string& checkpoint) const {
    const std::string path = GuardFile(config_);
    const absl::StatusOr<std::string> note = Files().Read(path);
    if (note.ok()) {
      if (IsBy(succession_.new_log(), *note)) return absl::OkStatus();
      AMANA_RETURN_IF_ERROR(Files().WriteAtomically(path + tag_, *note, kPublicFile));
    }
    AMANA_RETURN_IF_ERROR(Files().CreateDirectories(config_.guard));
    return Files().WriteAtomically(path, checkpoint, kPublicFile);
  }

  const Config& config_;
  const RecoveryFile& file_;
  const Succession& succession_;
  const crypto::Ed25519PrivateKey key_;
  const SystemClock clock_;
  const std::string tag_;  // after the names of what is kept of the old log
};

}  // namespace

absl::StatusOr<RecoveryReport> ApplyRecovery(const Config& config, const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, Files().Read(path));
  AMANA_ASSIGN_OR_RETURN(const RecoveryFile file, RecoveryFile::Parse(bytes));
  AMANA_RETURN_IF_ERROR(CheckSigners(config, file, SystemClock(config.clock_sync).Now()));
  AMANA_ASSIGN_OR_RETURN(const Succession succession, Succession::Create(file.statement()));
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, ReadLogKey(config.log_key));
  AMANA_ASSIGN_OR_RETURN(
      const auto configured,
      NoteVerifier::Create(config.log_origin, transparency::NoteKeyType::kEd25519,
                           key.PublicKey()));
  if (configured.vkey() != succession.new_log().vkey()) {
    return Refused("RECOVERY_CONFIG_MISMATCH", "transparency",
                   "the configuration's log is " + configured.vkey() + ", the new one is " +
                       succession.new_log().vkey() + ": set transparency.origin (and key)");
  }
  return Apply(config, file, succession, std::move(key)).Run();
}

}  // namespace amana::broker
