#include "broker/store/embedded/reconsideration_table.h"

#include <limits>
#include <utility>

#include "broker/store/embedded/record_rows.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

#define AMANA_SELECT_RECONSIDERATION \
  "SELECT " AMANA_RECONSIDERATION_COLUMNS " FROM reconsideration "

}  // namespace

// What cannot be read is told to health and left out, as in the other lists of what is to be done:
// a lease decides for itself.
absl::StatusOr<std::vector<ReconsiderationRecord>> ReconsiderationTable::ReadReadable(
    sqlite::Statement query, size_t limit) const {
  std::vector<ReconsiderationRecord> records;
  while (records.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) break;
    std::optional<ReconsiderationRecord> record = ReadReconsideration(query);
    if (record.has_value()) {
      records.push_back(*std::move(record));
    } else {
      session_.Corrupt("reconsideration").IgnoreError();
    }
  }
  return records;
}

absl::StatusOr<std::optional<ReconsiderationRecord>> ReconsiderationTable::ReadOne(
    sqlite::Statement query) const {
  AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
  if (!row) return std::nullopt;
  std::optional<ReconsiderationRecord> record = ReadReconsideration(query);
  if (!record.has_value()) return session_.Corrupt("reconsideration");
  return record;
}

absl::StatusOr<std::vector<ReconsiderationRecord>> ReconsiderationTable::Pending(
    size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query(AMANA_SELECT_RECONSIDERATION "ORDER BY id"));
  return ReadReadable(std::move(query), limit);
}

absl::StatusOr<std::vector<ReconsiderationRecord>> ReconsiderationTable::OfSubject(
    const Pseudonym& subject) const {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query(AMANA_SELECT_RECONSIDERATION
                                        "WHERE recipient = '' AND subject = ?1 ORDER BY id",
                                        Blob(subject.view())));
  return ReadReadable(std::move(query), std::numeric_limits<size_t>::max());
}

absl::StatusOr<std::optional<ReconsiderationRecord>> ReconsiderationTable::OfRecipient(
    const AgencyId& recipient) const {
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query(AMANA_SELECT_RECONSIDERATION
                                                    "WHERE recipient <> '' AND recipient = ?1",
                                                    recipient.value()));
  return ReadOne(std::move(query));
}

absl::StatusOr<std::optional<ReconsiderationRecord>> ReconsiderationTable::Find(uint64_t id) const {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query(AMANA_SELECT_RECONSIDERATION "WHERE id = ?1", id));
  return ReadOne(std::move(query));
}

absl::StatusOr<uint64_t> ReconsiderationTable::Begin(const ReconsiderationRecord& record) {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT coalesce(max(id), 0) + 1 FROM reconsideration"));
  AMANA_RETURN_IF_ERROR(session_.Next(query).status());
  ReconsiderationRecord begun = record;
  begun.id = static_cast<uint64_t>(query.Int(0));
  const RowDigest digest = DigestOf(begun);
  const TaskKey after = begun.after.value_or(TaskKey());
  const absl::Status inserted = session_.Run(
      "INSERT INTO reconsideration (" AMANA_RECONSIDERATION_COLUMNS
      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
      begun.id, Blob(begun.subject.view()), begun.recipient.value(), Blob(begun.statement.view()),
      Blob(begun.withdrawn.view()), begun.cause_shown, begun.disclosed_pass, begun.unrouted_pass,
      after.referral.sender.value(), Blob(after.referral.referral.view()), after.referral.version,
      after.task, digest.blob());
  if (absl::IsAlreadyExists(inserted)) return ConflictError("reconsideration");
  AMANA_RETURN_IF_ERROR(inserted);
  return begun.id;
}

absl::Status ReconsiderationTable::Advance(const ReconsiderationRecord& record) {
  const RowDigest digest = DigestOf(record);
  const TaskKey after = record.after.value_or(TaskKey());
  AMANA_RETURN_IF_ERROR(session_.Run(
      "UPDATE reconsideration SET subject = ?2, recipient = ?3, statement = ?4, withdrawn = ?5, "
      "cause_shown = ?6, disclosed_pass = ?7, unrouted_pass = ?8, after_sender = ?9, "
      "after_id = ?10, after_version = ?11, after_task = ?12, digest = ?13 WHERE id = ?1",
      record.id, Blob(record.subject.view()), record.recipient.value(),
      Blob(record.statement.view()), Blob(record.withdrawn.view()), record.cause_shown,
      record.disclosed_pass, record.unrouted_pass, after.referral.sender.value(),
      Blob(after.referral.referral.view()), after.referral.version, after.task, digest.blob()));
  return session_.db().Changes() == 1 ? absl::OkStatus() : ConflictError("reconsideration");
}

absl::Status ReconsiderationTable::End(uint64_t id) {
  AMANA_RETURN_IF_ERROR(session_.Run("DELETE FROM reconsideration WHERE id = ?1", id));
  return session_.db().Changes() == 1 ? absl::OkStatus() : ConflictError("reconsideration");
}

}  // namespace amana::store::embedded
