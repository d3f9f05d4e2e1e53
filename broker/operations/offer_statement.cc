#include "broker/operations/offer_statement.h"

#include <utility>
#include <vector>

#include "broker/operations/errors.h"

namespace amana::operations {

absl::StatusOr<OfferTarget> FindOffer(const store::Snapshot& snapshot, const StatementKey& key,
                                      uint32_t task,
                                      std::optional<std::string_view> header_digest) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot.referrals().Find(key));
  if (!referral.has_value()) return NotFound("referral");
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         snapshot.referrals().Tasks(key));
  if (task >= tasks.size()) return NotFound("task");
  if (header_digest.has_value() && referral->header_digest.view() != *header_digest) {
    return HeaderDigestMismatch("header_digest");
  }
  return OfferTarget{*referral, tasks[task]};
}

absl::Status CheckEpoch(const OfferTarget& target, uint32_t offer_epoch) {
  return target.task.offer_epoch == offer_epoch ? absl::OkStatus()
                                                : OfferEpochOutdated("offer_epoch");
}

absl::StatusOr<std::optional<uint64_t>> FindActedOn(const store::Snapshot& snapshot,
                                                    const StatementKey& key,
                                                    const Digest& statement) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> before,
                         snapshot.offers().FindStatement(key, statement));
  if (!before.has_value()) return std::nullopt;
  return before->log_index;
}

absl::Status KeepActedOn(store::Transaction& tx, const StatementKey& key,
                         const identity::Signer& signer, store::StatementRecord record,
                         uint64_t event) {
  AMANA_RETURN_IF_ERROR(Remember(tx, signer));
  record.log_index = event;
  return tx.offers().KeepStatement(key, record);
}

bool IsCoordinator(const delivery::Moment& moment, const identity::Caller& caller) {
  return caller.role == crypto::Role::kCoordinator &&
         moment.trust->registry->Coordinates(caller.agency);
}

}  // namespace amana::operations
