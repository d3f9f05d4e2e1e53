#include "tests/fault/signed_acts.h"

#include <utility>

#include "agency-adapters/sdk/delivery_check.h"
#include "agency-adapters/sdk/sign_entry.h"
#include "base/status.h"
#include "proto/crypto/random.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/submission.h"
#include "tests/support/test_pki.h"

namespace amana::tests {

using sdk::EntryKind;
using sdk::NewEntry;
using sdk::SigningIdentity;

absl::StatusOr<SealedReferral> SealReferral(const sdk::Identity& sender, sdk::ReferralDraft draft,
                                            absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, sender.Signer());
  AMANA_ASSIGN_OR_RETURN(const Address self, sender.address());
  envelope::SubmissionDraft submission;
  submission.header = std::move(draft.header);
  submission.header.set_referral_id(crypto::RandomBytes(ReferralId::kSize));
  submission.header.set_version(1);
  *submission.header.mutable_sender() = sdk::ToWire(self);
  submission.created = now;
  submission.sections = std::move(draft.sections);
  for (const sdk::DraftRecipient& recipient : draft.recipients) {
    submission.recipients.push_back({{recipient.to, SampleCandidate(recipient.to).sealing}, {}});
  }
  AMANA_ASSIGN_OR_RETURN(envelope::SealedSubmission sealed,
                         envelope::SealSubmission(submission, signer->key, signer->certificate));
  AMANA_ASSIGN_OR_RETURN(const auto statement,
                         envelope::ReferralStatement::Create(sealed.submission.header()));
  SealedReferral referral{statement.key(), statement.digest(), {}};
  *referral.request.mutable_submission() = std::move(sealed.submission);
  return referral;
}

absl::StatusOr<NewEntry> SignConsent(const sdk::Identity& recorder, v1::ConsentRecord record,
                                     absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, recorder.Signer());
  return sdk::SignEntry(*signer, now, {EntryKind::kConsent, envelope::kConsentType, std::nullopt},
                        std::move(record), &v1::RegisterConsentRequest::mutable_consent);
}

absl::StatusOr<NewEntry> SignWithdrawal(const sdk::Identity& recorder,
                                        const v1::ConsentRecord& consent, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, recorder.Signer());
  v1::Withdrawal withdrawal;
  withdrawal.set_consent_id(consent.consent_id());
  withdrawal.set_subject_pseudonym(consent.subject_pseudonym());
  *withdrawal.mutable_recorder() = consent.recorder();
  return sdk::SignEntry(*signer, now,
                        {EntryKind::kWithdrawal, envelope::kWithdrawalType, std::nullopt},
                        std::move(withdrawal), &v1::WithdrawConsentRequest::mutable_withdrawal);
}

absl::StatusOr<NewEntry> SignAcknowledgement(const sdk::Identity& recipient,
                                             const v1::Delivery& delivery, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const sdk::CheckedDelivery checked,
                         sdk::CheckDelivery(delivery, recipient));
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, recipient.Signer());
  AMANA_ASSIGN_OR_RETURN(const Address self, recipient.address());
  v1::Acknowledgement message;
  *message.mutable_delivery() = sdk::ToWire(checked.key);
  *message.mutable_recipient() = sdk::ToWire(self);
  message.set_header_digest(checked.opened.header.digest().bytes());
  for (const envelope::OpenedSection& section : checked.opened.sections) {
    if (section.stage != checked.key.stage) continue;
    v1::OpenedSection* opened = message.add_opened();
    opened->set_slot(section.slot);
    opened->set_plaintext_commitment(section.commitment.bytes());
  }
  return sdk::SignEntry(
      *signer, now,
      {EntryKind::kAcknowledgement, envelope::kAcknowledgementType, checked.key.referral},
      std::move(message), &v1::AcknowledgeRequest::mutable_acknowledgement);
}

absl::StatusOr<NewEntry> SignRecallAnswer(const sdk::Identity& recipient, const v1::Recall& recall,
                                          absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, recipient.Signer());
  AMANA_ASSIGN_OR_RETURN(const Address self, recipient.address());
  v1::RecallAnswer message;
  *message.mutable_delivery() = recall.delivery();
  *message.mutable_recipient() = sdk::ToWire(self);
  message.set_header_digest(recall.header_digest());
  message.set_confirmed(true);
  return sdk::SignEntry(*signer, now,
                        {EntryKind::kRecallAnswer, envelope::kRecallAnswerType, std::nullopt},
                        std::move(message), &v1::AnswerRecallRequest::mutable_answer);
}

}  // namespace amana::tests
