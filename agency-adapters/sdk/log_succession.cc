#include "agency-adapters/sdk/log_succession.h"

#include <algorithm>
#include <map>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/notice_check.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

using envelope::RecoveryFile;
using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;
using transparency::Checkpoint;
using transparency::NoteVerifier;
using transparency::Succession;

constexpr size_t kEveryEntry = 10'000'000;

absl::Status SuccessionUntrusted(std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kPermissionDenied, "SUCCESSION_UNTRUSTED", field,
                   std::string(field) + ": " + std::string(why));
}

absl::Status CheckSigners(const RecoveryFile& file, const Identity& identity) {
  AMANA_RETURN_IF_ERROR(file.CheckSignedBy(identity.broker_agency()));
  for (const envelope::RecoverySigner& by : file.signers()) {
    if (by.certificate.spiffe().trust_domain != identity.trust_domain()) {
      return SuccessionUntrusted("signatures", "one is of another trust domain");
    }
    AMANA_RETURN_IF_ERROR(identity.authorities().Verify(
        by.certificate, FromUnixMillis(by.meta.created_unix_ms()), crypto::CertUsage::kSigning));
  }
  return absl::OkStatus();
}

absl::StatusOr<VerifiedReceipt> Opened(const RecoveryFile& file, const Succession& succession) {
  if (!file.message().has_receipt()) {
    return SuccessionUntrusted("receipt", "the new log has not been opened yet");
  }
  AMANA_ASSIGN_OR_RETURN(VerifiedReceipt opened,
                         VerifyReceipt(file.message().receipt(), succession.new_log()));
  const bool says_so =
      opened.index == succession.kept().size() && opened.event.kind == v1::EVENT_KIND_LOG_OPENED &&
      opened.event.detail == file.payload() && opened.event.statement_digest == file.digest();
  if (!says_so) return SuccessionUntrusted("receipt", "the new log's first entry does not say so");
  return opened;
}

absl::Status CheckRevocations(const RecoveryFile& file, const SuccessionTrust& trust,
                              absl::Time opened) {
  if (!trust.revocations.has_value()) return absl::OkStatus();
  for (const envelope::RecoverySigner& by : file.signers()) {
    for (const crypto::Revocation& revoked : *trust.revocations) {
      if (revoked.certificate != by.certificate.id() || revoked.revoked_at > opened) continue;
      return MakeError(absl::StatusCode::kPermissionDenied, "CERT_REVOKED", "signatures",
                       "signatures: one is by an operator whose certificate was revoked before the "
                       "new log was opened");
    }
  }
  return absl::OkStatus();
}

struct Note {
  uint64_t size = 0;
  Digest root;
  std::string note;
};

absl::StatusOr<std::vector<Note>> HeldOf(Mailbox& mailbox) {
  std::vector<Note> held;
  AMANA_RETURN_IF_ERROR(mailbox.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row, db.Prepare("SELECT size, root, note FROM checkpoints WHERE forked = 0 UNION "
                                  "SELECT held_size, held_root, held_note FROM notice_place "
                                  "ORDER BY 1"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      AMANA_ASSIGN_OR_RETURN(const Digest root, Digest::FromBytes(row.Bytes(1)));
      held.push_back({static_cast<uint64_t>(row.Int(0)), root, std::string(row.Text(2))});
    }
  }));
  return held;
}

// Receipts of the new log at the same places stay as they are.
absl::Status PutReceiptsAway(Database& db, const std::vector<OutboxEntry>& at_risk) {
  for (const OutboxEntry& entry : at_risk) {
    AMANA_RETURN_IF_ERROR(
        db.Run("INSERT OR IGNORE INTO ended_receipt SELECT id, log_index, receipt FROM outbox "
               "WHERE id = ?1",
               entry.id));
    AMANA_RETURN_IF_ERROR(db.Run(
        "UPDATE outbox SET state = 0, receipt = NULL, log_index = 0 WHERE id = ?1", entry.id));
  }
  return absl::OkStatus();
}

absl::Status PutCheckpointsAway(Database& db, const NoteVerifier& old_log) {
  const std::string vkey = old_log.vkey();
  std::vector<std::string> notes;
  {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT note FROM checkpoints"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) break;
      notes.emplace_back(row.Text(0));
    }
  }
  for (const std::string& note : notes) {
    if (!transparency::OpenCheckpoint(note, old_log).ok()) continue;
    AMANA_RETURN_IF_ERROR(db.Run(
        "INSERT OR IGNORE INTO ended_checkpoint SELECT ?1, size, root, note FROM checkpoints "
        "WHERE note = ?2",
        vkey, note));
    AMANA_RETURN_IF_ERROR(db.Run("DELETE FROM checkpoints WHERE note = ?1", note));
  }
  return absl::OkStatus();
}

// What was read of the old log beyond the kept entries is read again, of the new one.
absl::Status Forget(Database& db, const std::string& old_vkey, uint64_t kept) {
  AMANA_RETURN_IF_ERROR(
      db.Run("INSERT OR IGNORE INTO ended_notice SELECT ?1, log_index, notice FROM notice WHERE "
             "log_index >= ?2",
             old_vkey, kept));
  AMANA_RETURN_IF_ERROR(db.Run("DELETE FROM directory_entries WHERE log_index >= ?1", kept));
  AMANA_RETURN_IF_ERROR(db.Run("DELETE FROM wrap_answered WHERE log_index >= ?1", kept));
  return db.Run("DELETE FROM notice WHERE log_index >= ?1", kept);
}

// What was read of the kept entries gives the counters that the next notices go on from.
absl::StatusOr<std::map<std::string, uint64_t>> CountersKept(Database& db, const AgencyId& agency) {
  std::map<std::string, uint64_t> counters;
  AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT notice FROM notice ORDER BY log_index"));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
    if (!more) return counters;
    v1::Notice notice;
    const std::string_view bytes = row.Bytes(0);
    if (!notice.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return StoreCorruptError("notice: does not parse");
    }
    AMANA_ASSIGN_OR_RETURN(const EventView event,
                           notice.has_whole() ? ViewOf(notice.whole()) : ViewOf(notice.partial()));
    for (const auto& [name, value] : CountersOf(event, agency)) counters[name] = value;
  }
}

absl::Status ReadNoticesAgain(Database& db, const AgencyId& agency, uint64_t kept,
                              const NewCheckpoint& newest) {
  AMANA_ASSIGN_OR_RETURN(const auto counters, CountersKept(db, agency));
  AMANA_RETURN_IF_ERROR(db.Exec("DELETE FROM notice_counter"));
  for (const auto& [name, value] : counters) {
    AMANA_RETURN_IF_ERROR(
        db.Run("INSERT INTO notice_counter(name, value) VALUES(?1, ?2)", name, value));
  }
  return db.Run(
      "UPDATE notice_place SET next_index = min(next_index, ?1), held_size = ?2, held_root = ?3, "
      "held_note = ?4",
      kept, newest.checkpoint.size(), Blob(newest.checkpoint.root().view()), newest.note);
}

// What is held of a log is of the history that those who ended it knew.
absl::Status CheckNewest(const Note& note, const Succession& ends) {
  const Checkpoint& last = ends.newest();
  const bool other = note.size == last.size() && note.root != last.root();
  return other ? LogForked(note.size, last.size()) : absl::OkStatus();
}

absl::StatusOr<bool> WasTaken(Database& db, const std::string& vkey) {
  AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT 1 FROM ended_log WHERE vkey = ?1"));
  row.Bind(vkey);
  return row.Step();
}

absl::StatusOr<size_t> TakeSuccession(Mailbox& mailbox, const Identity& identity,
                                      const CheckedSuccession& checked,
                                      const NewCheckpoint& newest) {
  const Succession& succession = checked.succession;
  const uint64_t kept = succession.kept().size();
  const std::string old_vkey = succession.old_log().vkey();
  AMANA_ASSIGN_OR_RETURN(const std::vector<OutboxEntry> again, AtRisk(mailbox, succession));
  bool taken = false;
  AMANA_RETURN_IF_ERROR(mailbox.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(taken, WasTaken(db, old_vkey));
    if (taken) return absl::OkStatus();
    AMANA_RETURN_IF_ERROR(PutReceiptsAway(db, again));
    AMANA_RETURN_IF_ERROR(PutCheckpointsAway(db, succession.old_log()));
    AMANA_RETURN_IF_ERROR(Forget(db, old_vkey, kept));
    AMANA_RETURN_IF_ERROR(ReadNoticesAgain(db, identity.agency(), kept, newest));
    AMANA_RETURN_IF_ERROR(
        db.Run("INSERT OR IGNORE INTO checkpoints(size, root, note) VALUES(?1, ?2, ?3)",
               newest.checkpoint.size(), Blob(newest.checkpoint.root().view()), newest.note));
    const std::string statement = checked.file.message().SerializeAsString();
    return db.Run("INSERT INTO ended_log(vkey, succession, kept) VALUES(?1, ?2, ?3)", old_vkey,
                  Blob(statement), kept);
  }));
  return taken ? 0 : again.size();
}

}  // namespace

absl::StatusOr<CheckedSuccession> CheckSuccession(std::string_view bytes, const Identity& identity,
                                                  const SuccessionTrust& trust) {
  AMANA_ASSIGN_OR_RETURN(RecoveryFile file, RecoveryFile::Parse(bytes));
  AMANA_RETURN_IF_ERROR(CheckSigners(file, identity));
  AMANA_ASSIGN_OR_RETURN(Succession succession, Succession::Create(file.statement()));
  AMANA_ASSIGN_OR_RETURN(VerifiedReceipt opened, Opened(file, succession));
  AMANA_RETURN_IF_ERROR(CheckRevocations(file, trust, opened.event.time));
  const std::string trusted = (trust.log != nullptr ? *trust.log : identity.log()).vkey();
  const bool accepted = succession.new_log().vkey() == trusted;
  if (!accepted && succession.old_log().vkey() != trusted) {
    return SuccessionUntrusted("old_vkey", "is not the log that is trusted here");
  }
  return CheckedSuccession{std::move(file), std::move(succession), std::move(opened), accepted};
}

absl::StatusOr<std::vector<CheckedSuccession>> CheckSuccessions(
    const std::vector<std::string>& statements, const Identity& identity,
    const SuccessionTrust& trust) {
  std::vector<Succession> known;
  for (const std::string& statement : statements) {
    AMANA_ASSIGN_OR_RETURN(const RecoveryFile file, RecoveryFile::Parse(statement));
    AMANA_ASSIGN_OR_RETURN(Succession next, Succession::Create(file.statement()));
    if (!known.empty() && next.old_log().vkey() != known.back().new_log().vkey()) {
      return SuccessionUntrusted("old_vkey", "is not the log that the one before has opened");
    }
    known.push_back(std::move(next));
  }
  // Those up to the log that is trusted were gone on by, as by another unit of the agency.
  size_t accepted = 0;
  const std::string pinned = identity.log().vkey();
  for (size_t i = 0; i < known.size(); ++i) {
    if (known[i].new_log().vkey() == pinned) accepted = i + 1;
  }
  if (accepted == 0 && known.front().old_log().vkey() != pinned) {
    return SuccessionUntrusted("old_vkey",
                               "is not the log that is trusted here; whoever has missed one before "
                               "it gives all statements, oldest first");
  }
  std::vector<CheckedSuccession> steps;
  for (size_t i = 0; i < known.size(); ++i) {
    const NoteVerifier& log = i < accepted ? known[i].new_log() : known[i].old_log();
    AMANA_ASSIGN_OR_RETURN(CheckedSuccession step,
                           CheckSuccession(statements[i], identity, {&log, trust.revocations}));
    steps.push_back(std::move(step));
  }
  return steps;
}

absl::StatusOr<std::vector<std::string>> AcceptedSuccessions(Mailbox& mailbox) {
  std::vector<std::string> accepted;
  AMANA_RETURN_IF_ERROR(mailbox.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT succession FROM ended_log"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      accepted.emplace_back(row.Bytes(0));
    }
  }));
  return accepted;
}

absl::StatusOr<EndedEvidence> ReadEnded(Mailbox& mailbox) {
  EndedEvidence ended;
  AMANA_RETURN_IF_ERROR(mailbox.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement note, db.Prepare("SELECT note FROM ended_checkpoint"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, note.Step());
      if (!more) break;
      ended.checkpoints.emplace_back(note.Text(0));
    }
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT receipt FROM ended_receipt"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      const std::string_view bytes = row.Bytes(0);
      if (!ended.receipts.emplace_back().ParseFromArray(bytes.data(),
                                                        static_cast<int>(bytes.size()))) {
        return StoreCorruptError("ended_receipt: does not parse");
      }
    }
  }));
  return ended;
}

absl::StatusOr<std::string> FetchSuccession(Client& client) {
  v1::ReadTileRequest request;
  request.set_path("succession");
  AMANA_ASSIGN_OR_RETURN(v1::ReadTileResponse response, client.Call(kReadTile, request));
  return std::move(*response.mutable_content());
}

absl::StatusOr<std::vector<OutboxEntry>> AtRisk(Mailbox& mailbox, const Succession& succession) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<OutboxEntry> entries,
                         Outbox(mailbox).List(EntryState::kAccepted, kEveryEntry));
  std::vector<OutboxEntry> at_risk;
  for (const OutboxEntry& listed : entries) {
    if (listed.log_index < succession.kept().size()) continue;
    AMANA_ASSIGN_OR_RETURN(OutboxEntry entry, Outbox(mailbox).Get(listed.id));
    const bool old =
        entry.receipt.has_value() && VerifyReceipt(*entry.receipt, succession.old_log()).ok();
    if (old) at_risk.push_back(std::move(entry));
  }
  std::reverse(at_risk.begin(), at_risk.end());
  return at_risk;
}

absl::StatusOr<NewCheckpoint> CheckKept(Client& client, Mailbox& mailbox,
                                        const std::vector<CheckedSuccession>& steps) {
  const NoteVerifier& by = steps.back().succession.new_log();
  AMANA_ASSIGN_OR_RETURN(const std::vector<Note> held, HeldOf(mailbox));
  std::optional<NewCheckpoint> newest;
  for (const CheckedSuccession& step : steps) {
    const Checkpoint& kept = step.succession.kept();
    AMANA_ASSIGN_OR_RETURN(newest, FetchCheckpoint(client, by, kept.size(), kept.root()));
    AMANA_RETURN_IF_ERROR(newest->consistent);
  }
  for (const Note& note : held) {
    const auto ends = std::ranges::find_if(steps, [&note](const CheckedSuccession& step) {
      return transparency::OpenCheckpoint(note.note, step.succession.old_log()).ok();
    });
    if (ends != steps.end()) AMANA_RETURN_IF_ERROR(CheckNewest(note, ends->succession));
    const Succession& step = ends == steps.end() ? steps.back().succession : ends->succession;
    if (note.size <= step.kept().size()) {
      AMANA_ASSIGN_OR_RETURN(const NewCheckpoint next,
                             FetchCheckpoint(client, by, note.size, note.root));
      AMANA_RETURN_IF_ERROR(next.consistent);
    }
    // Else what is at risk by the succession of that one would never be sent again.
    if (ends == steps.end() && !transparency::OpenCheckpoint(note.note, by).ok()) {
      return SuccessionUntrusted("held",
                                 "a checkpoint of a log before these is held here: give all "
                                 "statements from that one's on, oldest first");
    }
  }
  return *std::move(newest);
}

absl::StatusOr<size_t> TakeSuccessions(Mailbox& mailbox, const Identity& identity,
                                       const std::vector<CheckedSuccession>& steps,
                                       const NewCheckpoint& newest) {
  size_t again = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    NewCheckpoint known = newest;
    if (i + 1 < steps.size()) {
      const CheckedSuccession& next = steps[i + 1];
      known = {next.succession.kept(), next.file.statement().kept_checkpoint(), absl::OkStatus()};
    }
    AMANA_ASSIGN_OR_RETURN(const size_t step, TakeSuccession(mailbox, identity, steps[i], known));
    again += step;
  }
  return again;
}

}  // namespace amana::sdk
