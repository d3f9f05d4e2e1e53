// Statements into facts: whatever passes here is well formed, field by field. Signatures, callers
// and what the store already has are the caller's to judge. Pure; thread-safe.
//
// Every error is CONSENT_FIELD_INVALID (HEADER_FIELD_INVALID from FromHeader) and names the field
// as in amana/v1/consent.proto, with the list index where there is one: "recipients[2].unit".
#ifndef AMANA_BROKER_CONSENT_RECORDS_H_
#define AMANA_BROKER_CONSENT_RECORDS_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "amana/v1/consent.pb.h"
#include "amana/v1/referral.pb.h"
#include "broker/consent/facts.h"

namespace amana::consent {

inline constexpr int kMaxRecipients = 64;

// What is known of a record besides its content.
struct RecordContext {
  bool authentic = false;
  Digest digest;
  absl::Time registered_at = absl::InfinitePast();
  std::optional<absl::Time> withdrawn_at;
};

// Requires: ids of 16 bytes, not zero; version >= 1; a recorder with agency and unit; known codes
// throughout, none twice; at least one purpose, category and recipient or kind; a validity that
// ends after it begins; 32-byte hashes: evidence always, authority evidence unless SELF,
// determination and officer where CHILDREN_OFFICER.
absl::StatusOr<ConsentFacts> FromRecord(const v1::ConsentRecord& record,
                                        const RecordContext& context);

absl::StatusOr<ExclusionFacts> FromExclusion(const v1::Exclusion& exclusion);

absl::StatusOr<WithdrawalFacts> FromWithdrawal(const v1::Withdrawal& withdrawal);

// What is known of a header besides its content. Without digest and key no override of it can be
// approved.
struct HeaderContext {
  bool authentic = false;
  Digest digest;      // SHA-256 of its payload
  PersonId signer;    // of the sending agency; empty: a system
  Digest signer_key;  // SHA-256 of the public key of the certificate that signed it
  // Of a header with a parent: that was disclosed to its sender, under the same pseudonym.
  bool parent_received = false;
};

// The facts of the header's `task`-th service. `present` are the categories of its sections.
// Codes are taken over as they are: an unknown one is denied by the decision, with evidence.
absl::StatusOr<HeaderFacts> FromHeader(const v1::ReferralHeader& header, size_t task,
                                       codes::CategorySet present, const HeaderContext& context);
// The same of a header of which only this is known.
absl::StatusOr<HeaderFacts> FromHeader(const v1::ReferralHeader& header, size_t task,
                                       codes::CategorySet present, bool authentic);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_RECORDS_H_
