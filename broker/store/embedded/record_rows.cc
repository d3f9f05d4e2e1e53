#include "broker/store/embedded/record_rows.h"

namespace amana::store::embedded {
namespace {

StatementKey ReadKey(RowReader& row) {
  StatementKey key;
  key.sender = row.Token<AgencyId>();
  key.referral = row.Fixed<ReferralId>();
  key.version = row.Int<uint32_t>();
  return key;
}

absl::Time ReadDue(RowReader& row) {
  const bool never = row.IsNull();
  const absl::Time due = row.Time();
  return never ? absl::InfiniteFuture() : due;
}

template <typename Record>
std::optional<Record> IfWhole(Record record, RowReader& row) {
  if (!row.ok() || !row.Matches(DigestOf(record))) return std::nullopt;
  return record;
}

}  // namespace

std::string CategoriesToRow(const std::vector<v1::Category>& categories) {
  std::string bytes;
  for (v1::Category category : categories) bytes.push_back(static_cast<char>(category));
  return bytes;
}

std::string RulesToRow(const std::vector<uint8_t>& rules) {
  return std::string(rules.begin(), rules.end());
}

RowDigest DigestOf(const ReferralRow& row) {
  const ReferralRecord& r = row.record;
  RowHasher hasher("referral");
  hasher.Add(r.key).Add(r.sender).Add(r.cert_id).Add(r.header_digest).Add(r.urgency).Add(r.subject);
  hasher.Add(r.consent_id).Add(r.consent_version).Add(r.accepted).Add(r.expires);
  hasher.Add(r.log_index).Add(r.test).Add(r.parent.value_or(StatementKey())).Add(r.group);
  hasher.Add(r.family).Add(row.first).Add(row.log_end).Add(row.key_slot);
  return hasher.Add(row.tag).Finish();
}

RowDigest DigestOf(const TaskRecord& t) {
  RowHasher hasher("task");
  hasher.Add(t.key.referral).Add(t.key.task).Add(t.service).Add(t.recipient.value_or(Address()));
  hasher.Add(t.state).Add(t.reason).Add(RulesToRow(t.consent_rules));
  hasher.Add(CategoriesToRow(t.withheld)).Add(t.offer_epoch).Add(t.changed).Add(t.decide_at);
  hasher.Add(t.clock.offered).Add(absl::ToInt64Milliseconds(t.clock.paused)).Add(t.clock.reached);
  hasher.Add(t.clock.call).Add(t.clock.due).Add(t.missing);
  return hasher.Finish();
}

RowDigest DigestOf(const DeliveryRecord& d) {
  RowHasher hasher("delivery");
  hasher.Add(d.key.task.referral).Add(d.key.task.task).Add(d.key.offer_epoch).Add(d.key.stage);
  hasher.Add(d.recipient).Add(d.recipient_cert).Add(d.state).Add(d.reason).Add(d.urgency);
  hasher.Add(d.subject).Add(d.disclosed).Add(d.attempts).Add(d.lease_epoch).Add(d.queued);
  return hasher.Add(d.key.update).Add(d.expires).Add(d.changed).Add(d.due).Finish();
}

RowDigest DigestOfGrant(const GrantRecord& g, std::string_view bytes) {
  RowHasher hasher("grant");
  hasher.Add(g.referral).Add(g.recipient).Add(g.recipient_cert).Add(g.signer_cert);
  return hasher.Finish({bytes});
}

RowDigest DigestOfOrder(const StatementKey& key, uint32_t number, std::string_view bytes) {
  return RowHasher("order").Add(key).Add(number).Finish({bytes});
}

RowDigest DigestOf(const OfferRecord& o) {
  RowHasher hasher("offer");
  hasher.Add(o.task.referral).Add(o.task.task).Add(o.offer_epoch).Add(o.recipient).Add(o.state);
  return hasher.Add(o.reason).Add(o.offered).Add(o.ended).Finish();
}

RowDigest DigestOf(const QueueItem& q) {
  RowHasher hasher("queue");
  hasher.Add(q.item).Add(q.task.referral).Add(q.task.task).Add(q.offer_epoch).Add(q.reason);
  hasher.Add(q.urgency).Add(q.opened).Add(q.alerted).Add(q.closed).Add(q.assigned);
  return hasher.Add(q.assignee).Finish();
}

RowDigest DigestOf(const QueueNoteRecord& n) {
  RowHasher hasher("queue note");
  hasher.Add(n.item).Add(n.log_index).Add(n.at).Add(n.annotation);
  return hasher.Add(n.by.agency).Add(n.by.person).Finish();
}

RowDigest DigestOfNote(const StatementKey& key, const Digest& note, std::string_view bytes) {
  return RowHasher("note").Add(key).Add(note).Finish({bytes});
}

RowDigest DigestOfUpdate(const StatementKey& key, uint32_t number, std::string_view bytes) {
  return RowHasher("update").Add(key).Add(number).Finish({bytes});
}

RowDigest DigestOf(const ReconsiderationRecord& r) {
  RowHasher hasher("reconsideration");
  hasher.Add(r.id).Add(r.subject).Add(r.recipient).Add(r.statement).Add(r.withdrawn);
  hasher.Add(r.cause_shown).Add(r.disclosed_pass);
  const TaskKey after = r.after.value_or(TaskKey());
  hasher.Add(after.referral).Add(after.task);
  // As it was before there was such a pass.
  if (r.unrouted_pass) hasher.Add(r.unrouted_pass);
  return hasher.Finish();
}

RowDigest DigestOf(std::string_view scope, const StatementRecord& s) {
  RowHasher hasher("statement");
  return hasher.Add(scope).Add(s.digest).Add(s.cert_id).Add(s.log_index).Finish({s.envelope});
}

std::optional<ReferralRow> ReadReferral(const sqlite::Statement& statement) {
  RowReader row(statement);
  ReferralRow stored;
  ReferralRecord& r = stored.record;
  r.key = ReadKey(row);
  r.sender.agency = r.key.sender;
  r.sender.unit = row.Token<UnitId>();
  r.cert_id = row.Fixed<CertId>();
  r.header_digest = row.Fixed<Digest>();
  r.urgency = row.Int<v1::Urgency>();
  r.subject = row.Fixed<Pseudonym>();
  r.consent_id = row.Fixed<ConsentId>();
  r.consent_version = row.Int<uint32_t>();
  r.accepted = row.Time();
  r.expires = row.Time();
  r.log_index = row.Int<uint64_t>();
  r.test = row.Int<bool>();
  StatementKey parent;
  parent.sender = row.Token<AgencyId>();
  parent.referral = row.FixedOrNone<ReferralId>();
  parent.version = row.Int<uint32_t>();
  if (parent != StatementKey()) r.parent = std::move(parent);
  r.group = row.FixedOrNone<GroupId>();
  r.family = row.FixedOrNone<GroupId>();
  stored.first = row.Int();
  stored.log_end = row.Int<uint64_t>();
  stored.key_slot = row.Int<uint64_t>();
  stored.tag = std::string(row.Bytes());
  return IfWhole(std::move(stored), row);
}

std::optional<TaskRecord> ReadTask(const sqlite::Statement& statement) {
  RowReader row(statement);
  TaskRecord t;
  t.key.referral = ReadKey(row);
  t.key.task = row.Int<uint32_t>();
  t.service = row.Int<v1::ServiceType>();
  const Address recipient = row.ReadAddress();
  if (recipient != Address()) t.recipient = recipient;
  t.state = row.Int<v1::TaskState>();
  t.reason = row.Int<v1::Reason>();
  for (char rule : row.Bytes()) t.consent_rules.push_back(static_cast<uint8_t>(rule));
  for (char category : row.Bytes()) t.withheld.push_back(static_cast<v1::Category>(category));
  t.offer_epoch = row.Int<uint32_t>();
  t.changed = row.Time();
  t.decide_at = ReadDue(row);
  const bool none = row.IsNull();
  const absl::Time offered = row.Time();
  if (!none) t.clock.offered = offered;
  t.clock.paused = absl::Milliseconds(row.Int());
  t.clock.reached = row.Int<v1::EscalationLevel>();
  t.clock.call = row.Int<CallState>();
  t.missing = row.Int<v1::RouteGap>();
  t.clock.due = ReadDue(row);
  return IfWhole(std::move(t), row);
}

std::optional<OfferRecord> ReadOffer(const sqlite::Statement& statement) {
  RowReader row(statement);
  OfferRecord o;
  o.task.referral = ReadKey(row);
  o.task.task = row.Int<uint32_t>();
  o.offer_epoch = row.Int<uint32_t>();
  o.recipient = row.ReadAddress();
  o.state = row.Int<v1::TaskState>();
  o.reason = row.Int<v1::Reason>();
  o.offered = row.Time();
  o.ended = row.Time();
  return IfWhole(std::move(o), row);
}

std::optional<QueueItem> ReadQueueItem(const sqlite::Statement& statement) {
  RowReader row(statement);
  QueueItem q;
  q.task.referral = ReadKey(row);
  q.task.task = row.Int<uint32_t>();
  q.item = row.Int<uint64_t>();
  q.offer_epoch = row.Int<uint32_t>();
  q.reason = row.Int<v1::QueueReason>();
  q.urgency = row.Int<v1::Urgency>();
  q.opened = row.Time();
  q.alerted = row.Int<bool>();
  q.closed = row.Int<bool>();
  q.assigned = row.ReadAddress();
  q.assignee = row.Token<PersonId>();
  return IfWhole(std::move(q), row);
}

std::optional<QueueNoteRecord> ReadQueueNote(const sqlite::Statement& statement) {
  RowReader row(statement);
  QueueNoteRecord n;
  n.item = row.Int<uint64_t>();
  n.log_index = row.Int<uint64_t>();
  n.at = row.Time();
  n.annotation = row.Int<v1::Annotation>();
  n.by.agency = row.Token<AgencyId>();
  n.by.person = row.Token<PersonId>();
  return IfWhole(std::move(n), row);
}

std::optional<DeliveryRecord> ReadDelivery(const sqlite::Statement& statement) {
  RowReader row(statement);
  DeliveryRecord d;
  d.key.task.referral = ReadKey(row);
  d.key.task.task = row.Int<uint32_t>();
  d.key.offer_epoch = row.Int<uint32_t>();
  d.key.stage = row.Int<v1::DisclosureStage>();
  d.key.update = row.Int<uint32_t>();
  d.recipient = row.ReadAddress();
  d.recipient_cert = row.Fixed<CertId>();
  d.state = row.Int<v1::DeliveryState>();
  d.reason = row.Int<v1::Reason>();
  d.urgency = row.Int<v1::Urgency>();
  d.subject = row.Fixed<Pseudonym>();
  d.disclosed = row.Int<bool>();
  d.attempts = row.Int<uint32_t>();
  d.lease_epoch = row.Int<uint64_t>();
  d.queued = row.Time();
  d.expires = row.Time();
  d.changed = row.Time();
  d.due = ReadDue(row);
  return IfWhole(std::move(d), row);
}

std::optional<ReconsiderationRecord> ReadReconsideration(const sqlite::Statement& statement) {
  RowReader row(statement);
  ReconsiderationRecord r;
  r.id = row.Int<uint64_t>();
  r.subject = row.Fixed<Pseudonym>();
  r.recipient = row.Token<AgencyId>();
  r.statement = row.Fixed<Digest>();
  r.withdrawn = row.Fixed<ConsentId>();
  r.cause_shown = row.Int<bool>();
  r.disclosed_pass = row.Int<bool>();
  r.unrouted_pass = row.Int<bool>();
  TaskKey after;
  after.referral = ReadKey(row);
  after.task = row.Int<uint32_t>();
  if (!after.referral.sender.empty()) r.after = after;
  return IfWhole(std::move(r), row);
}

std::optional<int64_t> DueToRow(absl::Time due) {
  if (due == absl::InfiniteFuture()) return std::nullopt;
  return TimeToRow(due);
}

}  // namespace amana::store::embedded
