// Steps of a handover and reports of custody that can be relied on: every field of
// amana/v1/handover.proto checked once. Thread-safe and pure.
#ifndef AMANA_PROTO_ENVELOPE_HANDOVER_H_
#define AMANA_PROTO_ENVELOPE_HANDOVER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/handover.pb.h"
#include "base/ids.h"

namespace amana::envelope {

inline constexpr absl::Duration kMaxHandoverWindow = absl::Hours(14 * 24);

// A step's payload, validated.
struct HandoverStatement {
  v1::HandoverStep message;
  StatementKey referral;
  Address actor;
  Digest previous;
  Digest digest;  // SHA-256 of the payload

  bool Names(v1::HandoverDetail detail) const;
};

// Verifies no signature, and knows nothing of the steps before. Errors of ParseStatement;
// LENGTH_INVALID and ID_INVALID naming the field; HANDOVER_FIELD_INVALID naming it for everything
// else, that is:
// - attempt and offer_epoch from 1; a state; details ascending and known, TIME only in a
// correction,
//   and none without a note;
// - a window exactly in OFFERED, AGREED and, if it is to be another, IN_TRANSIT: it ends after it
// begins,
//   at most 14 days later;
// - a reason exactly in DECLINED, WITHDRAWN, NO_SHOW, ABORTED, RETURNED and CORRECTED, and with
// OTHER
//   some text; an exit exactly in ENDED;
// - code_commitment exactly in IN_TRANSIT, code exactly in ARRIVED, handover_digest exactly in
//   CUSTODY_TRANSFERRED and CORRECTED, a correction exactly in CORRECTED, with a time exactly where
//   TIME is corrected.
absl::StatusOr<HandoverStatement> ParseHandoverStep(const v1::SignedEnvelope& envelope);

// What two put into `handover_digest`.
Digest MatterDigest(const v1::HandoverMatter& matter);
// The matter of a step, as whoever knows both sides' units makes it.
v1::HandoverMatter MatterOf(const v1::HandoverStep& step, const Address& responsible,
                            const Address& recipient);

// A report's payload, validated.
struct CustodyStatement {
  v1::CustodyReport message;
  Pseudonym subject;
  Address actor;
  Digest previous;
  Digest digest;
};

// The same for a report: HANDOVER_FIELD_INVALID unless it names an agency, or none and why, and an
// exit exactly with LEFT, DIED and CARE_ENDED, which must be the one of that name.
absl::StatusOr<CustodyStatement> ParseCustodyReport(const v1::SignedEnvelope& envelope);

// What an exit says of where the person is; UNSPECIFIED for MOVED_ON, which says nothing of it.
v1::NoCustody NoCustodyOf(v1::ExitCode exit);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_HANDOVER_H_
