#include "agency-adapters/sdk/note_memory.h"

#include <string>

#include "base/errors.h"
#include "base/status.h"

namespace amana::sdk {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

absl::StatusOr<std::optional<v1::NotedStatement>> FindNote(Mailbox& mailbox,
                                                           std::string_view digest) {
  std::optional<std::string> bytes;
  AMANA_RETURN_IF_ERROR(mailbox.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT note FROM notes WHERE digest = ?1"));
    row.Bind(Blob(digest));
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (found) bytes = std::string(row.Bytes(0));
    return absl::OkStatus();
  }));
  if (!bytes.has_value()) return std::nullopt;
  v1::NotedStatement note;
  if (!note.ParseFromString(*bytes)) return StoreCorruptError("a note does not parse");
  return note;
}

absl::Status KeepNote(Mailbox& mailbox, const StatementKey& referral, uint32_t task,
                      std::string_view digest, const v1::NotedStatement& note) {
  const std::string bytes = note.SerializeAsString();
  return mailbox.Write([&](Database& db) {
    return db.Run(
        "INSERT OR IGNORE INTO notes(digest, sender, referral, task, note) "
        "VALUES(?1, ?2, ?3, ?4, ?5)",
        Blob(digest), referral.sender.value(), Blob(referral.referral.view()), task, Blob(bytes));
  });
}

absl::Status EraseNotes(Database& db, const StatementKey& referral, uint32_t task) {
  return db.Run("DELETE FROM notes WHERE sender = ?1 AND referral = ?2 AND task = ?3",
                referral.sender.value(), Blob(referral.referral.view()), task);
}

}  // namespace amana::sdk
