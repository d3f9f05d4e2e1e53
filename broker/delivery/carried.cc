#include "broker/delivery/carried.h"

#include <optional>
#include <utility>

#include "base/status.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/submission.h"

namespace amana::delivery {

absl::StatusOr<v1::UpdateSubmission> ReadUpdate(const store::Snapshot& snapshot,
                                                const StatementKey& referral, uint32_t number) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::UpdateRecord> record,
                         snapshot.referrals().FindUpdate(referral, number));
  v1::UpdateSubmission update;
  if (!record.has_value() || !update.ParseFromString(record->update)) return RecordUnreadable();
  return update;
}

absl::StatusOr<v1::Submission> ReadSections(const store::Snapshot& snapshot,
                                            const store::DeliveryKey& delivery) {
  v1::Submission sections;
  if (delivery.update != 0) {
    AMANA_ASSIGN_OR_RETURN(v1::UpdateSubmission update,
                           ReadUpdate(snapshot, delivery.task.referral, delivery.update));
    sections.mutable_openings()->Swap(update.mutable_openings());
    sections.mutable_sections()->Swap(update.mutable_sections());
    return sections;
  }
  AMANA_ASSIGN_OR_RETURN(StoredSubmission stored, ReadSubmission(snapshot, delivery.task.referral));
  sections.mutable_openings()->Swap(stored.submission.mutable_openings());
  sections.mutable_sections()->Swap(stored.submission.mutable_sections());
  return sections;
}

}  // namespace amana::delivery
