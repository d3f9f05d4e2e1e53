// Whether the store's state is what the log's events make of it. One referral at a time, so that
// memory does not grow with the store.
//
// Findings, by name:
//   REFERRAL_MISSING         the log accepted it, and it is not there, or under another event
//   TASK_MISSING, DELIVERY_MISSING   an event names one that is not there
//   TASK_STATE, DELIVERY_STATE       it is not in the state that its last event says
//   DELIVERY_DISCLOSED       it says it was (not) disclosed, and the log has (no) lease of it
//   ROW_DAMAGED              a record cannot be read as it was written
//   ERASED_WITHOUT_EVENT     a body is gone and no event says so
//   ERASURE_NOT_DONE         an event says so, and the body is there
//   BODY_UNREADABLE          it is there, and its key is not or does not open it
//   CONSENT_NOT_OF_LOG       a consent, withdrawal or exclusion is not there as the log has it
#ifndef AMANA_BROKER_AUDIT_STATE_CHECK_H_
#define AMANA_BROKER_AUDIT_STATE_CHECK_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "broker/audit/findings.h"
#include "broker/store/store.h"

namespace amana::audit {

// The state that an event of this kind says a task (a delivery) has entered; nullopt: none.
std::optional<v1::TaskState> TaskStateEntered(v1::EventKind kind);
std::optional<v1::DeliveryState> DeliveryStateEntered(v1::EventKind kind);

class StateCheck {
 public:
  // Both must outlive it.
  StateCheck(const store::Snapshot& snapshot, Findings& findings)
      : snapshot_(snapshot), findings_(findings) {}

  // For each event of the log, in its order: what it began is checked against all that followed.
  // Errors: those of the store but STORE_CORRUPT.
  absl::Status Follow(const store::StoredEvent& stored);

  uint64_t referrals() const { return referrals_; }
  uint64_t tasks() const { return tasks_; }
  uint64_t deliveries() const { return deliveries_; }
  uint64_t consents() const { return consents_; }

 private:
  absl::Status FollowReferral(const store::StoredEvent& stored);
  absl::Status FollowConsent(const store::StoredEvent& stored);

  const store::Snapshot& snapshot_;
  Findings& findings_;
  uint64_t referrals_ = 0, tasks_ = 0, deliveries_ = 0, consents_ = 0;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_STATE_CHECK_H_
