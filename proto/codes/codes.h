// What the domain tables say about a code: which categories a service needs, when a category may
// leave, how sensitive it is, which clocks an urgency starts, of what kind a reason is. Both ends
// of the wire use it. Pure; thread-safe; unknown codes get the refusing answer named below.
//
// Sources: broker/domain/service_types.csv, payload_categories.csv, urgency_sla.csv,
// reason_codes.csv, consent_decisions.csv (row for row; codes_test compares).
#ifndef AMANA_PROTO_CODES_CODES_H_
#define AMANA_PROTO_CODES_CODES_H_

#include <optional>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "proto/codes/code_set.h"

namespace amana::codes {

using CategorySet = CodeSet<v1::Category>;
using PurposeSet = CodeSet<v1::Purpose>;
using AgencyKindSet = CodeSet<v1::AgencyKind>;

// Every known code of a list.
inline constexpr CategorySet kAllCategories =
    CategorySet::FromBits((uint32_t{2} << v1::Category_MAX) - 2);
inline constexpr PurposeSet kAllPurposes =
    PurposeSet::FromBits((uint32_t{2} << v1::Purpose_MAX) - 2);
inline constexpr AgencyKindSet kAllAgencyKinds =
    AgencyKindSet::FromBits((uint32_t{2} << v1::AgencyKind_MAX) - 2);

// Without these a recipient cannot give the service. Empty for an unknown service.
CategorySet RequiredCategories(v1::ServiceType service);

// The one purpose that a service serves; UNSPECIFIED for an unknown service, never REPORTING.
v1::Purpose PurposeOf(v1::ServiceType service);

// When a section of this category may leave the broker. ATTACHMENTS follow the category of what
// they show; where that is not known they are AT_ACCEPT. UNSPECIFIED for an unknown category.
v1::DisclosureStage StageOf(v1::Category category);

// Sensitive personal data (Data Protection Act, s.2 and s.46). True for ATTACHMENTS, which may show
// anything, and for unknown categories.
bool IsSensitive(v1::Category category);

// The escalation clocks of an urgency: acknowledge (a person has SEEN it) and decide run from the
// offer, start from the acceptance.
struct Sla {
  absl::Duration acknowledge;
  absl::Duration decide;
  absl::Duration start;
  friend bool operator==(const Sla&, const Sla&) = default;
};
// None for an unknown urgency.
std::optional<Sla> SlaOf(v1::Urgency urgency);

enum class ReasonKind {
  kNone,      // UNSPECIFIED or unknown
  kDecline,   // a recipient says no
  kCancel,    // the sender takes it back
  kSystem,    // the broker's own
  kBlock,     // a code of the consent decision
  kNative,    // an adapter's error class
  kOutcome,   // what came of a service
  kEscalate,  // a clock ran out
  kHandover,  // of a handover alone
};
ReasonKind KindOf(v1::Reason reason);

// Outcomes with which a task may have FAILED: UNMET, PERSON_LEFT, PERSON_DECLINED, DECEASED.
bool IsFailure(v1::Reason outcome);

// Native error classes that another attempt may cure: NATIVE_UNAVAILABLE, NATIVE_TIMEOUT.
bool IsTransient(v1::Reason native);

}  // namespace amana::codes

#endif  // AMANA_PROTO_CODES_CODES_H_
