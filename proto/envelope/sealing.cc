#include "proto/envelope/sealing.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <numeric>
#include <utility>

#include "base/status.h"
#include "proto/crypto/random.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/section.h"
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

void FillAtRandom(Slots& slots, int count) {
  slots.Clear();
  for (int i = 0; i < count; ++i) *slots.Add() = crypto::RandomBytes(Digest::kSize);
}

absl::StatusOr<std::vector<SectionKey>> KeysFor(const RecipientDraft& recipient,
                                                const PlacedSections& placed) {
  if (recipient.header_only) return std::vector<SectionKey>();
  if (recipient.sections.empty()) return placed.keys;
  std::bitset<kSectionSlots> granted;
  for (const size_t index : recipient.sections) {
    if (index >= placed.slot_of.size()) {
      return GrantFieldInvalid("wraps", "no such section in the draft");
    }
    granted.set(placed.slot_of[index]);
  }
  std::vector<SectionKey> chosen;
  for (const SectionKey& key : placed.keys) {
    if (granted.test(key.slot)) chosen.push_back(key);
  }
  return chosen;
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

absl::StatusOr<PlacedSections> PlaceSections(absl::Span<const SectionDraft> sections,
                                             const ReferralId& referral,
                                             const SealingPlace& place) {
  if (sections.size() > kSectionSlots) return SectionFieldInvalid("sections", "at most 16");
  const auto slots = ShuffledSlots<kSectionSlots>();
  PlacedSections placed;
  std::vector<SealedSection> all;
  for (size_t i = 0; i < sections.size(); ++i) {
    const SectionDraft& section = sections[i];
    AMANA_ASSIGN_OR_RETURN(SealedSection sealed,
                           SealSection(referral, {slots[i], section.category, section.media_type,
                                                  section.stage, section.content}));
    placed.slot_of.push_back(slots[i]);
    all.push_back(std::move(sealed));
  }
  std::sort(all.begin(), all.end(), [](const SealedSection& a, const SealedSection& b) {
    return a.body.slot() < b.body.slot();
  });
  FillAtRandom(place.section_slots, kSectionSlots);
  for (SealedSection& section : all) {
    const uint32_t slot = section.opening.slot();
    place.section_slots[static_cast<int>(slot)] = SlotHash(section.opening).bytes();
    placed.keys.push_back({slot, section.opening.stage(), std::move(section.key)});
    *place.openings.Add() = std::move(section.opening);
    *place.sections.Add() = std::move(section.body);
  }
  return placed;
}

absl::Status PlaceCompanions(absl::Span<const RecipientDraft> recipients, const GrantSource& source,
                             const PlacedSections& sections, const std::optional<Digest>& other,
                             const SealingPlace& place) {
  const size_t room = kCompanionSlots - (other.has_value() ? 1 : 0);
  if (recipients.size() > room) return TooManyGrants(room);
  FillAtRandom(place.companion_slots, kCompanionSlots);
  const auto slots = ShuffledSlots<kCompanionSlots>();
  for (size_t i = 0; i < recipients.size(); ++i) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<SectionKey> chosen, KeysFor(recipients[i], sections));
    AMANA_ASSIGN_OR_RETURN(v1::Grant grant, MakeCompanion(source, recipients[i].to, chosen));
    place.companion_slots[static_cast<int>(slots[i])] = PayloadDigest(grant.envelope()).bytes();
    *place.grants.Add() = std::move(grant);
  }
  if (other.has_value()) {
    place.companion_slots[static_cast<int>(slots[recipients.size()])] = other->bytes();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<GrantStatement>> CheckGrants(const Grants& grants,
                                                        const Openings& openings,
                                                        const SignedSlots& slots) {
  std::vector<GrantStatement> out;
  for (const v1::Grant& grant : grants) {
    AMANA_ASSIGN_OR_RETURN(GrantStatement statement, CheckGrant(grant, slots));
    AMANA_RETURN_IF_ERROR(CheckWrapsHaveSections(grant, openings));
    const bool twice =
        std::any_of(out.begin(), out.end(), [&statement](const GrantStatement& other) {
          return other.recipient == statement.recipient &&
                 other.recipient_cert == statement.recipient_cert;
        });
    if (twice) return GrantMismatch("recipient_cert_id", "a second grant for one certificate");
    out.push_back(std::move(statement));
  }
  return out;
}

}  // namespace amana::envelope
