#include "proto/envelope/update.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/status.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/section_check.h"
#include "proto/envelope/signer.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

absl::Status CheckSlotsOf(const v1::Update& message) {
  if (message.section_slots_size() != kSectionSlots) {
    return UpdateFieldInvalid("section_slots", "must be exactly 16");
  }
  if (message.companion_slots_size() != kCompanionSlots) {
    return UpdateFieldInvalid("companion_slots", "must be exactly 8");
  }
  AMANA_RETURN_IF_ERROR(CheckSlotSizes(message.section_slots(), "section_slots"));
  return CheckSlotSizes(message.companion_slots(), "companion_slots");
}

NoteContext ContextOf(const StatementKey& referral, uint32_t task, const CertId& signer) {
  return {referral, task, kUpdateType, signer};
}

absl::Status CheckNoteOf(const v1::UpdateSubmission& submission, const v1::Update& message) {
  const bool named = !message.note_sha256().empty();
  if (named != submission.has_note()) {
    return UpdateFieldInvalid("note", "must be there exactly where the update names it");
  }
  if (named) return CheckNote(submission.note(), message.note_sha256());
  if (submission.openings().empty()) {
    return UpdateFieldInvalid("openings", "must have sections or words");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UpdateStatement> UpdateStatement::Create(const v1::SignedEnvelope& envelope) {
  UpdateStatement out;
  AMANA_ASSIGN_OR_RETURN(out.message_, ParseStatement<v1::Update>(envelope, kUpdateType));
  const v1::Update& message = out.message_;
  const v1::StatementRef& referral = message.referral();
  AMANA_ASSIGN_OR_RETURN(out.referral_.sender,
                         AgencyId::Create(referral.sender_agency(), "referral.sender_agency"));
  AMANA_ASSIGN_OR_RETURN(out.referral_.referral,
                         ReferralId::FromBytes(referral.referral_id(), "referral.referral_id"));
  out.referral_.version = referral.version();
  if (referral.version() < 1) return UpdateFieldInvalid("referral.version", "must be at least 1");
  AMANA_RETURN_IF_ERROR(Digest::FromBytes(message.header_digest(), "header_digest").status());
  if (message.number() < 1) return UpdateFieldInvalid("number", "must be at least 1");
  AMANA_RETURN_IF_ERROR(CheckSlotsOf(message));
  if (!message.note_sha256().empty()) {
    AMANA_RETURN_IF_ERROR(Digest::FromBytes(message.note_sha256(), "note_sha256").status());
  }
  AMANA_ASSIGN_OR_RETURN(out.cert_id_, CertId::FromBytes(message.meta().cert_id()));
  out.digest_ = PayloadDigest(envelope);
  out.slots_digest_ = SlotsDigest(message.section_slots());
  return out;
}

SignedSlots UpdateStatement::slots() const {
  SignedSlots out{referral_, cert_id_, slots_digest_, {}, {}};
  std::copy(message_.section_slots().begin(), message_.section_slots().end(), out.sections.begin());
  std::copy(message_.companion_slots().begin(), message_.companion_slots().end(),
            out.companions.begin());
  return out;
}

absl::Time UpdateStatement::created() const {
  return FromUnixMillis(message_.meta().created_unix_ms());
}

absl::StatusOr<v1::UpdateSubmission> SealUpdate(const UpdateDraft& draft,
                                                const crypto::EcdsaPrivateKey& key,
                                                const crypto::Certificate& signer) {
  const StatementKey& referral = draft.referral.key();
  AMANA_RETURN_IF_ERROR(CheckSigner(signer, referral.sender));
  AMANA_RETURN_IF_ERROR(CheckSignerKey(signer, key));
  v1::Update message;
  v1::UpdateSubmission out;
  message.mutable_referral()->set_sender_agency(referral.sender.value());
  message.mutable_referral()->set_referral_id(referral.referral.bytes());
  message.mutable_referral()->set_version(referral.version);
  message.set_header_digest(draft.referral.digest().bytes());
  message.set_number(draft.number);
  message.set_task(draft.task);
  message.set_offer_epoch(draft.offer_epoch);

  const SealingPlace place = PlaceIn(message, out);
  AMANA_ASSIGN_OR_RETURN(const PlacedSections placed,
                         PlaceSections(draft.sections, referral.referral, place));
  const GrantSource source{referral, SlotsDigest(message.section_slots()), signer.id(),
                           draft.created};
  const RecipientDraft recipient{draft.recipient, {}};
  AMANA_RETURN_IF_ERROR(PlaceCompanions({&recipient, 1}, source, placed, std::nullopt, place));
  if (!draft.words.empty()) {
    AMANA_ASSIGN_OR_RETURN(
        *out.mutable_note(),
        SealNote(ContextOf(referral, draft.task, signer.id()), draft.words, {&draft.recipient, 1}));
    message.set_note_sha256(NoteDigest(out.note()).bytes());
  }
  *message.mutable_meta() = MakeMeta(signer, draft.created);
  AMANA_ASSIGN_OR_RETURN(*out.mutable_update(), SignMessage(kUpdateType, message, key));
  AMANA_ASSIGN_OR_RETURN(const UpdateStatement statement, UpdateStatement::Create(out.update()));
  AMANA_RETURN_IF_ERROR(CheckUpdate(out, statement).status());
  return out;
}

absl::StatusOr<std::vector<GrantStatement>> CheckUpdate(const v1::UpdateSubmission& submission,
                                                        const UpdateStatement& update,
                                                        const SubmissionLimits& limits) {
  const size_t size = submission.ByteSizeLong();
  if (size > limits.max_bytes) return SubmissionTooLarge(size, limits.max_bytes);
  if (submission.grants_size() > limits.max_grants) return TooManyGrants(limits.max_grants);
  if (submission.grants().empty()) return UpdateFieldInvalid("grants", "must be at least one");
  if (HasUnknownFields(submission) || HasUnknownFields(submission.update())) {
    return UnknownField("update");
  }
  AMANA_RETURN_IF_ERROR(
      CheckSections(submission.openings(), submission.sections(), update.slots()));
  for (const v1::SlotOpening& opening : submission.openings()) {
    if (opening.stage() == v1::DISCLOSURE_STAGE_AT_OFFER) continue;
    return SectionMismatch(opening.slot(), "an update's sections are of stage AT_OFFER");
  }
  AMANA_RETURN_IF_ERROR(CheckNoteOf(submission, update.message()));
  AMANA_ASSIGN_OR_RETURN(std::vector<GrantStatement> grants,
                         CheckGrants(submission.grants(), submission.openings(), update.slots()));
  for (const GrantStatement& grant : grants) {
    if (!grant.companion) return CompanionUnknown();
  }
  return grants;
}

absl::StatusOr<OpenedDelivery> OpenUpdate(const DeliveryParts& parts, const UpdateParts& update,
                                          const DeliveryCertificates& certificates,
                                          absl::Span<const SealingIdentity> identities) {
  AMANA_ASSIGN_OR_RETURN(ReferralStatement header, ReferralStatement::Create(parts.header));
  const AgencyId& sender = header.sender().agency;
  AMANA_RETURN_IF_ERROR(VerifyBy(parts.header, header.cert_id(), certificates.sender, sender));
  AMANA_ASSIGN_OR_RETURN(const UpdateStatement statement, UpdateStatement::Create(update.update));
  AMANA_RETURN_IF_ERROR(VerifyBy(update.update, statement.cert_id(), update.signer, sender));
  const v1::Update& message = statement.message();
  if (statement.referral() != header.key() || message.header_digest() != header.digest().view()) {
    return UpdateFieldInvalid("header_digest", "an update of another header");
  }
  AMANA_ASSIGN_OR_RETURN(OpenedSections opened,
                         OpenSections(parts, statement.slots(), update.signer, identities));
  UpdateFacts facts{
      message.number(), message.task(), message.offer_epoch(), statement.created(), {}};
  if (!message.note_sha256().empty()) {
    if (update.note == nullptr) return UpdateFieldInvalid("note", "the update names one");
    AMANA_ASSIGN_OR_RETURN(
        facts.words, OpenNote(ContextOf(statement.referral(), message.task(), statement.cert_id()),
                              *update.note, message.note_sha256(), identities));
  }
  return OpenedDelivery{std::move(header), std::move(opened.grant), std::move(opened.sections),
                        std::move(opened.withheld_slots), std::move(facts)};
}

}  // namespace amana::envelope
