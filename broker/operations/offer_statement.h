// What signed statements about a referral's offers have in common, whoever makes them: they name a
// referral, a task and an offer, and the same bytes again are answered with the first event's
// receipt.
#ifndef AMANA_BROKER_OPERATIONS_OFFER_STATEMENT_H_
#define AMANA_BROKER_OPERATIONS_OFFER_STATEMENT_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "broker/operations/statement.h"
#include "broker/store/store.h"

namespace amana::operations {

struct OfferTarget {
  store::ReferralRecord referral;
  store::TaskRecord task;
};

// NOT_FOUND ("referral", "task"). HEADER_DIGEST_MISMATCH unless `header_digest` is that of the
// header or is left out by the kind of statement (nullopt).
absl::StatusOr<OfferTarget> FindOffer(const store::Snapshot& snapshot, const StatementKey& key,
                                      uint32_t task, std::optional<std::string_view> header_digest);

// OFFER_EPOCH_OUTDATED unless the statement is about the task's present offer.
absl::Status CheckEpoch(const OfferTarget& target, uint32_t offer_epoch);

// The event of this very statement, if it was acted on before.
absl::StatusOr<std::optional<uint64_t>> FindActedOn(const store::Snapshot& snapshot,
                                                    const StatementKey& key,
                                                    const Digest& statement);

// Keeps it, with its signer's certificate, as acted on by `event`.
absl::Status KeepActedOn(store::Transaction& tx, const StatementKey& key,
                         const identity::Signer& signer, store::StatementRecord record,
                         uint64_t event);

// Whether the caller is a coordinator of a coordinating agency.
bool IsCoordinator(const delivery::Moment& moment, const identity::Caller& caller);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_OFFER_STATEMENT_H_
