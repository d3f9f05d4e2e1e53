// Contract of the store: the cases that are open to auditors (store.h says what holds for all).
#ifndef AMANA_BROKER_STORE_CASES_H_
#define AMANA_BROKER_STORE_CASES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "broker/store/records.h"

namespace amana::store {

// Every version of the referral, to every auditor of the agency.
struct CaseRecord {
  AgencyId sender;
  ReferralId referral;
  AgencyId auditor;
  uint64_t log_index = 0;  // of the event that opened it first

  friend bool operator==(const CaseRecord&, const CaseRecord&) = default;
};

// A case that was opened stays open. Const members are queries.
class Cases {
 public:
  virtual ~Cases() = default;

  virtual absl::StatusOr<std::optional<CaseRecord>> Find(const AgencyId& sender,
                                                         const ReferralId& referral,
                                                         const AgencyId& auditor) const = 0;
  // A kept statement about the case, by its digest.
  virtual absl::StatusOr<std::optional<StatementRecord>> FindStatement(
      const AgencyId& sender, const ReferralId& referral, const Digest& statement) const = 0;

  // The first record of the three stands; the statements, each with the index of its own event, are
  // kept besides. NOT_FOUND: there is no such referral.
  virtual absl::Status Open(const CaseRecord& opened,
                            const std::vector<StatementRecord>& statements) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_CASES_H_
