// Sections and grants on their way into a statement that signs them: what a referral (submission.h)
// and an update of it (update.h) have in common. Thread-safe and pure but for random bytes.
#ifndef AMANA_PROTO_ENVELOPE_SEALING_H_
#define AMANA_PROTO_ENVELOPE_SEALING_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"
#include "proto/envelope/section_check.h"

namespace amana::envelope {

struct SectionDraft {
  v1::Category category = v1::CATEGORY_UNSPECIFIED;
  std::string_view media_type;
  v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_UNSPECIFIED;
  std::string_view content;  // must live until it is sealed
};

struct RecipientDraft {
  GrantRecipient to;
  // Indexes into the draft's sections this recipient gets keys for; empty means all.
  std::vector<size_t> sections;
  bool header_only = false;  // no keys at all
};

using Grants = google::protobuf::RepeatedPtrField<v1::Grant>;

// Where what is sealed goes: the slots into what will be signed, the rest beside it.
struct SealingPlace {
  Slots& section_slots;
  Slots& companion_slots;
  Openings& openings;
  Sections& sections;
  Grants& grants;
};

template <class Statement, class Parts>
SealingPlace PlaceIn(Statement& statement, Parts& parts) {
  return {*statement.mutable_section_slots(), *statement.mutable_companion_slots(),
          *parts.mutable_openings(), *parts.mutable_sections(), *parts.mutable_grants()};
}

struct PlacedSections {
  std::vector<uint32_t> slot_of;  // by index in the draft
  std::vector<SectionKey> keys;   // ascending by slot
};

// Seals at most 16 (SECTION_FIELD_INVALID) into slots drawn at random; the others are filled with
// random bytes. Errors of SealSection.
absl::StatusOr<PlacedSections> PlaceSections(absl::Span<const SectionDraft> sections,
                                             const ReferralId& referral, const SealingPlace& place);

// Makes a companion for each recipient and names it, and `other` where there is one, in the
// companion slots. TOO_MANY_GRANTS; errors of MakeCompanion.
absl::Status PlaceCompanions(absl::Span<const RecipientDraft> recipients, const GrantSource& source,
                             const PlacedSections& sections, const std::optional<Digest>& other,
                             const SealingPlace& place);

// Each right (CheckGrant), none twice for one certificate (GRANT_MISMATCH) and no wrap without a
// section (WRAP_MISMATCH).
absl::StatusOr<std::vector<GrantStatement>> CheckGrants(const Grants& grants,
                                                        const Openings& openings,
                                                        const SignedSlots& slots);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_SEALING_H_
