// Records as rows: which columns, in which order, and the digest over each. Reading a row whose
// digest does not match gives nullopt: the caller answers STORE_CORRUPT. Pure.
#ifndef AMANA_BROKER_STORE_EMBEDDED_RECORD_ROWS_H_
#define AMANA_BROKER_STORE_EMBEDDED_RECORD_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sqlite.h"
#include "broker/store/embedded/row.h"
#include "broker/store/offers.h"
#include "broker/store/queue.h"
#include "broker/store/records.h"

namespace amana::store::embedded {

// Macros, so that they can be put into statements at compile time. `r` is referral, `t` task,
// `d` delivery, `o` past_offer, `q` queue_item.
#define AMANA_REFERRAL_COLUMNS                                                                   \
  "r.sender, r.id, r.version, r.sender_unit, r.cert_id, r.header_digest, r.urgency, r.subject, " \
  "r.consent_id, r.consent_version, r.accepted, r.expires, r.log_index, r.test, "                \
  "r.parent_sender, r.parent_id, r.parent_version, r.group_id, r.family_id, r.first, "           \
  "r.log_end, r.key_slot, r.tag, r.digest"
#define AMANA_TASK_COLUMNS                                                              \
  "r.sender, r.id, r.version, t.task, t.service, t.agency, t.unit, t.state, t.reason, " \
  "t.rules, t.withheld, t.offer_epoch, t.changed, t.decide_at, t.offered, t.paused, "   \
  "t.reached, t.call, t.missing, t.clock_due, t.digest"
#define AMANA_OFFER_COLUMNS                                                                 \
  "r.sender, r.id, r.version, o.task, o.offer_epoch, o.agency, o.unit, o.state, o.reason, " \
  "o.offered, o.ended, o.digest"
#define AMANA_QUEUE_COLUMNS                                                         \
  "r.sender, r.id, r.version, q.task, q.item, q.offer_epoch, q.reason, q.urgency, " \
  "q.opened, q.alerted, q.closed, q.assigned_agency, q.assigned_unit, q.assignee, q.digest"
#define AMANA_RECONSIDERATION_COLUMNS                                                          \
  "id, subject, recipient, statement, withdrawn, cause_shown, disclosed_pass, unrouted_pass, " \
  "after_sender, after_id, after_version, after_task, digest"
#define AMANA_DELIVERY_COLUMNS                                                                 \
  "r.sender, r.id, r.version, d.task, d.offer_epoch, d.stage, d.update_number, "               \
  "d.agency, d.unit, d.recipient_cert, d.state, d.reason, d.urgency, d.subject, d.disclosed, " \
  "d.attempts, "                                                                               \
  "d.lease_epoch, d.queued, d.expires, d.changed, d.due, d.digest"

inline constexpr int kReferralSlotColumn = 21;
inline constexpr int kReferralTagColumn = 22;
// How many AMANA_REFERRAL_COLUMNS are: the index of the column after them.
inline constexpr int kReferralColumns = 24;

// A referral's row, but for the body that its tag is of.
struct ReferralRow {
  ReferralRecord record;
  int64_t first = 0;
  uint64_t log_end = 0;
  uint64_t key_slot = 0;
  std::string tag;  // empty: erased
};

RowDigest DigestOf(const ReferralRow& row);
// Of what is stored: encrypted, or empty when it was erased.
RowDigest DigestOfGrant(const GrantRecord& record, std::string_view bytes);
RowDigest DigestOfOrder(const StatementKey& key, uint32_t number, std::string_view bytes);
RowDigest DigestOfNote(const StatementKey& key, const Digest& note, std::string_view bytes);
RowDigest DigestOfUpdate(const StatementKey& key, uint32_t number, std::string_view bytes);
RowDigest DigestOf(const TaskRecord& record);
RowDigest DigestOf(const OfferRecord& record);
RowDigest DigestOf(const QueueItem& record);
RowDigest DigestOf(const QueueNoteRecord& record);
RowDigest DigestOf(const DeliveryRecord& record);
RowDigest DigestOf(const ReconsiderationRecord& record);
RowDigest DigestOf(std::string_view scope, const StatementRecord& record);

std::optional<ReferralRow> ReadReferral(const sqlite::Statement& row);
std::optional<TaskRecord> ReadTask(const sqlite::Statement& row);
std::optional<OfferRecord> ReadOffer(const sqlite::Statement& row);
std::optional<QueueItem> ReadQueueItem(const sqlite::Statement& row);
std::optional<QueueNoteRecord> ReadQueueNote(const sqlite::Statement& row);
std::optional<DeliveryRecord> ReadDelivery(const sqlite::Statement& row);
std::optional<ReconsiderationRecord> ReadReconsideration(const sqlite::Statement& row);

// NULL for InfiniteFuture, so that partial indexes leave out what is never due.
std::optional<int64_t> DueToRow(absl::Time due);

// One byte a code.
std::string CategoriesToRow(const std::vector<v1::Category>& categories);
std::string RulesToRow(const std::vector<uint8_t>& rules);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_RECORD_ROWS_H_
