#include "broker/delivery/find_no.h"

#include <memory>

#include "broker/delivery/recipients.h"

namespace amana::delivery {
namespace {

// What the rows of a referral say of its header. One that pins no consent rested on an override.
absl::StatusOr<consent::HeaderFacts> FactsOf(const store::Snapshot& snapshot,
                                             const store::ReferralRecord& referral,
                                             const store::TaskRecord& task) {
  consent::HeaderFacts facts;
  facts.authentic = true;
  facts.sender = referral.sender;
  facts.service = task.service;
  facts.urgency = referral.urgency;
  facts.subject_class = v1::SUBJECT_CLASS_ADULT;
  facts.pseudonym = referral.subject;
  facts.legal_basis =
      referral.consent_id.is_zero() ? v1::LEGAL_BASIS_VITAL_INTEREST : v1::LEGAL_BASIS_CONSENT;
  facts.onward = false;
  facts.extract = false;
  AMANA_ASSIGN_OR_RETURN(const store::ReferralGrounds grounds, snapshot.grounds().Of(referral.key));
  facts.pinned = grounds.attached;
  if (facts.pinned.has_value() || referral.consent_id.is_zero()) return facts;
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> pinned,
                         snapshot.consents().Find(referral.consent_id, referral.consent_version));
  if (pinned.has_value()) {
    facts.pinned = consent::PinnedConsent{pinned->id, pinned->version, pinned->digest};
  }
  return facts;
}

std::optional<consent::Decision> NoIn(const consent::Decision& decision) {
  consent::Decision no;
  if (decision.Withdrawn()) {
    no.rules = decision.rules & consent::kWithdrawnRules;
    no.code = v1::REASON_CONSENT_WITHDRAWN;
    return no;
  }
  if (!decision.rules.Has(consent::Rule::kRecipientExcluded)) return std::nullopt;
  no.rules = {consent::Rule::kRecipientExcluded};
  no.code = v1::REASON_RECIPIENT_EXCLUDED;
  no.shown = {.rules = {consent::Rule::kRecipientNotCovered},
              .code = v1::REASON_RECIPIENT_NOT_COVERED};
  return no;
}

}  // namespace

absl::StatusOr<std::optional<consent::Decision>> FindNo(const store::Snapshot& snapshot,
                                                        const Moment& moment,
                                                        const store::ReferralRecord& referral,
                                                        const store::TaskRecord& task,
                                                        consent::Attempt attempt) {
  AMANA_ASSIGN_OR_RETURN(const consent::HeaderFacts header, FactsOf(snapshot, referral, task));
  AMANA_ASSIGN_OR_RETURN(const std::shared_ptr<const store::SubjectRecords> said,
                         snapshot.consents().OfSubject(referral.subject));
  AMANA_ASSIGN_OR_RETURN(const Recipients recipients, Recipients::Of(snapshot, moment));
  const consent::RecipientFacts recipient =
      recipients.Facts(task.recipient.value_or(Address()), referral.subject);
  // Neither of the two depends on what time it is.
  return NoIn(
      consent::Decide(header, said->consents, said->exclusions, recipient,
                      {.now = moment.now, .clock_ok = true, .store_ok = true, .attempt = attempt}));
}

}  // namespace amana::delivery
