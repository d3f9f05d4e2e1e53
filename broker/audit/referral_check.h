// One referral of state_check.h: its record, tasks, deliveries and body against its events.
#ifndef AMANA_BROKER_AUDIT_REFERRAL_CHECK_H_
#define AMANA_BROKER_AUDIT_REFERRAL_CHECK_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "broker/audit/findings.h"
#include "broker/store/store.h"

namespace amana::audit {

class ReferralCheck {
 public:
  // `index`: of the event that accepted it.
  ReferralCheck(const store::Snapshot& snapshot, const StatementKey& key, uint64_t index,
                Findings& findings);
  absl::Status Run();

  uint64_t tasks() const { return tasks_; }
  uint64_t deliveries() const { return deliveries_; }

 private:
  struct Delivered {
    v1::DeliveryState state = v1::DELIVERY_STATE_QUEUED;
    bool leased = false;
    bool found = false;
  };
  void Find(std::string_view name, const std::string& what = "");
  // OK with a finding where a record cannot be read; the error where the store cannot.
  absl::Status Note(const absl::Status& status, const std::string& what);
  absl::Status ReplayEvents();
  void Replay(const store::StoredEvent& stored);
  absl::Status CompareTasks();
  absl::Status CompareDeliveries(const store::TaskKey& task);
  absl::Status CheckBody();
  absl::Status CheckRest();

  const store::Snapshot& snapshot_;
  const StatementKey key_;
  const uint64_t index_;
  Findings& findings_;
  std::map<uint32_t, v1::TaskState> task_states_;
  std::map<store::DeliveryKey, Delivered> delivered_;
  bool erased_ = false;
  uint64_t tasks_ = 0, deliveries_ = 0;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_REFERRAL_CHECK_H_
