#include "broker/store/embedded/offer_table.h"

#include <utility>

#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/task_list.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {

absl::StatusOr<std::vector<TaskRecord>> OfferTable::DueClocks(absl::Time now, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM task t CROSS JOIN referral r "
                                 "ON r.row = t.referral WHERE t.clock_due IS NOT NULL AND "
                                 "t.clock_due <= ?1 ORDER BY t.clock_due, t.referral, t.task",
                                 TimeToRow(now)));
  return ReadReadableTasks(session_, std::move(query), limit);
}

absl::StatusOr<std::vector<TaskRecord>> OfferTable::UnroutableTasks(
    const std::optional<TaskKey>& after, size_t limit) const {
  int64_t row = 0;
  if (after.has_value()) {
    AMANA_ASSIGN_OR_RETURN(row, session_.ReferralRow(after->referral));
  }
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT " AMANA_TASK_COLUMNS " FROM task t CROSS JOIN referral r "
                                 "ON r.row = t.referral WHERE t.state = 5 AND "
                                 "(t.referral, t.task) > (?1, ?2) ORDER BY t.referral, t.task",
                                 row, after.has_value() ? static_cast<int64_t>(after->task) : -1));
  return ReadReadableTasks(session_, std::move(query), limit);
}

absl::StatusOr<std::vector<OfferRecord>> OfferTable::PastOffers(const TaskKey& task) const {
  std::vector<OfferRecord> offers;
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, session_.FindReferralRow(task.referral));
  if (!row.has_value()) return offers;
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_OFFER_COLUMNS " FROM past_offer o CROSS JOIN referral r ON "
                     "r.row = o.referral WHERE o.referral = ?1 AND o.task = ?2 "
                     "ORDER BY o.offer_epoch",
                     *row, task.task));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return offers;
    std::optional<OfferRecord> offer = ReadOffer(query);
    if (!offer.has_value()) return session_.Corrupt("past_offer");
    offers.push_back(*std::move(offer));
  }
}

absl::StatusOr<std::optional<CandidateOrderRecord>> OfferTable::FindOrder(
    const StatementKey& referral) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, session_.FindReferralRow(referral));
  if (!row.has_value()) return std::nullopt;
  return bodies_.FindOrder(*row, referral);
}

absl::StatusOr<uint32_t> OfferTable::PlacesHeld(const Address& unit, v1::ServiceType service,
                                                absl::Time counted, absl::Time now) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT count(*) FROM held_place WHERE agency = ?1 AND unit = ?2 "
                                 "AND service = ?3 AND ((accepted IS NULL AND until > ?4) OR "
                                 "accepted > ?5)",
                                 unit.agency.value(), unit.unit.value(), service, TimeToRow(now),
                                 TimeToRow(counted)));
  AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
  return row ? static_cast<uint32_t>(query.Int(0)) : 0;
}

absl::StatusOr<std::optional<StatementRecord>> OfferTable::FindStatement(
    const StatementKey& referral, const Digest& statement) const {
  return statements_.Find(OfferScope(referral, statement));
}

absl::Status OfferTable::EndOffer(v1::TaskState from, const OfferRecord& ended,
                                  const TaskRecord& next) {
  AMANA_RETURN_IF_ERROR(referrals_.MoveTask(from, next));
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(ended.task.referral));
  const RowDigest digest = DigestOf(ended);
  const absl::Status inserted = session_.Run(
      "INSERT INTO past_offer (referral, task, offer_epoch, agency, unit, state, reason, offered, "
      "ended, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
      row, ended.task.task, ended.offer_epoch, ended.recipient.agency.value(),
      ended.recipient.unit.value(), ended.state, ended.reason, TimeToRow(ended.offered),
      TimeToRow(ended.ended), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("past_offer") : inserted;
}

absl::Status OfferTable::SetOrder(const StatementKey& referral, const CandidateOrderRecord& order) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(referral));
  return bodies_.SetOrder(row, referral, order);
}

absl::Status OfferTable::HoldPlace(const PlaceRecord& place, absl::Time forget) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(place.task.referral));
  AMANA_RETURN_IF_ERROR(
      session_.Run("DELETE FROM held_place WHERE agency = ?1 AND unit = ?2 AND (accepted <= ?3 OR "
                   "(accepted IS NULL AND until <= ?3))",
                   place.unit.agency.value(), place.unit.unit.value(), TimeToRow(forget)));
  std::optional<int64_t> accepted;
  if (place.accepted.has_value()) accepted = TimeToRow(*place.accepted);
  return session_.Run(
      "INSERT INTO held_place (agency, unit, referral, task, service, until, accepted) VALUES (?1, "
      "?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (agency, unit, referral, task) DO UPDATE SET "
      "service = excluded.service, until = excluded.until, accepted = excluded.accepted",
      place.unit.agency.value(), place.unit.unit.value(), row, place.task.task, place.service,
      TimeToRow(place.until), accepted);
}

absl::Status OfferTable::FreePlace(const Address& unit, const TaskKey& task) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, session_.FindReferralRow(task.referral));
  if (!row.has_value()) return absl::OkStatus();
  return session_.Run(
      "DELETE FROM held_place WHERE agency = ?1 AND unit = ?2 AND referral = ?3 AND task = ?4",
      unit.agency.value(), unit.unit.value(), *row, task.task);
}

absl::Status OfferTable::KeepStatement(const StatementKey& referral,
                                       const StatementRecord& statement) {
  return statements_.KeepOnce(OfferScope(referral, statement.digest), statement);
}

}  // namespace amana::store::embedded
