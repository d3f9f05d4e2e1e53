// One section of a referral: sealed with a key of its own, padded, and committed to by its slot in
// the header (SlotOpening and SectionBody in amana/v1/referral.proto). Thread-safe and pure but for
// random bytes.
#ifndef AMANA_PROTO_ENVELOPE_SECTION_H_
#define AMANA_PROTO_ENVELOPE_SECTION_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/crypto/secret.h"

namespace amana::envelope {

// Commitment salt (32) and content length (4), before the content.
inline constexpr size_t kSectionFraming = 36;
inline constexpr size_t kMinPaddedSize = 256;
inline constexpr size_t kMaxPaddedSize = 128 * 1024;
inline constexpr size_t kMaxContentSize = kMaxPaddedSize - kSectionFraming;
inline constexpr size_t kMaxMediaType = 64;

// Size buckets: powers of two from kMinPaddedSize to kMaxPaddedSize.
bool IsSizeBucket(uint64_t padded_size);
// The smallest bucket that holds `content_size` and the framing. CONTENT_TOO_LARGE.
absl::StatusOr<uint32_t> PaddedSize(size_t content_size);

// SHA-256 of the opening's canonical bytes: the slot's value in the header.
Digest SlotHash(const v1::SlotOpening& opening);

// Form only: slot below 16, known category and stage, media type of 1 to 64 visible ASCII
// characters, a size bucket, lengths. SECTION_FIELD_INVALID naming "openings[slot].<field>",
// UNKNOWN_FIELD.
absl::Status CheckOpening(const v1::SlotOpening& opening);

// What a sender puts into a section. Content is looked at, never kept.
struct SectionInput {
  uint32_t slot = 0;
  v1::Category category = v1::CATEGORY_UNSPECIFIED;
  std::string_view media_type;
  v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_UNSPECIFIED;
  std::string_view content;
};

struct SealedSection {
  v1::SlotOpening opening;
  v1::SectionBody body;
  crypto::Secret key;  // to be wrapped for recipients
};

// With fresh key and salts; the content is copied once, into the buffer that is sealed in place.
// CONTENT_TOO_LARGE, or the errors of CheckOpening.
absl::StatusOr<SealedSection> SealSection(const ReferralId& referral, const SectionInput& input);

// The content. `opening` must have been checked against the header. SECTION_MISMATCH when body and
// opening do not fit; SECTION_OPEN_FAILED for another key or altered bytes; SECTION_MISMATCH when
// what is inside is malformed or not what the commitment says.
absl::StatusOr<std::string> OpenSection(const ReferralId& referral, const v1::SlotOpening& opening,
                                        const v1::SectionBody& body, const crypto::Secret& key);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_SECTION_H_
