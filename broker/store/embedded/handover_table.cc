#include "broker/store/embedded/handover_table.h"

#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include "broker/referral/handover_machine.h"
#include "broker/store/embedded/handover_rows.h"
#include "broker/store/embedded/page_token.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

#define AMANA_SELECT_HANDOVER                                                           \
  "SELECT r.sender, r.id, r.version, h.task, h.attempt, h.facts, h.digest, h.row FROM " \
  "handover h CROSS JOIN referral r ON r.row = h.referral "

RowDigest HandoverDigest(const HandoverKey& key, std::string_view facts) {
  return RowHasher("handover")
      .Add(key.task.referral)
      .Add(key.task.task)
      .Add(key.attempt)
      .Finish({facts});
}

RowDigest StepDigest(int64_t handover, bool refused, const StatementRecord& step) {
  return RowHasher("handover_step")
      .Add(handover)
      .Add(refused)
      .Add(step.digest)
      .Add(step.cert_id)
      .Add(step.log_index)
      .Finish({step.envelope});
}

std::optional<HandoverRecord> ReadHandover(const sqlite::Statement& statement) {
  RowReader row(statement);
  HandoverKey key;
  key.task.referral.sender = row.Token<AgencyId>();
  key.task.referral.referral = row.Fixed<ReferralId>();
  key.task.referral.version = row.Int<uint32_t>();
  key.task.task = row.Int<uint32_t>();
  key.attempt = row.Int<uint32_t>();
  const std::string_view facts = row.Bytes();
  if (!row.ok() || !row.Matches(HandoverDigest(key, facts))) return std::nullopt;
  std::optional<HandoverRecord> handover = HandoverFromRow(facts);
  if (handover.has_value()) handover->key = std::move(key);
  return handover;
}

std::optional<StatementRecord> ReadStep(int64_t handover, const sqlite::Statement& statement) {
  RowReader row(statement);
  StatementRecord step;
  step.log_index = row.Int<uint64_t>();
  const bool refused = row.Int<bool>();
  step.digest = row.Fixed<Digest>();
  step.cert_id = row.Fixed<CertId>();
  step.envelope = std::string(row.Bytes());
  if (!row.ok() || !row.Matches(StepDigest(handover, refused, step))) return std::nullopt;
  return step;
}

// A token is the row after which a page goes on.
absl::StatusOr<int64_t> RowOfToken(std::string_view token) {
  int64_t row = std::numeric_limits<int64_t>::max();
  if (token.empty()) return row;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), row);
  if (error != std::errc() || end != token.data() + token.size()) return PageTokenInvalidError();
  return row;
}

}  // namespace

absl::StatusOr<std::optional<HandoverRecord>> HandoverTable::ReadOne(
    sqlite::Statement query) const {
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  std::optional<HandoverRecord> handover = ReadHandover(query);
  if (!handover.has_value()) return session_.Corrupt("handover");
  return handover;
}

absl::StatusOr<std::optional<HandoverRecord>> HandoverTable::Find(const HandoverKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const auto row, session_.FindReferralRow(key.task.referral));
  if (!row.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query(AMANA_SELECT_HANDOVER
                                        "WHERE h.referral = ?1 AND h.task = ?2 AND h.attempt = ?3",
                                        *row, key.task.task, key.attempt));
  return ReadOne(std::move(query));
}

absl::StatusOr<std::optional<HandoverRecord>> HandoverTable::Latest(const TaskKey& task) const {
  AMANA_ASSIGN_OR_RETURN(const auto row, session_.FindReferralRow(task.referral));
  if (!row.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query(AMANA_SELECT_HANDOVER
                                                    "WHERE h.referral = ?1 AND h.task = ?2 ORDER "
                                                    "BY h.attempt DESC LIMIT 1",
                                                    *row, task.task));
  return ReadOne(std::move(query));
}

absl::StatusOr<Paged<HandoverRecord>> HandoverTable::List(const AgencyId& agency, bool under_way,
                                                          const Page& page) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t before, RowOfToken(page.token));
  const size_t size = PageSize(page);
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT r.sender, r.id, r.version, h.task, h.attempt, h.facts, h.digest, "
                     "h.row FROM handover_party p CROSS JOIN handover h ON h.row = p.handover "
                     "CROSS JOIN referral r ON r.row = h.referral WHERE p.agency = ?1 AND "
                     "p.handover < ?2 AND (?3 = 0 OR h.under_way = 1) ORDER BY p.handover DESC "
                     "LIMIT ?4",
                     agency.value(), before, under_way, size + 1));
  Paged<HandoverRecord> result;
  int64_t last = 0;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return result;
    if (result.items.size() == size) {
      result.next_token = std::to_string(last);
      return result;
    }
    std::optional<HandoverRecord> handover = ReadHandover(query);
    if (!handover.has_value()) return session_.Corrupt("handover");
    last = query.Int(7);
    result.items.push_back(*std::move(handover));
  }
}

absl::StatusOr<std::vector<HandoverRecord>> HandoverTable::Due(absl::Time now, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(AMANA_SELECT_HANDOVER "WHERE h.due IS NOT NULL AND h.due <= ?1 ORDER BY h.due",
                     TimeToRow(now)));
  std::vector<HandoverRecord> due;
  while (due.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) break;
    std::optional<HandoverRecord> handover = ReadHandover(query);
    if (handover.has_value()) {
      due.push_back(*std::move(handover));
    } else {
      session_.Corrupt("handover").IgnoreError();
    }
  }
  return due;
}

absl::StatusOr<int64_t> HandoverTable::RowOf(const HandoverKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t referral, session_.ReferralRow(key.task.referral));
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query("SELECT row FROM handover WHERE referral = ?1 "
                                                    "AND task = ?2 AND attempt = ?3",
                                                    referral, key.task.task, key.attempt));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return NotFoundError("handover");
  return query.Int(0);
}

absl::StatusOr<std::vector<StatementRecord>> HandoverTable::Steps(const HandoverKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, RowOf(key));
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT log_index, refused, statement_digest, cert_id, envelope, digest FROM "
                     "handover_step WHERE handover = ?1 AND refused = 0 ORDER BY log_index",
                     row));
  std::vector<StatementRecord> steps;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return steps;
    std::optional<StatementRecord> step = ReadStep(row, query);
    if (!step.has_value()) return session_.Corrupt("handover_step");
    steps.push_back(*std::move(step));
  }
}

absl::StatusOr<std::optional<StatementRecord>> HandoverTable::FindStep(
    const HandoverKey& key, const Digest& statement) const {
  const absl::StatusOr<int64_t> row = RowOf(key);
  if (absl::IsNotFound(row.status())) return std::nullopt;
  if (!row.ok()) return row.status();
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT log_index, refused, statement_digest, cert_id, envelope, digest FROM "
                     "handover_step WHERE handover = ?1 AND statement_digest = ?2",
                     *row, Blob(statement.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  std::optional<StatementRecord> step = ReadStep(*row, query);
  if (!step.has_value()) return session_.Corrupt("handover_step");
  return step;
}

absl::StatusOr<bool> HandoverTable::WasRefused(const HandoverKey& key,
                                               const Digest& statement) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, RowOf(key));
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query("SELECT 1 FROM handover_step WHERE handover = "
                                                    "?1 AND statement_digest = ?2 AND refused = 1",
                                                    row, Blob(statement.view())));
  return session_.Next(query);
}

absl::Status HandoverTable::AddParty(const AgencyId& agency, int64_t row) {
  return session_.Run(
      "INSERT INTO handover_party (agency, handover) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
      agency.value(), row);
}

absl::Status HandoverTable::Begin(const HandoverRecord& handover) {
  AMANA_ASSIGN_OR_RETURN(const int64_t referral, session_.ReferralRow(handover.key.task.referral));
  const std::string facts = FactsToRow(handover);
  const RowDigest digest = HandoverDigest(handover.key, facts);
  const absl::Status inserted = session_.Run(
      "INSERT INTO handover (referral, task, attempt, state, under_way, steps, due, facts, digest) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      referral, handover.key.task.task, handover.key.attempt, handover.state,
      referral::IsUnderWay(handover.state), handover.steps, DueToRow(handover.due), Blob(facts),
      digest.blob());
  if (absl::IsAlreadyExists(inserted)) return ConflictError("handover");
  AMANA_RETURN_IF_ERROR(inserted);
  AMANA_ASSIGN_OR_RETURN(const int64_t row, RowOf(handover.key));
  AMANA_RETURN_IF_ERROR(AddParty(handover.responsible.agency, row));
  return AddParty(handover.recipient.agency, row);
}

absl::Status HandoverTable::Move(v1::HandoverState from, uint32_t steps,
                                 const HandoverRecord& handover) {
  AMANA_ASSIGN_OR_RETURN(const auto referral, session_.FindReferralRow(handover.key.task.referral));
  if (!referral.has_value()) return ConflictError("handover");
  const std::string facts = FactsToRow(handover);
  const RowDigest digest = HandoverDigest(handover.key, facts);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "UPDATE handover SET state = ?6, under_way = ?7, steps = ?8, due = ?9, facts = ?10, "
      "digest = ?11 WHERE referral = ?1 AND task = ?2 AND attempt = ?3 AND state = ?4 AND "
      "steps = ?5",
      *referral, handover.key.task.task, handover.key.attempt, from, steps, handover.state,
      referral::IsUnderWay(handover.state), handover.steps, DueToRow(handover.due), Blob(facts),
      digest.blob()));
  return session_.db().Changes() == 1 ? absl::OkStatus() : ConflictError("handover");
}

absl::Status HandoverTable::InsertStep(int64_t row, bool refused, const StatementRecord& step) {
  const RowDigest digest = StepDigest(row, refused, step);
  const absl::Status inserted = session_.Run(
      "INSERT INTO handover_step (handover, log_index, refused, statement_digest, cert_id, "
      "envelope, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      row, step.log_index, refused, Blob(step.digest.view()), Blob(step.cert_id.view()),
      Blob(step.envelope), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("handover_step") : inserted;
}

absl::Status HandoverTable::KeepStep(const HandoverKey& key, const StatementRecord& step) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, RowOf(key));
  return InsertStep(row, /*refused=*/false, step);
}

absl::StatusOr<size_t> HandoverTable::RefusedSteps(const HandoverKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, RowOf(key));
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT count(*) FROM handover_step WHERE handover = ?1 "
                                        "AND refused = 1",
                                        row));
  AMANA_RETURN_IF_ERROR(session_.Next(query).status());
  return static_cast<size_t>(query.Int(0));
}

absl::StatusOr<bool> HandoverTable::KeepRefused(const HandoverKey& key,
                                                const StatementRecord& step) {
  AMANA_ASSIGN_OR_RETURN(const size_t kept, RefusedSteps(key));
  if (kept >= kRefusedStepsKept) return false;
  AMANA_ASSIGN_OR_RETURN(const int64_t row, RowOf(key));
  AMANA_RETURN_IF_ERROR(InsertStep(row, /*refused=*/true, step));
  return true;
}

}  // namespace amana::store::embedded
