// Header, grant and update statements: what is accepted is canonical and keeps every promise of its
// header file; what is refused names its field.
#include <algorithm>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/envelope/update.h"
#include "proto/envelope/wire_walker.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using envelope::GrantStatement;
using envelope::ReferralStatement;

v1::SignedEnvelope EnvelopeOf(std::string_view type, std::string_view payload) {
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(std::string(type));
  envelope.set_payload(std::string(payload));
  return envelope;
}

void RequireSlots(const google::protobuf::RepeatedPtrField<std::string>& slots, int count) {
  Require(slots.size() == count && std::all_of(slots.begin(), slots.end(),
                                               [](const auto& slot) { return slot.size() == 32; }),
          "so many slots of 32 bytes");
}

// `message` without its slots, and these where they lie, are all of the payload.
template <class Message>
Message RequireWhole(const Message& message, std::string_view payload,
                     void (*clear_slots)(Message&)) {
  Message whole;
  Require(whole.ParseFromString(std::string(payload)), "a payload parses");
  Require(envelope::Serialize(whole) == payload, "a statement is what was signed");
  Message rest = whole;
  clear_slots(rest);
  Require(envelope::Serialize(message) == envelope::Serialize(rest), "all but the slots is there");
  return whole;
}

void RequirePromises(const ReferralStatement& statement, std::string_view payload) {
  const v1::ReferralHeader& header = statement.header();
  const v1::ReferralHeader whole =
      RequireWhole<v1::ReferralHeader>(header, payload, [](v1::ReferralHeader& message) {
        message.clear_section_slots();
        message.clear_companion_slots();
      });
  Require(statement.digest() == crypto::Sha256(payload), "a header's digest");
  Require(statement.key().version >= 1 && statement.key().sender == statement.sender().agency,
          "a header's key");
  Require(header.services_size() >= 1 && header.services_size() <= envelope::kMaxServices,
          "1 to 16 services");
  Require(statement.expires() > statement.created() &&
              statement.expires() - statement.created() <= envelope::kMaxLifetime,
          "at most 90 days");
  Require(header.has_consent() || header.legal_basis() != v1::LEGAL_BASIS_CONSENT,
          "consent where it is the legal basis");
  Require((header.assertions().majority_month() != 0) ==
              (header.subject_class() == v1::SUBJECT_CLASS_MINOR),
          "a majority month for minors alone");
  RequireSlots(whole.section_slots(), envelope::kSectionSlots);
  RequireSlots(whole.companion_slots(), envelope::kCompanionSlots);
  for (int i = 0; i < envelope::kSectionSlots; ++i) {
    Require(statement.slot(static_cast<uint32_t>(i)) == whole.section_slots(i), "a section's slot");
  }
  for (int i = 0; i < envelope::kCompanionSlots; ++i) {
    Require(statement.NamesCompanion(Digest::FromBytes(whole.companion_slots(i)).value()),
            "a companion's slot");
  }
}

bool CheckHeader(std::string_view payload) {
  const auto other =
      ReferralStatement::Create(EnvelopeOf(envelope::kCancellationType, payload)).status();
  Require(ErrorReason(other) == "PAYLOAD_TYPE_UNEXPECTED", "another payload type is refused");
  const auto statement = ReferralStatement::Create(EnvelopeOf(envelope::kReferralType, payload));
  if (!statement.ok()) {
    return RequireRefusal(statement.status(), absl::StatusCode::kInvalidArgument);
  }
  Require(envelope::CheckCanonical(*v1::ReferralHeader::descriptor(), payload).ok(),
          "the walker takes every header that is accepted");
  RequirePromises(*statement, payload);
  return true;
}

bool CheckGrant(std::string_view payload) {
  const absl::StatusOr<GrantStatement> grant =
      envelope::ParseGrant(EnvelopeOf(envelope::kWrapGrantType, payload));
  if (!grant.ok()) return RequireRefusal(grant.status(), absl::StatusCode::kInvalidArgument);
  Require(envelope::CheckCanonical(*v1::WrapGrant::descriptor(), payload).ok(),
          "the walker takes every grant that is accepted");
  const v1::WrapGrant whole = RequireWhole<v1::WrapGrant>(
      grant->message, payload, [](v1::WrapGrant& message) { message.clear_wrap_slots(); });
  Require(grant->digest == crypto::Sha256(payload) && grant->companion, "a grant's digest");
  Require(grant->message.recipient().agency() == grant->recipient.agency.value() &&
              grant->message.recipient_cert_id() == grant->recipient_cert.view(),
          "a grant's recipient");
  RequireSlots(whole.wrap_slots(), envelope::kSectionSlots);
  return true;
}

bool CheckUpdate(std::string_view payload) {
  const auto update = envelope::UpdateStatement::Create(EnvelopeOf(envelope::kUpdateType, payload));
  if (!update.ok()) return RequireRefusal(update.status(), absl::StatusCode::kInvalidArgument);
  Require(envelope::CheckCanonical(*v1::Update::descriptor(), payload).ok(),
          "the walker takes every update that is accepted");
  Require(envelope::Serialize(update->message()) == payload, "an update is what was signed");
  Require(update->digest() == crypto::Sha256(payload), "an update's digest");
  Require(update->message().number() >= 1 && update->referral().version >= 1, "an update's key");
  RequireSlots(update->message().section_slots(), envelope::kSectionSlots);
  RequireSlots(update->message().companion_slots(), envelope::kCompanionSlots);
  return true;
}

v1::SignedEnvelope SampleUpdate(const v1::Submission& submission) {
  const auto referral = ReferralStatement::Create(submission.header());
  envelope::UpdateDraft draft{.referral = *referral,
                              .recipient = envelope::SampleRecipient("shelter-a/intake")};
  draft.offer_epoch = 1;
  draft.number = 1;
  draft.created = envelope::SampleTime();
  draft.words = "SYNTHETIC";
  const tests::TestIdentity& signer = envelope::SampleSigner();
  return envelope::SealUpdate(draft, signer.key, signer.certificate)->update();
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    const v1::Submission submission = envelope::SampleSubmission().submission;
    v1::ReferralHeader minor = envelope::SampleHeader();
    minor.set_subject_class(v1::SUBJECT_CLASS_MINOR);
    minor.mutable_assertions()->set_majority_month(800);
    minor.clear_consent();
    minor.set_legal_basis(v1::LEGAL_BASIS_VITAL_INTEREST);
    minor.set_group_id(std::string(16, 'f'));
    minor.set_family_id(std::string(16, 'k'));
    minor.mutable_family()->set_members(2);
    minor.mutable_family()->add_age_classes(v1::SUBJECT_CLASS_MINOR);
    minor.mutable_family()->add_sexes(v1::SEX_CONSTRAINT_FEMALE);
    minor.mutable_parent()->set_sender_agency("shelter-a");
    minor.mutable_parent()->set_referral_id(std::string(16, 'o'));
    minor.mutable_parent()->set_version(2);
    return new std::vector<std::string>{'\0' + submission.header().payload(),
                                        '\0' + envelope::Serialize(minor),
                                        '\1' + submission.grants(0).envelope().payload(),
                                        '\2' + SampleUpdate(submission).payload()};
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  switch (input.Choice(3)) {
    case 0:
      return CheckHeader(input.Rest());
    case 1:
      return CheckGrant(input.Rest());
    default:
      return CheckUpdate(input.Rest());
  }
}

}  // namespace amana::fuzz
