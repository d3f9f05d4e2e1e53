// `amana-broker fsck`: everything that a store holds, against everything that its log says.
#ifndef AMANA_BROKER_MAIN_FSCK_H_
#define AMANA_BROKER_MAIN_FSCK_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "broker/audit/findings.h"
#include "broker/main/config.h"

namespace amana::broker {

struct CheckReport {
  uint64_t events = 0;
  uint64_t referrals = 0;
  uint64_t tasks = 0;
  uint64_t deliveries = 0;
  uint64_t handovers = 0;
  uint64_t persons = 0;
  uint64_t consents = 0;  // and withdrawals and exclusions
  // By the names that are listed in audit/log_check.h, audit/state_check.h and
  // store/embedded/check.h, and:
  //   CUSTODY                what audit/custody_check.h finds
  //   COUNTER_NOT_OF_LOG     a stored counter is not the last that the log gave
  //   REFERRAL_WITHOUT_EVENT, CONSENT_WITHOUT_EVENT   a row that the log did not accept
  //   LOG_BEHIND_GUARD, LOG_FORKED_AT_GUARD, GUARD_FOREIGN   of the guard, where one is configured
  audit::Findings findings;
};

// Of a broker that is not running. Repairs nothing, and writes nothing. Errors: those of
// StoreForCheck::Open (ALREADY_RUNNING while the broker runs) and of reading; what is damaged is a
// finding.
absl::StatusOr<CheckReport> CheckStore(const Config& config);

// Whether a finding is of the log itself, as opposed to what is derived from it or kept beside it:
// the evidence was changed.
bool IsOfLog(std::string_view finding);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_FSCK_H_
