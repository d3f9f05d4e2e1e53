#include "proto/envelope/section_check.h"

#include <string_view>

#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/section.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

absl::Status CheckOne(const v1::SlotOpening& opening, const v1::SectionBody& section,
                      const SignedSlots& slots) {
  const uint32_t slot = opening.slot();
  if (HasUnknownFields(section)) return UnknownField(SlotField(slot));
  if (section.slot() != slot) return SectionMismatch(slot, "no section for this opening");
  if (SlotHash(opening).view() != slots.sections[slot]) {
    return SectionMismatch(slot, "the opening is not the one that was signed");
  }
  if (section.ciphertext().size() != opening.padded_size() + crypto::kAesGcmTagSize) {
    return SectionMismatch(slot, "the ciphertext has not the size of its opening");
  }
  if (crypto::Sha256(section.ciphertext()).view() != opening.ciphertext_sha256()) {
    return SectionMismatch(slot, "the ciphertext is not the one of its opening");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSections(const Openings& openings, const Sections& sections,
                           const SignedSlots& slots) {
  uint64_t categories = 0;  // those that have their section already
  for (int i = 0; i < openings.size(); ++i) {
    const v1::SlotOpening& opening = openings[i];
    AMANA_RETURN_IF_ERROR(CheckOpening(opening));
    const uint32_t slot = opening.slot();
    if (i > 0 && slot <= openings[i - 1].slot()) {
      return SectionMismatch(slot, "openings must ascend by slot");
    }
    const uint64_t category = uint64_t{1} << opening.category();
    if (opening.category() != v1::CATEGORY_ATTACHMENTS && (categories & category) != 0) {
      return SectionMismatch(slot, "a second section of its category");
    }
    categories |= category;
    if (i >= sections.size()) return SectionMismatch(slot, "no section for this opening");
    AMANA_RETURN_IF_ERROR(CheckOne(opening, sections[i], slots));
  }
  if (sections.size() > openings.size()) {
    return SectionMismatch(sections[openings.size()].slot(), "no opening for this section");
  }
  return absl::OkStatus();
}

}  // namespace amana::envelope
