// A handover as this side may believe it: every step that the broker shows is verified, and what
// they add up to is compared with what the broker says. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_VIEW_H_
#define AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_VIEW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/handover_service.pb.h"
#include "base/ids.h"
#include "proto/envelope/handover.h"

namespace amana::sdk {

struct HandoverName {
  StatementKey referral;
  uint32_t task = 0;
  uint32_t attempt = 0;  // 0: the newest
};

struct VerifiedStep {
  envelope::HandoverStatement statement;
  CertId signer;
  PersonId person;
  uint64_t log_index = 0;  // the broker's word; a receipt proves it
};

struct HandoverView {
  HandoverName name;
  uint32_t offer_epoch = 0;
  v1::HandoverState state = v1::HANDOVER_STATE_UNSPECIFIED;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;  // the broker's word
  Address responsible;                                     // who offered
  Address recipient;
  absl::Time window_from;
  absl::Time window_until;
  Digest header_digest;
  Digest last_step;  // what the next step names
  bool minor = true;
  // While one of two has signed.
  std::optional<Address> signed_by;
  v1::HandoverState signed_state = v1::HANDOVER_STATE_UNSPECIFIED;
  Digest signed_digest;
  v1::HandoverCorrection signed_correction;  // what a first signature proposes
  v1::Reason signed_reason = v1::REASON_UNSPECIFIED;
  std::vector<VerifiedStep> steps;  // in order
  // The broker's word.
  uint32_t wrong_codes = 0;
  uint32_t overdue = 0;

  // The last step into `state`; nullptr when there is none.
  const VerifiedStep* Find(v1::HandoverState state) const;
  bool Has(const Digest& step) const;
};

// Errors of ParseHandoverStep and CheckPersonsStatement; HANDOVER_MISMATCH (kPermissionDenied)
// naming what does not fit: a step of another attempt, out of its chain, of neither side, or a
// state that the steps do not add up to.
absl::StatusOr<HandoverView> CheckHandover(const v1::GetHandoverResponse& response,
                                           const Identity& identity);

// The view after a step that is verified or this side's own. The same errors.
absl::Status Apply(VerifiedStep step, HandoverView& view);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_VIEW_H_
