#include "broker/operations/attach_consent.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/consent_effects.h"
#include "broker/operations/errors.h"
#include "broker/operations/override_referral.h"
#include "broker/operations/statement.h"
#include "broker/operations/task_status.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  Verified<v1::ConsentAttachment> statement;
  StatementKey key;
  consent::PinnedConsent consent;
  std::shared_ptr<Pseudonym> subject = std::make_shared<Pseudonym>();
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::AttachConsentRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(
      Verified<v1::ConsentAttachment> statement,
      VerifyStatement<v1::ConsentAttachment>(moment, caller, request.attachment(),
                                             envelope::kConsentAttachmentType));
  AMANA_ASSIGN_OR_RETURN(StatementKey key,
                         delivery::FromWire(statement.message.referral(), "referral"));
  if (key.sender != caller.agency) return SenderNotCaller("referral.sender_agency");
  const v1::ConsentRef& ref = statement.message.consent();
  consent::PinnedConsent pinned;
  AMANA_ASSIGN_OR_RETURN(pinned.id, ConsentId::FromBytes(ref.consent_id(), "consent.consent_id"));
  pinned.version = ref.version();
  AMANA_ASSIGN_OR_RETURN(pinned.digest, Digest::FromBytes(ref.digest(), "consent.digest"));
  if (pinned.version == 0) return FieldInvalid("consent.version", "1 or more");
  return Checked{.moment = moment,
                 .statement = std::move(statement),
                 .key = std::move(key),
                 .consent = pinned};
}

absl::Status ShowTasks(const store::Transaction& tx, const StatementKey& key,
                       v1::AttachConsentResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks, SenderStatuses(tx, key));
  response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
  return absl::OkStatus();
}

absl::StatusOr<store::ReferralRecord> FindReferral(const store::Transaction& tx,
                                                   const Checked& checked) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(checked.key));
  if (!referral.has_value()) return NotFound("referral");
  if (checked.statement.message.header_digest() != referral->header_digest.view()) {
    return HeaderDigestMismatch("header_digest");
  }
  AMANA_RETURN_IF_ERROR(
      identity::CheckSignsFor(checked.statement.signer, referral->sender, "referral"));
  return *referral;
}

absl::StatusOr<Verdict> Attach(store::Transaction& tx, const Context& context,
                               const Checked& checked, v1::AttachConsentResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const store::ReferralRecord referral, FindReferral(tx, checked));
  *checked.subject = referral.subject;  // a repetition waits as the first one does
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> kept,
                         std::as_const(tx).grounds().FindAttachment(checked.key, checked.consent.id,
                                                                    checked.consent.version));
  if (kept.has_value()) {
    if (kept->digest != checked.statement.record.digest) return Equivocation("consent");
    AMANA_RETURN_IF_ERROR(ShowTasks(tx, checked.key, response));
    return Verdict{.event = kept->log_index};
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<consent::ConsentFacts> consent,
      std::as_const(tx).consents().Find(checked.consent.id, checked.consent.version));
  if (!consent.has_value() || consent->digest != checked.consent.digest ||
      consent->pseudonym != referral.subject) {
    return NotFound("consent");
  }
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.statement.evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_CONSENT_ATTACHED);
  event.consent_id = checked.consent.id;
  event.consent_version = checked.consent.version;
  store::StatementRecord record = checked.statement.record;
  AMANA_ASSIGN_OR_RETURN(record.log_index, recorder.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(tx.grounds().Attach(checked.key, checked.consent, record));
  AMANA_RETURN_IF_ERROR(
      DecideReferralAgain(tx, context, checked.moment, checked.statement.evidence, checked.key));
  AMANA_RETURN_IF_ERROR(ShowTasks(tx, checked.key, response));
  return Verdict{.event = record.log_index};
}

}  // namespace

void AttachConsent(const Context& context, const identity::Caller& caller,
                   const v1::AttachConsentRequest& request,
                   Reply<v1::AttachConsentResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::AttachConsentResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::AttachConsentResponse& response) {
        return Attach(tx, context, *shared, response);
      },
      ReplyWhenQuietOf<v1::AttachConsentResponse>(context, shared->subject, std::move(reply)));
}

}  // namespace amana::operations
