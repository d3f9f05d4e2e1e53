#ifndef AMANA_BROKER_STORE_EMBEDDED_OFFER_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_OFFER_TABLE_H_

#include <optional>
#include <vector>

#include "broker/store/embedded/body_table.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/offers.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Offers over a session, which must outlive it, as must `bodies` and `referrals`. Used by the
// session's thread.
class OfferTable final : public Offers {
 public:
  OfferTable(Session& session, BodyTable& bodies, Referrals& referrals)
      : session_(session), bodies_(bodies), referrals_(referrals), statements_(session) {}

  absl::StatusOr<std::vector<TaskRecord>> DueClocks(absl::Time now, size_t limit) const override;
  absl::StatusOr<std::vector<TaskRecord>> UnroutableTasks(const std::optional<TaskKey>& after,
                                                          size_t limit) const override;
  absl::StatusOr<std::vector<OfferRecord>> PastOffers(const TaskKey& task) const override;
  absl::StatusOr<std::optional<CandidateOrderRecord>> FindOrder(
      const StatementKey& referral) const override;
  absl::StatusOr<uint32_t> PlacesHeld(const Address& unit, v1::ServiceType service,
                                      absl::Time counted, absl::Time now) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindStatement(
      const StatementKey& referral, const Digest& statement) const override;

  absl::Status EndOffer(v1::TaskState from, const OfferRecord& ended,
                        const TaskRecord& next) override;
  absl::Status SetOrder(const StatementKey& referral, const CandidateOrderRecord& order) override;
  absl::Status HoldPlace(const PlaceRecord& place, absl::Time forget) override;
  absl::Status FreePlace(const Address& unit, const TaskKey& task) override;
  absl::Status KeepStatement(const StatementKey& referral,
                             const StatementRecord& statement) override;

 private:
  Session& session_;
  BodyTable& bodies_;
  Referrals& referrals_;
  StatementTable statements_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_OFFER_TABLE_H_
