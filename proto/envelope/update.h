// Updates of a referral: what its sender answers to a recipient's question (Update in
// amana/v1/offer.proto), sealed like a referral, for that recipient and in that offer only.
// Thread-safe and pure but for random bytes.
#ifndef AMANA_PROTO_ENVELOPE_UPDATE_H_
#define AMANA_PROTO_ENVELOPE_UPDATE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "amana/v1/offer.pb.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/delivery.h"
#include "proto/envelope/header.h"
#include "proto/envelope/sealing.h"
#include "proto/envelope/submission.h"

namespace amana::envelope {

// An update's payload, validated. A value; thread-safe.
class UpdateStatement {
 public:
  // Verifies no signature: VerifyEnvelope with the certificate that cert_id() names does. Errors:
  // those of ParseStatement; LENGTH_INVALID and ID_INVALID naming the field; UPDATE_FIELD_INVALID
  // for a version or number below 1, a note digest that is none, or not 16 and 8 slots.
  static absl::StatusOr<UpdateStatement> Create(const v1::SignedEnvelope& envelope);

  const v1::Update& message() const { return message_; }
  const StatementKey& referral() const { return referral_; }
  const CertId& cert_id() const { return cert_id_; }  // of the signing certificate
  const Digest& digest() const { return digest_; }    // SHA-256 of the payload
  absl::Time created() const;
  SignedSlots slots() const;

 private:
  UpdateStatement() = default;

  v1::Update message_;
  StatementKey referral_;
  CertId cert_id_;
  Digest digest_;
  Digest slots_digest_;
};

struct UpdateDraft {
  const ReferralStatement& referral;
  uint32_t task = 0;
  uint32_t offer_epoch = 0;
  uint32_t number = 0;  // one more than the last
  absl::Time created = absl::UnixEpoch();
  std::vector<SectionDraft> sections = {};  // of stage AT_OFFER
  GrantRecipient recipient;                 // who asked
  std::string_view words = {};              // for a sealed note; empty: none
};

// Seals, wraps and signs with `key`, which `signer` certifies (CERTIFICATE_MISMATCH when it does
// not, is not for signing or is not the sender's agency's). What it returns passes
// UpdateStatement::Create and CheckUpdate; errors are theirs, PlaceSections', PlaceCompanions' and
// SealNote's.
absl::StatusOr<v1::UpdateSubmission> SealUpdate(const UpdateDraft& draft,
                                                const crypto::EcdsaPrivateKey& key,
                                                const crypto::Certificate& signer);

// Everything that can be checked without the referral but signatures and certificates: size and
// number of grants as of a submission, and at least one; sections (CheckSections), all of stage
// AT_OFFER; grants (CheckGrants), all companions; the note that the update names and none else
// (CheckNote); sections or words (UPDATE_FIELD_INVALID); no UNKNOWN_FIELD outside the signed bytes.
// `update` is what UpdateStatement::Create made of submission.update(), which is not looked at
// here.
absl::StatusOr<std::vector<GrantStatement>> CheckUpdate(const v1::UpdateSubmission& submission,
                                                        const UpdateStatement& update,
                                                        const SubmissionLimits& limits = {});

// The parts of a v1::Delivery of an update; references live as long as the call.
struct UpdateParts {
  const v1::SignedEnvelope& update;
  const crypto::Certificate& signer;  // of the update; judged by the caller
  const v1::SealedNote* note = nullptr;
};

// OpenDelivery, of an update: verifies header and update, that the update is of this header and by
// its sender, opens what the update's slots name and the note. `parts.header` is the referral's,
// all else the update's. Errors of OpenDelivery, UpdateStatement::Create and OpenNote;
// UPDATE_FIELD_INVALID for an update of another header.
absl::StatusOr<OpenedDelivery> OpenUpdate(const DeliveryParts& parts, const UpdateParts& update,
                                          const DeliveryCertificates& certificates,
                                          absl::Span<const SealingIdentity> identities);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_UPDATE_H_
