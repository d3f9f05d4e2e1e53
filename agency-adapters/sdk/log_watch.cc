#include "agency-adapters/sdk/log_watch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

constexpr size_t kMaxTies = 32;

}  // namespace

absl::StatusOr<std::vector<LogWatch::Note>> LogWatch::Load() {
  std::vector<Note> notes;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT size, root, note FROM checkpoints WHERE forked = 0 ORDER BY size"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      AMANA_ASSIGN_OR_RETURN(const Digest root, Digest::FromBytes(row.Bytes(1)));
      notes.push_back({static_cast<uint64_t>(row.Int(0)), root, std::string(row.Text(2))});
    }
  }));
  return notes;
}

absl::Status LogWatch::Keep(const Note& note, const Note* tied) {
  std::optional<Note> other;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT root, note FROM checkpoints WHERE size = ?1 AND root <> ?2"));
    row.Bind(note.size, Blob(note.root.view()));
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (found) {
      AMANA_ASSIGN_OR_RETURN(const Digest root, Digest::FromBytes(row.Bytes(0)));
      other = Note{note.size, root, std::string(row.Text(1))};
      return absl::OkStatus();
    }
    AMANA_RETURN_IF_ERROR(
        db.Run("INSERT OR IGNORE INTO checkpoints(size, root, note) VALUES(?1, ?2, ?3)", note.size,
               Blob(note.root.view()), note.note));
    if (tied == nullptr || tied->size == note.size) return absl::OkStatus();
    return db.Run("DELETE FROM checkpoints WHERE size = ?1 AND root = ?2 AND forked = 0",
                  tied->size, Blob(tied->root.view()));
  }));
  return other.has_value() ? KeepFork(*other, note) : absl::OkStatus();
}

absl::Status LogWatch::KeepFork(const Note& a, const Note& b) {
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    for (const Note* note : {&a, &b}) {
      AMANA_RETURN_IF_ERROR(
          db.Run("INSERT INTO checkpoints(size, root, note, forked) VALUES(?1, ?2, ?3, 1) "
                 "ON CONFLICT(size, root) DO UPDATE SET forked = 1",
                 note->size, Blob(note->root.view()), note->note));
    }
    return absl::OkStatus();
  }));
  return LogForked(a.size, b.size);
}

absl::Status LogWatch::Hold(const VerifiedReceipt& receipt) {
  return Keep({receipt.checkpoint.size(), receipt.checkpoint.root(), receipt.checkpoint_note},
              nullptr);
}

absl::Status LogWatch::CatchUp(Client& client) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Note> notes, Load());
  for (size_t i = 0; i < std::min(notes.size(), kMaxTies); ++i) {
    AMANA_ASSIGN_OR_RETURN(const NewCheckpoint next,
                           FetchCheckpoint(client, log_, notes[i].size, notes[i].root));
    const Note note{next.checkpoint.size(), next.checkpoint.root(), next.note};
    if (!next.consistent.ok()) return KeepFork(notes[i], note);
    AMANA_RETURN_IF_ERROR(Keep(note, &notes[i]));
  }
  return absl::OkStatus();
}

absl::Status LogWatch::KeepForked(const std::vector<std::string>& notes) {
  return mailbox_.Write([&](Database& db) -> absl::Status {
    for (const std::string& note : notes) {
      AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(note, log_));
      AMANA_RETURN_IF_ERROR(
          db.Run("INSERT INTO checkpoints(size, root, note, forked) VALUES(?1, ?2, ?3, 1) "
                 "ON CONFLICT(size, root) DO UPDATE SET forked = 1",
                 opened.checkpoint.size(), Blob(opened.checkpoint.root().view()), note));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<std::string>> LogWatch::Held() {
  std::vector<std::string> held;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT note FROM checkpoints ORDER BY size"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      held.emplace_back(row.Text(0));
    }
  }));
  return held;
}

}  // namespace amana::sdk
