#include "broker/store/embedded/referral_table.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "broker/referral/task_machine.h"
#include "broker/store/embedded/page_token.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/task_list.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

bool IsOpen(v1::TaskState state) { return !referral::IsTerminal(state); }

bool CanExpire(v1::TaskState state) {
  const auto table = referral::TaskTable();
  return std::any_of(table.begin(), table.end(), [state](const referral::TaskRow& row) {
    return row.from == state && row.to == v1::TASK_STATE_EXPIRED;
  });
}

// Empty: none.
template <typename Id>
Blob BlobOf(const Id& id) {
  return Blob(id.is_zero() ? std::string_view() : id.view());
}

std::optional<int64_t> OfferedToRow(const TaskClock& clock) {
  if (clock.offered == absl::InfinitePast()) return std::nullopt;
  return TimeToRow(clock.offered);
}

}  // namespace

absl::StatusOr<std::optional<ReferralRecord>> ReferralTable::Find(const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, session_.FindReferralRow(key));
  if (!row.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_REFERRAL_COLUMNS " FROM referral r WHERE r.row = ?1", *row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  std::optional<ReferralRow> referral;
  if (found) referral = ReadReferral(query);
  if (!referral.has_value() || referral->record.key != key) return session_.Corrupt("referral");
  return std::move(referral->record);
}

absl::StatusOr<std::optional<uint32_t>> ReferralTable::LatestVersion(const AgencyId& sender,
                                                                     const ReferralId& id) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> first, session_.FindFirstRow(id));
  if (!first.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT version, sender FROM referral WHERE id = ?1 "
                                        "ORDER BY version DESC",
                                        Blob(id.view())));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return std::nullopt;
    if (query.Text(1) == sender.value()) return static_cast<uint32_t>(query.Int(0));
  }
}

absl::StatusOr<std::string> ReferralTable::ReadBody(const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  return bodies_.Read(row, key);
}

absl::StatusOr<std::vector<TaskRecord>> ReferralTable::ReadTasks(sqlite::Statement query) const {
  std::vector<TaskRecord> tasks;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) return tasks;
    std::optional<TaskRecord> task = ReadTask(query);
    if (!task.has_value()) return session_.Corrupt("task");
    tasks.push_back(*std::move(task));
  }
}

absl::StatusOr<std::vector<TaskRecord>> ReferralTable::Tasks(const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM referral r CROSS JOIN task t "
                                 "ON t.referral = r.row WHERE r.row = ?1 ORDER BY t.task",
                                 row));
  return ReadTasks(std::move(query));
}

absl::StatusOr<std::vector<TaskRecord>> ReferralTable::ExpiredTasks(absl::Time now,
                                                                    size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM task t CROSS JOIN referral r "
                                 "ON r.row = t.referral WHERE t.expiring = 1 AND t.expires <= ?1 "
                                 "ORDER BY t.expires, t.referral, t.task",
                                 TimeToRow(now)));
  return ReadReadableTasks(session_, std::move(query), limit);
}

absl::StatusOr<std::vector<TaskRecord>> ReferralTable::TasksToDecide(absl::Time now,
                                                                     size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM task t CROSS JOIN referral r "
                                 "ON r.row = t.referral WHERE t.decide_at IS NOT NULL AND "
                                 "t.decide_at <= ?1 ORDER BY t.decide_at, t.referral, t.task",
                                 TimeToRow(now)));
  return ReadReadableTasks(session_, std::move(query), limit);
}

absl::StatusOr<ReferralTable::Place> ReferralTable::PlaceOf(
    const std::optional<TaskKey>& after) const {
  Place place;
  if (!after.has_value()) return place;
  AMANA_ASSIGN_OR_RETURN(place.row, session_.ReferralRow(after->referral));
  place.task = after->task;
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT agency FROM task WHERE referral = ?1 AND task = ?2",
                                        place.row, place.task));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return NotFoundError("task");
  place.agency = std::string(query.Text(0));
  return place;
}

absl::StatusOr<std::vector<TaskRecord>> ReferralTable::OpenTasksOf(
    const Pseudonym& subject, const std::optional<TaskKey>& after, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(const Place place, PlaceOf(after));
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM task t CROSS JOIN referral r "
                                 "ON r.row = t.referral WHERE t.open = 1 AND t.subject = ?1 AND "
                                 "(t.referral, t.task) > (?2, ?3) ORDER BY t.referral, t.task",
                                 Blob(subject.view()), place.row, place.task));
  return ReadReadableTasks(session_, std::move(query), limit);
}

// In the order of the index delivery_disclosed; what several agencies have had once, at the first
// of them: a place that does not follow whoever has it. The states are those of a recall.
absl::StatusOr<std::vector<TaskRecord>> ReferralTable::DisclosedTasksOf(
    const Pseudonym& subject, const std::optional<TaskKey>& after, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(Place place, PlaceOf(after));
  if (after.has_value()) {
    AMANA_ASSIGN_OR_RETURN(auto first,
                           session_.Query("SELECT coalesce(min(agency), '') FROM delivery WHERE "
                                          "referral = ?1 AND task = ?2 AND disclosed = 1",
                                          place.row, place.task));
    AMANA_RETURN_IF_ERROR(session_.Next(first).status());
    place.agency = std::string(first.Text(0));
  }
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM delivery d CROSS JOIN task t "
                     "ON t.referral = d.referral AND t.task = d.task CROSS JOIN referral r "
                     "ON r.row = t.referral WHERE d.disclosed = 1 AND d.subject = ?1 AND "
                     "(d.agency, d.referral, d.task) > (?2, ?3, ?4) AND "
                     "NOT EXISTS (SELECT 1 FROM delivery e WHERE e.referral = d.referral AND "
                     "e.task = d.task AND e.disclosed = 1 AND e.agency < d.agency) AND "
                     "(t.open = 1 OR EXISTS (SELECT 1 FROM delivery e WHERE "
                     "e.referral = d.referral AND e.task = d.task AND e.disclosed = 1 AND "
                     "e.state NOT IN (13, 14, 15, 16))) ORDER BY d.agency, d.referral, d.task",
                     Blob(subject.view()), place.agency, place.row, place.task));
  return ReadReadableTasks(session_, std::move(query), limit);
}

absl::StatusOr<std::vector<TaskRecord>> ReferralTable::OpenTasksFor(
    const AgencyId& agency, const std::optional<TaskKey>& after, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(const Place place, PlaceOf(after));
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM task t CROSS JOIN referral r "
                                 "ON r.row = t.referral WHERE t.open = 1 AND t.agency = ?1 AND "
                                 "(t.referral, t.task) > (?2, ?3) ORDER BY t.referral, t.task",
                                 agency.value(), place.row, place.task));
  return ReadReadableTasks(session_, std::move(query), limit);
}

absl::StatusOr<std::vector<AgencyId>> ReferralTable::OpenRecipients() const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT DISTINCT agency FROM task WHERE open = 1 AND agency <> '' "
                                 "ORDER BY agency"));
  std::vector<AgencyId> agencies;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) return agencies;
    const absl::StatusOr<AgencyId> agency = AgencyId::Create(query.Text(0));
    if (agency.ok()) agencies.push_back(*agency);  // else no task of it can be read
  }
}

absl::StatusOr<std::optional<GrantRecord>> ReferralTable::FindGrant(const StatementKey& key,
                                                                    const CertId& recipient) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> referral, session_.FindReferralRow(key));
  if (!referral.has_value()) return std::nullopt;
  return bodies_.FindGrant(*referral, key, recipient);
}

absl::StatusOr<std::optional<NoteRecord>> ReferralTable::FindNote(const StatementKey& key,
                                                                  const Digest& note) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> referral, session_.FindReferralRow(key));
  if (!referral.has_value()) return std::nullopt;
  return bodies_.FindNote(*referral, key, note);
}

absl::StatusOr<std::optional<UpdateRecord>> ReferralTable::FindUpdate(const StatementKey& key,
                                                                      uint32_t number) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> referral, session_.FindReferralRow(key));
  if (!referral.has_value()) return std::nullopt;
  return bodies_.FindUpdate(*referral, key, number);
}

absl::StatusOr<uint32_t> ReferralTable::LastUpdate(const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> referral, session_.FindReferralRow(key));
  if (!referral.has_value()) return 0;
  return bodies_.LastUpdate(*referral);
}

absl::StatusOr<std::vector<Grantee>> ReferralTable::Grantees(const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> referral, session_.FindReferralRow(key));
  if (!referral.has_value()) return std::vector<Grantee>();
  return bodies_.Grantees(*referral);
}

absl::StatusOr<int64_t> ReferralTable::RowOfToken(const AgencyId& agency,
                                                  std::string_view token) const {
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, ParseReferralToken(token));
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, session_.FindReferralRow(key));
  if (!row.has_value()) return PageTokenInvalidError();
  // Of another agency's listing it must look as if there were no such referral.
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT 1 FROM party WHERE agency = ?1 AND referral = ?2",
                                        agency.value(), *row));
  AMANA_ASSIGN_OR_RETURN(const bool party, session_.Next(query));
  if (!party) return PageTokenInvalidError();
  return *row;
}

absl::StatusOr<int64_t> ReferralTable::BeforeRow(const AgencyId& agency, const Page& page) const {
  if (page.token.empty()) return std::numeric_limits<int64_t>::max();
  return RowOfToken(agency, page.token);
}

absl::StatusOr<Paged<ReferralRecord>> ReferralTable::ReadPage(sqlite::Statement query,
                                                              size_t size) const {
  Paged<ReferralRecord> result;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) return result;
    if (result.items.size() == size) {
      result.next_token = TokenOf(result.items.back().key);
      return result;
    }
    std::optional<ReferralRow> referral = ReadReferral(query);
    if (!referral.has_value()) return session_.Corrupt("referral");
    result.items.push_back(std::move(referral->record));
  }
}

absl::StatusOr<Paged<ReferralRecord>> ReferralTable::List(const AgencyId& agency,
                                                          const Page& page) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t before, BeforeRow(agency, page));
  const size_t size = PageSize(page);
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_REFERRAL_COLUMNS " FROM party p CROSS JOIN referral r "
                     "ON r.row = p.referral WHERE p.agency = ?1 AND p.referral < ?2 "
                     "ORDER BY p.referral DESC LIMIT ?3",
                     agency.value(), before, size + 1));
  return ReadPage(std::move(query), size);
}

absl::StatusOr<Paged<ReferralRecord>> ReferralTable::ListGroup(const AgencyId& agency,
                                                               const GroupId& group,
                                                               const Page& page) const {
  AMANA_ASSIGN_OR_RETURN(const int64_t before, BeforeRow(agency, page));
  const size_t size = PageSize(page);
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_REFERRAL_COLUMNS " FROM referral r CROSS JOIN party p "
                     "ON p.agency = ?1 AND p.referral = r.row WHERE r.group_id = ?2 AND "
                     "r.group_id <> x'' AND r.row < ?3 ORDER BY r.row DESC LIMIT ?4",
                     agency.value(), BlobOf(group), before, size + 1));
  return ReadPage(std::move(query), size);
}

absl::StatusOr<std::vector<TaskRecord>> ReferralTable::FamilyTasks(const AgencyId& sender,
                                                                   const GroupId& family,
                                                                   v1::ServiceType service,
                                                                   size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM referral r CROSS JOIN task t "
                     "ON t.referral = r.row WHERE r.family_id = ?1 AND r.family_id <> x'' AND "
                     "r.sender = ?2 AND t.service = ?3 ORDER BY t.referral, t.task",
                     BlobOf(family), sender.value(), service));
  return ReadReadableTasks(session_, std::move(query), limit);
}

absl::Status ReferralTable::Accept(const ReferralRecord& record, std::string_view submission,
                                   const std::vector<TaskRecord>& tasks) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> before, session_.FindReferralRow(record.key));
  if (before.has_value()) return ConflictError("referral");
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.NextReferralRow());
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> first,
                         session_.FindFirstRow(record.key.referral));
  AMANA_ASSIGN_OR_RETURN(const BodyTable::Sealed sealed, bodies_.Seal(row, submission));
  const ReferralRow referral{record, first.value_or(row), sequencer_->size(), sealed.slot,
                             std::string(sealed.tag)};
  AMANA_RETURN_IF_ERROR(InsertReferral(row, referral, sealed.body));
  session_.RememberAccepted(record.key, row, referral.first);
  for (const TaskRecord& task : tasks) AMANA_RETURN_IF_ERROR(InsertTask(row, record, task));
  return session_.Run("INSERT INTO party (agency, referral) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                      record.key.sender.value(), row);
}

absl::Status ReferralTable::InsertReferral(int64_t row, const ReferralRow& referral,
                                           std::string_view body) {
  const ReferralRecord& record = referral.record;
  const StatementKey parent = record.parent.value_or(StatementKey());
  const RowDigest digest = DigestOf(referral);
  return session_.Run(
      "INSERT INTO referral (row, first, sender, id, version, sender_unit, cert_id, header_digest, "
      "urgency, subject, consent_id, consent_version, accepted, expires, log_index, log_end, test, "
      "parent_sender, parent_id, parent_version, group_id, family_id, key_slot, tag, digest, body) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
      "?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)",
      row, referral.first, record.key.sender.value(), Blob(record.key.referral.view()),
      record.key.version, record.sender.unit.value(), Blob(record.cert_id.view()),
      Blob(record.header_digest.view()), record.urgency, Blob(record.subject.view()),
      Blob(record.consent_id.view()), record.consent_version, TimeToRow(record.accepted),
      TimeToRow(record.expires), record.log_index, referral.log_end, record.test,
      parent.sender.value(), BlobOf(parent.referral), parent.version, BlobOf(record.group),
      BlobOf(record.family), referral.key_slot, Blob(referral.tag), digest.blob(), Blob(body));
}

absl::Status ReferralTable::InsertTask(int64_t row, const ReferralRecord& referral,
                                       const TaskRecord& task) {
  const RowDigest digest = DigestOf(task);
  const Address recipient = task.recipient.value_or(Address());
  const std::string rules = RulesToRow(task.consent_rules);
  const std::string withheld = CategoriesToRow(task.withheld);
  const absl::Status inserted = session_.Run(
      "INSERT INTO task (referral, task, service, agency, unit, state, reason, rules, withheld, "
      "offer_epoch, changed, digest, open, expiring, expires, subject, decide_at, offered, paused, "
      "reached, call, missing, clock_due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
      "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
      row, task.key.task, task.service, recipient.agency.value(), recipient.unit.value(),
      task.state, task.reason, Blob(rules), Blob(withheld), task.offer_epoch,
      TimeToRow(task.changed), digest.blob(), IsOpen(task.state), CanExpire(task.state),
      TimeToRow(referral.expires), Blob(referral.subject.view()), DueToRow(task.decide_at),
      OfferedToRow(task.clock), absl::ToInt64Milliseconds(task.clock.paused), task.clock.reached,
      task.clock.call, task.missing, DueToRow(task.clock.due));
  return absl::IsAlreadyExists(inserted) ? ConflictError("task") : inserted;
}

absl::Status ReferralTable::MoveTask(v1::TaskState from, const TaskRecord& task) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row,
                         session_.FindReferralRow(task.key.referral));
  if (!row.has_value()) return ConflictError("task");
  const RowDigest digest = DigestOf(task);
  const Address recipient = task.recipient.value_or(Address());
  const std::string rules = RulesToRow(task.consent_rules);
  const std::string withheld = CategoriesToRow(task.withheld);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "UPDATE task SET service = ?4, agency = ?5, unit = ?6, state = ?7, reason = ?8, rules = ?9, "
      "withheld = ?10, offer_epoch = ?11, changed = ?12, digest = ?13, open = ?14, expiring = ?15, "
      "decide_at = ?16, offered = ?17, paused = ?18, reached = ?19, call = ?20, missing = ?21, "
      "clock_due = ?22 WHERE referral = ?1 AND task = ?2 AND state = ?3",
      *row, task.key.task, from, task.service, recipient.agency.value(), recipient.unit.value(),
      task.state, task.reason, Blob(rules), Blob(withheld), task.offer_epoch,
      TimeToRow(task.changed), digest.blob(), IsOpen(task.state), CanExpire(task.state),
      DueToRow(task.decide_at), OfferedToRow(task.clock),
      absl::ToInt64Milliseconds(task.clock.paused), task.clock.reached, task.clock.call,
      task.missing, DueToRow(task.clock.due)));
  return session_.db().Changes() == 1 ? absl::OkStatus() : ConflictError("task");
}

absl::Status ReferralTable::AddGrant(const GrantRecord& grant) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(grant.referral));
  return bodies_.AddGrant(row, grant);
}

absl::Status ReferralTable::AddNote(const NoteRecord& note) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(note.referral));
  return bodies_.AddNote(row, note);
}

absl::Status ReferralTable::AddUpdate(const UpdateRecord& update) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(update.referral));
  return bodies_.AddUpdate(row, update);
}

absl::StatusOr<bool> ReferralTable::KeepEquivocation(const StatementKey& key,
                                                     const StatementRecord& other) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  return bodies_.KeepEquivocation(row, key, other);
}

}  // namespace amana::store::embedded
