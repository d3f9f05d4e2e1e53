#include "proto/envelope/case_opening.h"

#include "base/ids.h"
#include "proto/envelope/errors.h"

namespace amana::envelope {
namespace {

constexpr size_t kPseudonymBytes = 16;

bool OpensCases(v1::AuditPurpose purpose) {
  switch (purpose) {
    case v1::AUDIT_PURPOSE_COMPLAINT:
    case v1::AUDIT_PURPOSE_BREACH:
    case v1::AUDIT_PURPOSE_COURT_ORDER:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::Status CheckCaseOpening(const v1::CaseOpening& opening) {
  if (opening.referral_pseudonym().size() != kPseudonymBytes) {
    return CaseFieldInvalid("referral_pseudonym", "must be 16 bytes");
  }
  if (!OpensCases(opening.purpose())) {
    return CaseFieldInvalid("purpose", "must be COMPLAINT, BREACH or COURT_ORDER");
  }
  if (opening.order_sha256().size() != Digest::kSize)
    return CaseFieldInvalid("order_sha256", "must be 32 bytes");
  return absl::OkStatus();
}

bool SameMatter(const v1::CaseOpening& a, const v1::CaseOpening& b) {
  return a.referral_pseudonym() == b.referral_pseudonym() && a.event_index() == b.event_index() &&
         a.purpose() == b.purpose() && a.order_sha256() == b.order_sha256();
}

}  // namespace amana::envelope
