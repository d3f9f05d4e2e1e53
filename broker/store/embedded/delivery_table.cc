#include "broker/store/embedded/delivery_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "broker/store/embedded/page_token.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

// From the delivery to its referral, in this order, so that the index on delivery leads.
#define AMANA_SELECT_DELIVERY \
  "SELECT " AMANA_DELIVERY_COLUMNS " FROM delivery d CROSS JOIN referral r ON r.row = d.referral "

}  // namespace

absl::StatusOr<std::vector<DeliveryRecord>> DeliveryTable::ReadAll(sqlite::Statement query) const {
  std::vector<DeliveryRecord> deliveries;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) return deliveries;
    std::optional<DeliveryRecord> delivery = ReadDelivery(query);
    if (!delivery.has_value()) return session_.Corrupt("delivery");
    deliveries.push_back(*std::move(delivery));
  }
}

// Of what is to be done. What cannot be read is told to health and left out: it must not hold up
// the others.
absl::StatusOr<std::vector<DeliveryRecord>> DeliveryTable::ReadReadable(sqlite::Statement query,
                                                                        size_t limit) const {
  std::vector<DeliveryRecord> deliveries;
  while (deliveries.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) break;
    std::optional<DeliveryRecord> delivery = ReadDelivery(query);
    if (delivery.has_value()) {
      deliveries.push_back(*std::move(delivery));
    } else {
      session_.Corrupt("delivery").IgnoreError();
    }
  }
  return deliveries;
}

absl::StatusOr<std::optional<DeliveryRecord>> DeliveryTable::Find(const DeliveryKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row,
                         session_.FindReferralRow(key.task.referral));
  if (!row.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(
          AMANA_SELECT_DELIVERY
          "WHERE d.referral = ?1 AND d.task = ?2 AND d.offer_epoch = ?3 AND d.stage = ?4 AND "
          "d.update_number = ?5",
          *row, key.task.task, key.offer_epoch, key.stage, key.update));
  AMANA_ASSIGN_OR_RETURN(auto found, ReadAll(std::move(query)));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

absl::StatusOr<std::vector<DeliveryRecord>> DeliveryTable::OfTask(const TaskKey& task) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, session_.FindReferralRow(task.referral));
  if (!row.has_value()) return std::vector<DeliveryRecord>();
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(AMANA_SELECT_DELIVERY "WHERE d.referral = ?1 AND d.task = ?2 "
                                           "ORDER BY d.offer_epoch, d.stage, d.update_number",
                     *row, task.task));
  return ReadAll(std::move(query));
}

absl::StatusOr<std::optional<DeliveryRecord>> DeliveryTable::NextQueued(
    const Address& recipient) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(AMANA_SELECT_DELIVERY
                     "WHERE d.state = 1 AND d.agency = ?1 AND d.unit = ?2 ORDER BY d.urgency, "
                     "d.queued, d.referral, d.task, d.offer_epoch, d.stage, d.update_number",
                     recipient.agency.value(), recipient.unit.value()));
  AMANA_ASSIGN_OR_RETURN(auto found, ReadReadable(std::move(query), 1));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

absl::StatusOr<std::vector<DeliveryRecord>> DeliveryTable::Due(absl::Time now, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query(AMANA_SELECT_DELIVERY
                                 "WHERE d.due IS NOT NULL AND d.due <= ?1 ORDER BY d.due, "
                                 "d.referral, d.task, d.offer_epoch, d.stage, d.update_number",
                                 TimeToRow(now)));
  return ReadReadable(std::move(query), limit);
}

absl::StatusOr<absl::Time> DeliveryTable::NextDue() const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(
          "SELECT (SELECT due FROM delivery WHERE due IS NOT NULL ORDER BY due LIMIT 1), "
          "(SELECT expires FROM task WHERE expiring = 1 ORDER BY expires LIMIT 1), "
          "(SELECT decide_at FROM task WHERE decide_at IS NOT NULL ORDER BY decide_at LIMIT 1), "
          "(SELECT clock_due FROM task WHERE clock_due IS NOT NULL ORDER BY clock_due LIMIT 1), "
          "(SELECT due_open FROM review WHERE due_open IS NOT NULL ORDER BY due_open LIMIT 1), "
          "(SELECT due FROM handover WHERE due IS NOT NULL ORDER BY due LIMIT 1)"));
  AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
  absl::Time next = absl::InfiniteFuture();
  for (int column = 0; row && column < 6; ++column) {
    if (!query.IsNull(column)) next = std::min(next, TimeFromRow(query.Int(column)));
  }
  return next;
}

absl::StatusOr<std::vector<DeliveryRecord>> DeliveryTable::OpenRecalls(const Address& recipient,
                                                                       size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(AMANA_SELECT_DELIVERY
                     "WHERE d.state IN (13, 16) AND d.agency = ?1 AND d.unit = ?2 ORDER BY "
                     "d.queued, d.referral, d.task, d.offer_epoch, d.stage, d.update_number",
                     recipient.agency.value(), recipient.unit.value()));
  return ReadReadable(std::move(query), limit);
}

// What a page starts after: a referral's row and what comes behind it in a delivery's key.
absl::StatusOr<DeliveryTable::Place> DeliveryTable::PlaceOf(const Page& page) const {
  Place place;
  if (page.token.empty()) return place;
  AMANA_ASSIGN_OR_RETURN(place.key, ParseDeliveryToken(page.token));
  AMANA_ASSIGN_OR_RETURN(const auto row, session_.FindReferralRow(place.key.task.referral));
  if (!row.has_value()) return PageTokenInvalidError();
  place.row = *row;
  return place;
}

absl::StatusOr<Paged<DeliveryRecord>> DeliveryTable::ReadPage(sqlite::Statement query,
                                                              size_t size) const {
  Paged<DeliveryRecord> result;
  AMANA_ASSIGN_OR_RETURN(result.items, ReadAll(std::move(query)));
  if (result.items.size() > size) {
    result.items.pop_back();
    result.next_token = TokenOf(result.items.back().key);
  }
  return result;
}

absl::StatusOr<Paged<DeliveryRecord>> DeliveryTable::DeadLetters(const Page& page) const {
  AMANA_ASSIGN_OR_RETURN(const Place after, PlaceOf(page));
  const size_t size = PageSize(page);
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query(AMANA_SELECT_DELIVERY
                                 "WHERE d.state = 8 AND "
                                 "(d.referral, d.task, d.offer_epoch, d.stage, d.update_number) > "
                                 "(?1, ?2, ?3, ?4, ?5) "
                                 "ORDER BY d.referral, d.task, d.offer_epoch, d.stage, "
                                 "d.update_number LIMIT ?6",
                                 after.row, after.key.task.task, after.key.offer_epoch,
                                 after.key.stage, after.key.update, size + 1));
  return ReadPage(std::move(query), size);
}

absl::StatusOr<Paged<DeliveryRecord>> DeliveryTable::DisclosedOf(const Pseudonym& subject,
                                                                 const Page& page) const {
  AMANA_ASSIGN_OR_RETURN(const Place after, PlaceOf(page));
  const size_t size = PageSize(page);
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(AMANA_SELECT_DELIVERY
                     "WHERE d.disclosed = 1 AND d.subject = ?7 AND "
                     "(d.referral, d.task, d.offer_epoch, d.stage, d.update_number) > "
                     "(?1, ?2, ?3, ?4, ?5) "
                     "ORDER BY d.referral, d.task, d.offer_epoch, d.stage, "
                     "d.update_number LIMIT ?6",
                     after.row, after.key.task.task, after.key.offer_epoch, after.key.stage,
                     after.key.update, size + 1, Blob(subject.view())));
  return ReadPage(std::move(query), size);
}

absl::StatusOr<bool> DeliveryTable::WasDisclosedTo(const Pseudonym& subject,
                                                   const AgencyId& agency) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT 1 FROM delivery WHERE disclosed = 1 AND subject = ?1 AND "
                                 "agency = ?2 LIMIT 1",
                                 Blob(subject.view()), agency.value()));
  return session_.Next(query);
}

absl::StatusOr<std::optional<uint32_t>> DeliveryTable::ConsentVersionShownTo(
    const Pseudonym& subject, const ConsentId& consent, const AgencyId& agency) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT max(r.consent_version) FROM delivery d CROSS JOIN referral r ON "
                     "r.row = d.referral WHERE d.disclosed = 1 AND d.subject = ?1 AND "
                     "d.agency = ?2 AND r.consent_id = ?3",
                     Blob(subject.view()), agency.value(), Blob(consent.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found || query.IsNull(0)) return std::nullopt;
  return static_cast<uint32_t>(query.Int(0));
}

absl::StatusOr<bool> DeliveryTable::WasReferredBy(const Pseudonym& subject,
                                                  const AgencyId& agency) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT 1 FROM task t CROSS JOIN referral r ON r.row = t.referral WHERE "
                     "t.open = 1 AND t.subject = ?1 AND r.sender = ?2 UNION ALL "
                     "SELECT 1 FROM delivery d CROSS JOIN referral r ON r.row = d.referral WHERE "
                     "d.disclosed = 1 AND d.subject = ?1 AND r.sender = ?2 LIMIT 1",
                     Blob(subject.view()), agency.value()));
  return session_.Next(query);
}

absl::StatusOr<std::optional<StatementRecord>> DeliveryTable::FindAnswer(
    const DeliveryKey& key, std::string_view payload_type) const {
  return statements_.Find(AnswerScope(key, payload_type));
}

absl::Status DeliveryTable::Queue(const DeliveryRecord& delivery) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(delivery.key.task.referral));
  const RowDigest digest = DigestOf(delivery);
  const absl::Status inserted = session_.Run(
      "INSERT INTO delivery (referral, task, offer_epoch, stage, update_number, agency, unit, "
      "recipient_cert, state, reason, urgency, subject, disclosed, attempts, lease_epoch, queued, "
      "expires, "
      "changed, due, digest) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
      row, delivery.key.task.task, delivery.key.offer_epoch, delivery.key.stage,
      delivery.key.update, delivery.recipient.agency.value(), delivery.recipient.unit.value(),
      Blob(delivery.recipient_cert.view()), delivery.state, delivery.reason, delivery.urgency,
      Blob(delivery.subject.view()), delivery.disclosed, delivery.attempts, delivery.lease_epoch,
      TimeToRow(delivery.queued), TimeToRow(delivery.expires), TimeToRow(delivery.changed),
      DueToRow(delivery.due), digest.blob());
  if (absl::IsAlreadyExists(inserted)) return ConflictError("delivery");
  AMANA_RETURN_IF_ERROR(inserted);
  return delivery.disclosed ? AddParty(delivery, row) : absl::OkStatus();
}

absl::Status DeliveryTable::Move(v1::DeliveryState from, const DeliveryRecord& delivery) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row,
                         session_.FindReferralRow(delivery.key.task.referral));
  if (!row.has_value()) return ConflictError("delivery");
  const RowDigest digest = DigestOf(delivery);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "UPDATE delivery SET agency = ?6, unit = ?7, recipient_cert = ?8, state = ?9, reason = ?10, "
      "urgency = ?11, subject = ?12, disclosed = ?13, attempts = ?14, lease_epoch = ?15, "
      "queued = ?16, expires = ?17, changed = ?18, due = ?19, digest = ?20 "
      "WHERE referral = ?1 AND task = ?2 AND offer_epoch = ?3 AND stage = ?4 AND state = ?5 AND "
      "update_number = ?21",
      *row, delivery.key.task.task, delivery.key.offer_epoch, delivery.key.stage, from,
      delivery.recipient.agency.value(), delivery.recipient.unit.value(),
      Blob(delivery.recipient_cert.view()), delivery.state, delivery.reason, delivery.urgency,
      Blob(delivery.subject.view()), delivery.disclosed, delivery.attempts, delivery.lease_epoch,
      TimeToRow(delivery.queued), TimeToRow(delivery.expires), TimeToRow(delivery.changed),
      DueToRow(delivery.due), digest.blob(), delivery.key.update));
  if (session_.db().Changes() != 1) return ConflictError("delivery");
  return delivery.disclosed ? AddParty(delivery, *row) : absl::OkStatus();
}

absl::Status DeliveryTable::AddParty(const DeliveryRecord& delivery, int64_t row) {
  return session_.Run("INSERT INTO party (agency, referral) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                      delivery.recipient.agency.value(), row);
}

absl::Status DeliveryTable::KeepAnswer(const DeliveryKey& key, std::string_view payload_type,
                                       const StatementRecord& answer) {
  return statements_.Replace(AnswerScope(key, payload_type), answer);
}

}  // namespace amana::store::embedded
