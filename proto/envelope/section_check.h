// Whether sections on their way are the ones the sender signed: broker and recipient ask the same.
#ifndef AMANA_PROTO_ENVELOPE_SECTION_CHECK_H_
#define AMANA_PROTO_ENVELOPE_SECTION_CHECK_H_

#include "absl/status/status.h"
#include "amana/v1/referral.pb.h"
#include "proto/envelope/header.h"

namespace amana::envelope {

using Openings = google::protobuf::RepeatedPtrField<v1::SlotOpening>;
using Sections = google::protobuf::RepeatedPtrField<v1::SectionBody>;

// Openings ascend by slot, one section for each in the same order; each opening is well formed
// (CheckOpening), hashes to its slot in the signed statement, and its section has the size and the
// SHA-256 it names; no category twice but ATTACHMENTS. SECTION_MISMATCH naming
// "section_slots[<slot>]", or the errors of CheckOpening. Thread-safe and pure; its cost is one
// SHA-256 over every ciphertext.
absl::Status CheckSections(const Openings& openings, const Sections& sections,
                           const SignedSlots& slots);
inline absl::Status CheckSections(const Openings& openings, const Sections& sections,
                                  const ReferralStatement& referral) {
  return CheckSections(openings, sections, referral.slots());
}

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_SECTION_CHECK_H_
