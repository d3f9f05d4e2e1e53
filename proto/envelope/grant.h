// Wrap grants: the keys of a referral's sections, given to one recipient (WrapGrant, Wrap and Grant
// in amana/v1/referral.proto). A grant sent with the referral is a companion: it has no signature
// of its own, because the signed header names its digest. A grant sent later is signed by the
// sender. Thread-safe and pure but for random bytes.
#ifndef AMANA_PROTO_ENVELOPE_GRANT_H_
#define AMANA_PROTO_ENVELOPE_GRANT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/secret.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/header.h"

namespace amana::envelope {

// What a sender keeps of a section, to wrap it for further recipients.
struct SectionKey {
  uint32_t slot = 0;
  v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_UNSPECIFIED;
  crypto::Secret key;
};

struct GrantRecipient {
  Address address;
  crypto::Certificate sealing;  // pinned and checked by the caller (crypto::ChainVerifier)
};

// Which referral a grant is for, and who gives it.
struct GrantSource {
  StatementKey referral;
  Digest slots_digest;
  CertId signer;  // of the certificate that signs the grant, or the header for a companion
  absl::Time created;
};

// Wraps `keys` for `recipient`, unsigned: its payload digest goes into the header's companion
// slots. CERTIFICATE_MISMATCH when the certificate is not for sealing or not the recipient's agency
// and unit; GRANT_FIELD_INVALID for slots that are not ascending and below 16.
absl::StatusOr<v1::Grant> MakeCompanion(const GrantSource& source, const GrantRecipient& recipient,
                                        absl::Span<const SectionKey> keys);

// The same for a referral already submitted, signed with `key`, which `signer` certifies
// (CERTIFICATE_MISMATCH when it does not, is not for signing or is not the sender's agency's).
absl::StatusOr<v1::Grant> MakeGrant(const ReferralStatement& referral,
                                    const GrantRecipient& recipient,
                                    absl::Span<const SectionKey> keys,
                                    const crypto::EcdsaPrivateKey& key,
                                    const crypto::Certificate& signer, absl::Time created);

// A grant's payload, validated.
struct GrantStatement {
  v1::WrapGrant message;  // without its slots
  StatementKey referral;
  Address recipient;
  CertId recipient_cert;   // the sealing certificate wrapped to
  CertId signer;           // meta.cert_id
  Digest digest;           // SHA-256 of the payload
  bool companion = false;  // without a signature: only as good as the header that names it
};

// Errors of ParseStatement; LENGTH_INVALID, ID_INVALID and GRANT_FIELD_INVALID naming the field.
absl::StatusOr<GrantStatement> ParseGrant(const v1::SignedEnvelope& envelope);

// ParseGrant, and that it belongs to `slots`: same referral and slots digest (GRANT_MISMATCH), each
// wrap well formed, ascending by slot and named in wrap_slots (WRAP_MISMATCH), and a companion is
// named in their statement and made with its certificate (COMPANION_UNKNOWN). UNKNOWN_FIELD outside
// the signed bytes. Where `companion` is false the caller must still resolve `signer` to a
// certificate of the sender's agency and VerifyEnvelope with it; a companion needs nothing more.
absl::StatusOr<GrantStatement> CheckGrant(const v1::Grant& grant, const SignedSlots& slots);
inline absl::StatusOr<GrantStatement> CheckGrant(const v1::Grant& grant,
                                                 const ReferralStatement& referral) {
  return CheckGrant(grant, referral.slots());
}

// Keeps only the wraps of `slots`.
v1::Grant SelectWraps(v1::Grant grant, absl::Span<const uint32_t> slots);

// The section key, for the recipient. `grant` must come from CheckGrant. WRAP_OPEN_FAILED.
absl::StatusOr<crypto::Secret> OpenWrap(const GrantStatement& grant, const v1::Wrap& wrap,
                                        v1::DisclosureStage stage,
                                        const crypto::EcPrivateKey& sealing_key);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_GRANT_H_
