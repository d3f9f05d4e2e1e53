// A complete referral for tests, SYNTHETIC throughout: sender "police-a/desk", candidates
// "shelter-a/intake" and "iom-a/protection". Certificates come from tests/support/test_pki.h.
#ifndef AMANA_PROTO_ENVELOPE_TESTING_H_
#define AMANA_PROTO_ENVELOPE_TESTING_H_

#include <string_view>

#include "absl/time/time.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/envelope/delivery.h"
#include "proto/envelope/submission.h"
#include "tests/support/test_pki.h"

namespace amana::envelope {

// 2031-03-04 05:06:07 UTC: when everything here is created.
absl::Time SampleTime();

// Aborts unless "agency/unit" is one.
Address SampleAddress(std::string_view text);

// The sender's signing identity.
const tests::TestIdentity& SampleSigner();

// An adult, one service for shelter-a/intake and one route request; consent given. With meta and
// (fixed) slots, so that it is valid as it stands.
v1::ReferralHeader SampleHeader();

// SampleHeader with three sections (two AT_OFFER, one AT_ACCEPT) and both candidates. `referral`
// distinguishes referrals: the id is 16 times this character.
SubmissionDraft SampleDraft(char referral = 'r');

// SampleDraft, sealed by SampleSigner. Aborts when that fails.
SealedSubmission SampleSubmission(char referral = 'r');

GrantRecipient SampleRecipient(std::string_view address);
SealingIdentity SampleSealer(std::string_view address);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_TESTING_H_
