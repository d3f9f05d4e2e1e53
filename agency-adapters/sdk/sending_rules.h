// What this machine does not send, whatever a broker would let pass: the broker cannot read why.
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_SENDING_RULES_H_
#define AMANA_AGENCY_ADAPTERS_SDK_SENDING_RULES_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "amana/v1/consent.pb.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/envelope/submission.h"

namespace amana::sdk {

// An embassy may endanger those who have fled the state that it speaks for. EMBASSY_PROHIBITED
// (kFailedPrecondition) when the header says that its contact is CONSENTED, and the sections do not
// say that the person is nobody of these: DEMOGRAPHIC names the migration_status or
// protection_status, and neither of them, nor a citizenship (by word or by the codes XXA, XXB, XXC,
// XXX of ICAO 9303), is asylum seeker, refugee, stateless or unknown. What cannot be read is
// unknown.
absl::Status CheckEmbassyContact(const v1::ReferralHeader& header,
                                 absl::Span<const envelope::SectionDraft> sections);

// What a recipient is given of a referral.
enum class Disclosure {
  kSections,    // keys, as its sender says
  kHeaderOnly,  // no key of any section
  kUnknown,     // whether it may have keys cannot be told here
};

// An immigration authority gets no section unless the consent names that agency itself: that its
// kind is covered is not enough. `consent` is what the referral rests on, nullptr where it is not
// at hand; an unspecified kind may be immigration.
Disclosure DisclosureTo(const Address& recipient, v1::AgencyKind kind,
                        const v1::ConsentRecord* consent);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_SENDING_RULES_H_
