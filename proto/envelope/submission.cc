#include "proto/envelope/submission.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <numeric>

#include "base/status.h"
#include "proto/crypto/random.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/section.h"
#include "proto/envelope/section_check.h"
#include "proto/envelope/signer.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

// Slots in random order: a recipient must not learn from their positions how many there are. The
// bias of the remainder is below 2^-27.
template <size_t N>
std::array<uint32_t, N> ShuffledSlots() {
  std::array<uint32_t, N> slots;
  std::iota(slots.begin(), slots.end(), 0);
  std::array<uint32_t, N> draws;
  crypto::FillRandom(absl::MakeSpan(reinterpret_cast<uint8_t*>(draws.data()), sizeof draws));
  for (size_t i = N - 1; i > 0; --i) std::swap(slots[i], slots[draws[i] % (i + 1)]);
  return slots;
}

struct DraftSections {
  std::vector<uint32_t> slot_of;      // by index in the draft
  std::vector<SealedSection> sealed;  // ascending by slot
};

absl::StatusOr<DraftSections> SealSections(const SubmissionDraft& draft,
                                           const ReferralId& referral) {
  if (draft.sections.size() > kSectionSlots) {
    return SectionFieldInvalid("sections", "at most 16");
  }
  const auto slots = ShuffledSlots<kSectionSlots>();
  DraftSections result;
  for (size_t i = 0; i < draft.sections.size(); ++i) {
    const SectionDraft& section = draft.sections[i];
    AMANA_ASSIGN_OR_RETURN(SealedSection sealed,
                           SealSection(referral, {slots[i], section.category, section.media_type,
                                                  section.stage, section.content}));
    result.slot_of.push_back(slots[i]);
    result.sealed.push_back(std::move(sealed));
  }
  std::sort(
      result.sealed.begin(), result.sealed.end(),
      [](const SealedSection& a, const SealedSection& b) { return a.body.slot() < b.body.slot(); });
  return result;
}

// Moves the sealed sections into the submission and their slots into the header.
std::vector<SectionKey> PlaceSections(std::vector<SealedSection> sealed, v1::ReferralHeader& header,
                                      v1::Submission& submission) {
  header.clear_section_slots();
  for (int i = 0; i < kSectionSlots; ++i) {
    header.add_section_slots(crypto::RandomBytes(Digest::kSize));
  }
  std::vector<SectionKey> keys;
  for (SealedSection& section : sealed) {
    const uint32_t slot = section.opening.slot();
    header.set_section_slots(static_cast<int>(slot), SlotHash(section.opening).bytes());
    keys.push_back({slot, section.opening.stage(), std::move(section.key)});
    *submission.add_openings() = std::move(section.opening);
    *submission.add_sections() = std::move(section.body);
  }
  return keys;
}

absl::StatusOr<std::vector<SectionKey>> KeysFor(const RecipientDraft& recipient,
                                                const std::vector<uint32_t>& slot_of,
                                                const std::vector<SectionKey>& keys) {
  if (recipient.sections.empty()) return keys;
  std::bitset<kSectionSlots> granted;
  for (const size_t index : recipient.sections) {
    if (index >= slot_of.size()) return GrantFieldInvalid("wraps", "no such section in the draft");
    granted.set(slot_of[index]);
  }
  std::vector<SectionKey> chosen;
  for (const SectionKey& key : keys) {
    if (granted.test(key.slot)) chosen.push_back(key);
  }
  return chosen;
}

// Makes the companions and names them in the header, whose sections must be in place.
absl::Status PlaceCompanions(const SubmissionDraft& draft, const GrantSource& source,
                             const std::vector<uint32_t>& slot_of,
                             const std::vector<SectionKey>& keys, v1::ReferralHeader& header,
                             v1::Submission& submission) {
  const size_t room = kCompanionSlots - (draft.order.empty() ? 0 : 1);
  if (draft.recipients.size() > room) return TooManyGrants(room);
  header.clear_companion_slots();
  for (int i = 0; i < kCompanionSlots; ++i) {
    header.add_companion_slots(crypto::RandomBytes(Digest::kSize));
  }
  const auto slots = ShuffledSlots<kCompanionSlots>();
  for (size_t i = 0; i < draft.recipients.size(); ++i) {
    const RecipientDraft& recipient = draft.recipients[i];
    AMANA_ASSIGN_OR_RETURN(const std::vector<SectionKey> chosen, KeysFor(recipient, slot_of, keys));
    AMANA_ASSIGN_OR_RETURN(v1::Grant grant, MakeCompanion(source, recipient.to, chosen));
    header.set_companion_slots(static_cast<int>(slots[i]), PayloadDigest(grant.envelope()).bytes());
    *submission.add_grants() = std::move(grant);
  }
  if (draft.order.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(*submission.mutable_candidate_order(),
                         MakeOrderCompanion(source, draft.order));
  header.set_companion_slots(static_cast<int>(slots[draft.recipients.size()]),
                             PayloadDigest(submission.candidate_order()).bytes());
  return absl::OkStatus();
}

absl::Status CheckWrapsHaveSections(const v1::Grant& grant, const Openings& openings) {
  std::bitset<kSectionSlots> used;
  for (const v1::SlotOpening& opening : openings) used.set(opening.slot());
  for (const v1::Wrap& wrap : grant.wraps()) {
    if (!used.test(wrap.slot())) return WrapMismatch(wrap.slot(), "no section in this slot");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SealedSubmission> SealSubmission(const SubmissionDraft& draft,
                                                const crypto::EcdsaPrivateKey& key,
                                                const crypto::Certificate& signer) {
  v1::ReferralHeader header = draft.header;
  GrantSource source;
  AMANA_ASSIGN_OR_RETURN(source.referral.sender,
                         AgencyId::Create(header.sender().agency(), "sender.agency"));
  AMANA_ASSIGN_OR_RETURN(source.referral.referral,
                         ReferralId::FromBytes(header.referral_id(), "referral_id"));
  source.referral.version = header.version();
  source.signer = signer.id();
  source.created = draft.created;
  AMANA_RETURN_IF_ERROR(CheckSigner(signer, source.referral.sender));
  AMANA_RETURN_IF_ERROR(CheckSignerKey(signer, key));

  SealedSubmission result;
  AMANA_ASSIGN_OR_RETURN(DraftSections sections, SealSections(draft, source.referral.referral));
  result.keys = PlaceSections(std::move(sections.sealed), header, result.submission);
  source.slots_digest = SlotsDigest(header);
  AMANA_RETURN_IF_ERROR(
      PlaceCompanions(draft, source, sections.slot_of, result.keys, header, result.submission));
  *header.mutable_meta() = MakeMeta(signer, draft.created);
  AMANA_ASSIGN_OR_RETURN(*result.submission.mutable_header(),
                         SignMessage(kReferralType, header, key));
  AMANA_ASSIGN_OR_RETURN(const ReferralStatement statement,
                         ReferralStatement::Create(result.submission.header()));
  AMANA_RETURN_IF_ERROR(CheckSubmission(result.submission, statement).status());
  return result;
}

absl::StatusOr<std::vector<GrantStatement>> CheckSubmission(const v1::Submission& submission,
                                                            const ReferralStatement& referral,
                                                            const SubmissionLimits& limits) {
  const size_t size = submission.ByteSizeLong();
  if (size > limits.max_bytes) return SubmissionTooLarge(size, limits.max_bytes);
  if (submission.grants_size() > limits.max_grants) return TooManyGrants(limits.max_grants);
  if (HasUnknownFields(submission) || HasUnknownFields(submission.header())) {
    return UnknownField("submission");
  }
  AMANA_RETURN_IF_ERROR(CheckSections(submission.openings(), submission.sections(), referral));
  if (submission.has_candidate_order()) {
    AMANA_ASSIGN_OR_RETURN(const CandidateOrderStatement order,
                           CheckCandidateOrder(submission.candidate_order(), referral));
    if (!order.companion) return CompanionUnknown();
  }
  std::vector<GrantStatement> grants;
  for (const v1::Grant& grant : submission.grants()) {
    AMANA_ASSIGN_OR_RETURN(GrantStatement statement, CheckGrant(grant, referral));
    AMANA_RETURN_IF_ERROR(CheckWrapsHaveSections(grant, submission.openings()));
    const bool twice =
        std::any_of(grants.begin(), grants.end(), [&statement](const GrantStatement& other) {
          return other.recipient == statement.recipient &&
                 other.recipient_cert == statement.recipient_cert;
        });
    if (twice) return GrantMismatch("recipient_cert_id", "a second grant for one certificate");
    grants.push_back(std::move(statement));
  }
  return grants;
}

}  // namespace amana::envelope
