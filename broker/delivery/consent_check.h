// Asks the consent room about one task, with the facts of this very transaction.
#ifndef AMANA_BROKER_DELIVERY_CONSENT_CHECK_H_
#define AMANA_BROKER_DELIVERY_CONSENT_CHECK_H_

#include <vector>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "base/clock.h"
#include "broker/consent/decision.h"
#include "broker/delivery/moment.h"
#include "broker/store/store.h"

namespace amana::v1 {
class ReferralHeader;
class Submission;
}  // namespace amana::v1

namespace amana::delivery {

// May `recipient` have the sections of `categories`, for this service of this header? A consent
// that was attached counts as the pinned one; approvals and reviews count once the referral is
// stored. A store that cannot answer is rule 28, not an error; it is asked again in a minute.
consent::Decision DecideTask(const store::Snapshot& snapshot, const Moment& moment,
                             const v1::ReferralHeader& header, uint32_t task,
                             const Address& recipient, codes::CategorySet categories,
                             consent::Attempt attempt);

// Categories of all sections of a referral.
codes::CategorySet CategoriesOf(const v1::Submission& sections);

// A decision's rules as records and events hold them, for everybody but an exclusion's author.
std::vector<uint8_t> PublicRuleNumbers(const consent::Decision& decision);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_CONSENT_CHECK_H_
