#include "proto/codes/codes.h"

namespace amana::codes {

CategorySet RequiredCategories(v1::ServiceType service) {
  switch (service) {
    case v1::SERVICE_TYPE_ACCOMMODATION:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK};
    case v1::SERVICE_TYPE_RESCUE:
      return {v1::CATEGORY_LOCATION, v1::CATEGORY_RISK};
    case v1::SERVICE_TYPE_MEDICAL:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_MEDICAL};
    case v1::SERVICE_TYPE_PSYCHOSOCIAL:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_RISK};
    case v1::SERVICE_TYPE_LEGAL_AID:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_LEGAL};
    case v1::SERVICE_TYPE_CRIMINAL_INVESTIGATION:
    case v1::SERVICE_TYPE_VICTIM_SCREENING:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_EXPLOITATION};
    case v1::SERVICE_TYPE_CHILD_PROTECTION:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_FAMILY};
    case v1::SERVICE_TYPE_FAMILY_TRACING:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_FAMILY};
    case v1::SERVICE_TYPE_TRAVEL_DOCUMENT:
    case v1::SERVICE_TYPE_IMMIGRATION_STATUS:
    case v1::SERVICE_TYPE_CONSULAR:
      return {v1::CATEGORY_IDENTITY, v1::CATEGORY_TRAVEL_DOC};
    case v1::SERVICE_TYPE_REPATRIATION:
      return {v1::CATEGORY_IDENTITY, v1::CATEGORY_TRAVEL_DOC, v1::CATEGORY_RISK};
    case v1::SERVICE_TYPE_EDUCATION:
      return {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC};
    case v1::SERVICE_TYPE_BASIC_NEEDS:
    case v1::SERVICE_TYPE_LIVELIHOOD:
    case v1::SERVICE_TYPE_OTHER:
      return {v1::CATEGORY_IDENTITY_MIN};
    case v1::SERVICE_TYPE_INTERPRETATION:
      return {v1::CATEGORY_DEMOGRAPHIC};
    case v1::SERVICE_TYPE_ASYLUM:
      return {v1::CATEGORY_IDENTITY, v1::CATEGORY_RISK};
    case v1::SERVICE_TYPE_CASE_TRANSFER:
      return {v1::CATEGORY_IDENTITY, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK};
    default:
      return {};
  }
}

v1::Purpose PurposeOf(v1::ServiceType service) {
  switch (service) {
    case v1::SERVICE_TYPE_ACCOMMODATION:
    case v1::SERVICE_TYPE_RESCUE:
    case v1::SERVICE_TYPE_PSYCHOSOCIAL:
    case v1::SERVICE_TYPE_BASIC_NEEDS:
    case v1::SERVICE_TYPE_CHILD_PROTECTION:
    case v1::SERVICE_TYPE_CASE_TRANSFER:
    case v1::SERVICE_TYPE_INTERPRETATION:
    case v1::SERVICE_TYPE_VICTIM_SCREENING:
    case v1::SERVICE_TYPE_OTHER:
      return v1::PURPOSE_PROTECTION;
    case v1::SERVICE_TYPE_MEDICAL:
      return v1::PURPOSE_HEALTH_CARE;
    case v1::SERVICE_TYPE_LEGAL_AID:
    case v1::SERVICE_TYPE_CRIMINAL_INVESTIGATION:
      return v1::PURPOSE_JUSTICE;
    case v1::SERVICE_TYPE_FAMILY_TRACING:
      return v1::PURPOSE_FAMILY_TRACING;
    case v1::SERVICE_TYPE_TRAVEL_DOCUMENT:
    case v1::SERVICE_TYPE_IMMIGRATION_STATUS:
    case v1::SERVICE_TYPE_CONSULAR:
    case v1::SERVICE_TYPE_REPATRIATION:
    case v1::SERVICE_TYPE_ASYLUM:
      return v1::PURPOSE_TRAVEL_AND_STATUS;
    case v1::SERVICE_TYPE_EDUCATION:
    case v1::SERVICE_TYPE_LIVELIHOOD:
      return v1::PURPOSE_INTEGRATION;
    default:
      return v1::PURPOSE_UNSPECIFIED;
  }
}

v1::DisclosureStage StageOf(v1::Category category) {
  switch (category) {
    case v1::CATEGORY_IDENTITY_MIN:
    case v1::CATEGORY_DEMOGRAPHIC:
    case v1::CATEGORY_RISK:
    case v1::CATEGORY_SERVICES:
      return v1::DISCLOSURE_STAGE_AT_OFFER;
    case v1::CATEGORY_IDENTITY:
    case v1::CATEGORY_TRAVEL_DOC:
    case v1::CATEGORY_LOCATION:
    case v1::CATEGORY_EXPLOITATION:
    case v1::CATEGORY_MEDICAL:
    case v1::CATEGORY_FAMILY:
    case v1::CATEGORY_LEGAL:
    case v1::CATEGORY_ATTACHMENTS:
      return v1::DISCLOSURE_STAGE_AT_ACCEPT;
    default:
      return v1::DISCLOSURE_STAGE_UNSPECIFIED;
  }
}

bool IsSensitive(v1::Category category) {
  switch (category) {
    case v1::CATEGORY_IDENTITY_MIN:
    case v1::CATEGORY_IDENTITY:
    case v1::CATEGORY_TRAVEL_DOC:
    case v1::CATEGORY_LOCATION:
    case v1::CATEGORY_LEGAL:
    case v1::CATEGORY_SERVICES:
      return false;
    default:
      return true;
  }
}

std::optional<Sla> SlaOf(v1::Urgency urgency) {
  switch (urgency) {
    case v1::URGENCY_IMMEDIATE:
      return Sla{absl::Hours(1), absl::Hours(3), absl::Hours(1)};
    case v1::URGENCY_EMERGENCY:
      return Sla{absl::Hours(3), absl::Hours(12), absl::Hours(24)};
    case v1::URGENCY_URGENT:
      return Sla{absl::Hours(12), absl::Hours(36), absl::Hours(72)};
    case v1::URGENCY_NORMAL:
      return Sla{absl::Hours(2 * 24), absl::Hours(5 * 24), absl::Hours(14 * 24)};
    default:
      return std::nullopt;
  }
}

ReasonKind KindOf(v1::Reason reason) {
  // Each kind has its own range of numbers; a number inside a range need not be a code.
  if (!v1::Reason_IsValid(reason) || reason == v1::REASON_UNSPECIFIED) return ReasonKind::kNone;
  if (reason <= v1::REASON_OTHER) return ReasonKind::kDecline;
  if (reason <= v1::REASON_SUPERSEDED) return ReasonKind::kCancel;
  if (reason <= v1::REASON_WRAP_SLA_MISSED) return ReasonKind::kSystem;
  if (reason <= v1::REASON_NOT_A_REFERRAL) return ReasonKind::kBlock;
  if (reason <= v1::REASON_OPEN_FAILED) return ReasonKind::kNative;
  if (reason <= v1::REASON_DECEASED) return ReasonKind::kOutcome;
  if (reason <= v1::REASON_NO_RESPONSE) return ReasonKind::kEscalate;
  if (reason == v1::REASON_NO_SHOW) return ReasonKind::kHandover;
  return ReasonKind::kNone;
}

bool IsFailure(v1::Reason outcome) {
  return outcome == v1::REASON_UNMET || outcome == v1::REASON_PERSON_LEFT ||
         outcome == v1::REASON_PERSON_DECLINED || outcome == v1::REASON_DECEASED;
}

bool IsTransient(v1::Reason native) {
  return native == v1::REASON_NATIVE_UNAVAILABLE || native == v1::REASON_NATIVE_TIMEOUT;
}

}  // namespace amana::codes
