// Families: those of one sender's referrals who are sent under one family id. For one service they
// go to one place: the first to where there is a place for all, the others to where the first is.
// Who does not fit there, or is declined there, waits for a person, who may part them.
#ifndef AMANA_BROKER_DELIVERY_FAMILY_H_
#define AMANA_BROKER_DELIVERY_FAMILY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "broker/routing/directory.h"
#include "broker/store/store.h"

namespace amana::v1 {
class ReferralHeader;
}  // namespace amana::v1

namespace amana::delivery {

// What a place for one of a family must be, besides what the one needs.
struct FamilyNeed {
  // Where others of them are, or are offered to, each once, in order of acceptance: nowhere else.
  std::vector<Address> at;
  // Where nobody is anywhere yet, what the header says of them all.
  uint32_t places = 1;
  routing::AgeSet ages;
  routing::SexSet sexes;
};

// For a service of this header: nullopt where it is of no family. Where others are, but not of one
// that the header itself sends to a recipient: that is its sender's choice.
absl::StatusOr<std::optional<FamilyNeed>> NeedOf(const store::Snapshot& snapshot,
                                                 const v1::ReferralHeader& header, uint32_t task);

// Where others of the family are, or are offered to, for a service of this header.
absl::StatusOr<std::vector<Address>> OthersAt(const store::Snapshot& snapshot,
                                              const v1::ReferralHeader& header, uint32_t task);

// Whether the broker may not part this task from others: somebody else of its family is served, or
// is still to be served.
absl::StatusOr<bool> IsKeptTogether(const store::Snapshot& snapshot,
                                    const store::ReferralRecord& referral,
                                    const store::TaskRecord& task);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_FAMILY_H_
