// Whom a sender would have asked for each of a referral's tasks, one after the other
// (CandidateOrder in amana/v1/offer.proto). Sent with the referral it is a companion, signed by
// being named in the header; a later one is signed by the sender. Thread-safe and pure.
#ifndef AMANA_PROTO_ENVELOPE_CANDIDATE_ORDER_H_
#define AMANA_PROTO_ENVELOPE_CANDIDATE_ORDER_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/offer.pb.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"

namespace amana::envelope {

inline constexpr int kMaxCandidates = 32;  // of one task

// Candidates by task, first to last.
using Candidates = std::map<uint32_t, std::vector<Address>>;

// An order's payload, validated.
struct CandidateOrderStatement {
  StatementKey referral;
  Digest slots_digest;
  uint32_t number = 0;
  Candidates tasks;
  CertId signer;  // meta.cert_id
  Digest digest;  // SHA-256 of the payload
  absl::Time created;
  bool companion = false;  // without a signature: only as good as the header that names it
};

// The first order of a referral, unsigned: its payload digest goes into the header's companion
// slots. ORDER_INVALID for none, too many or the same candidate twice.
absl::StatusOr<v1::SignedEnvelope> MakeOrderCompanion(const GrantSource& source,
                                                      const Candidates& tasks);

// A later one: `number` is one more than the last. ORDER_INVALID; CERTIFICATE_MISMATCH as
// MakeGrant.
absl::StatusOr<v1::SignedEnvelope> MakeOrder(const ReferralStatement& referral,
                                             const Candidates& tasks, uint32_t number,
                                             const crypto::EcdsaPrivateKey& key,
                                             const crypto::Certificate& signer, absl::Time created);

// Errors of ParseStatement; LENGTH_INVALID, ID_INVALID and ORDER_INVALID naming the field.
absl::StatusOr<CandidateOrderStatement> ParseCandidateOrder(const v1::SignedEnvelope& envelope);

// ParseCandidateOrder, and that it belongs to `referral`: same key, slots digest and tasks
// (ORDER_INVALID), and a companion is the first, named in the header and made with its certificate
// (COMPANION_UNKNOWN). Where `companion` is false the caller must still verify the signature.
absl::StatusOr<CandidateOrderStatement> CheckCandidateOrder(const v1::SignedEnvelope& envelope,
                                                            const ReferralStatement& referral);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_CANDIDATE_ORDER_H_
