// What approving and reviewing an override have in common: the person, the referral it is about,
// and having its tasks decided again.
#ifndef AMANA_BROKER_OPERATIONS_OVERRIDE_REFERRAL_H_
#define AMANA_BROKER_OPERATIONS_OVERRIDE_REFERRAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/referral.pb.h"
#include "broker/consent/facts.h"
#include "broker/operations/statement.h"

namespace amana::operations {

// SIGNER_NOT_PERSON, or APPROVER_NOT_LISTED unless the registry lists the person as an approver.
absl::Status CheckListed(const delivery::Moment& moment, const identity::Signer& signer);

struct OverrideTarget {
  store::ReferralRecord referral;
  v1::ReferralHeader header;
  consent::Signatory sender;  // who signed the header
  store::ReferralGrounds grounds;
};

// NOT_FOUND unless there is such a referral with this header: who asks is no party to it.
absl::StatusOr<OverrideTarget> FindOverrideTarget(const store::Transaction& tx,
                                                  const v1::StatementRef& ref,
                                                  const std::string& header_digest);

bool SamePersonOrKey(const consent::Signatory& a, const consent::Signatory& b);

// Every task of the referral that is not over, decided again.
absl::Status DecideReferralAgain(store::Transaction& tx, const Context& context,
                                 const delivery::Moment& moment, const delivery::Evidence& evidence,
                                 const StatementKey& key);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_OVERRIDE_REFERRAL_H_
