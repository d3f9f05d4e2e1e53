#include "broker/operations/override_referral.h"

#include <optional>
#include <utility>

#include "broker/delivery/decide_again.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/signatory.h"
#include "broker/delivery/submission.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "broker/referral/task_machine.h"

namespace amana::operations {

absl::Status CheckListed(const delivery::Moment& moment, const identity::Signer& signer) {
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(signer));
  const identity::Agency* const agency = moment.trust->registry->agency(signer.agency);
  const bool listed = agency != nullptr && agency->MayApprove(signer.person.value_or(PersonId()));
  return listed ? absl::OkStatus() : ApproverNotListed();
}

absl::StatusOr<OverrideTarget> FindOverrideTarget(const store::Transaction& tx,
                                                  const v1::StatementRef& ref,
                                                  const std::string& header_digest) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, delivery::FromWire(ref, "referral"));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(key));
  if (!referral.has_value() || referral->header_digest.view() != header_digest) {
    return NotFound("referral");
  }
  OverrideTarget target;
  target.referral = *referral;
  AMANA_ASSIGN_OR_RETURN(delivery::StoredSubmission stored, delivery::ReadSubmission(tx, key));
  target.header = std::move(stored.header);
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> der,
                         tx.directory().FindCertificate(referral->cert_id));
  if (!der.has_value()) return delivery::RecordUnreadable();
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate certificate, crypto::Certificate::FromDer(*der));
  target.sender = delivery::SignatoryOf(certificate, referral->sender);
  AMANA_ASSIGN_OR_RETURN(target.grounds, tx.grounds().Of(key));
  return target;
}

bool SamePersonOrKey(const consent::Signatory& a, const consent::Signatory& b) {
  if (a.key == b.key) return true;
  return a.address.agency == b.address.agency && a.person == b.person && !a.person.empty();
}

absl::Status DecideReferralAgain(store::Transaction& tx, const Context& context,
                                 const delivery::Moment& moment, const delivery::Evidence& evidence,
                                 const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         std::as_const(tx).referrals().Tasks(key));
  for (const store::TaskRecord& task : tasks) {
    if (referral::IsTerminal(task.state)) continue;
    AMANA_RETURN_IF_ERROR(
        delivery::DecideAgain(tx, moment, context.policy, delivery::Occasion::kWord, evidence, task)
            .status());
  }
  return absl::OkStatus();
}

}  // namespace amana::operations
