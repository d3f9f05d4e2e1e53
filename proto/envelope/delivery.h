// What a recipient does with a delivery: believe nothing the broker says, open what was signed.
// Thread-safe and pure.
#ifndef AMANA_PROTO_ENVELOPE_DELIVERY_H_
#define AMANA_PROTO_ENVELOPE_DELIVERY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"
#include "proto/envelope/section_check.h"

namespace amana::envelope {

// The parts of a v1::Delivery that matter here; references live as long as the call.
struct DeliveryParts {
  const v1::SignedEnvelope& header;
  const v1::Grant& grant;
  const Openings& openings;
  const Sections& sections;
  const google::protobuf::RepeatedField<uint32_t>& withheld_slots;
};

// Certificates that came with the delivery. The caller has judged them against the authorities
// pinned on its machine (crypto::ChainVerifier); that they are the ones named and signed is checked
// here.
struct DeliveryCertificates {
  crypto::Certificate sender;
  std::optional<crypto::Certificate> grant;  // where the grant is signed by another
};

// A recipient's sealing key with its certificate; rotated ones are kept until they have drained.
struct SealingIdentity {
  Address address;
  crypto::Certificate certificate;
  crypto::EcPrivateKey key;
};

struct OpenedSection {
  uint32_t slot = 0;
  v1::Category category = v1::CATEGORY_UNSPECIFIED;
  std::string media_type;
  v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_UNSPECIFIED;
  std::string content;
  Digest commitment;  // what the acknowledgement names
};

// What an update (update.h) says besides its sections.
struct UpdateFacts {
  uint32_t number = 0;
  uint32_t task = 0;
  uint32_t offer_epoch = 0;
  absl::Time created;
  std::string words;  // of its sealed note; empty where there is none
};

struct OpenedDelivery {
  ReferralStatement header;
  GrantStatement grant;
  std::vector<OpenedSection> sections;     // ascending by slot
  std::vector<uint32_t> withheld_slots;    // ascending
  std::optional<UpdateFacts> update = {};  // none: the referral itself
};

// Verifies the header's signature and that its signer is of the sender's agency; that the grant is
// the sender's, for one of `identities`; every slot, ciphertext, wrap and commitment. All or
// nothing. Errors: those of ReferralStatement::Create, CheckGrant, CheckSections, OpenWrap and
// OpenSection; SIGNATURE_INVALID; CERTIFICATE_MISMATCH; SEALING_KEY_MISSING when the grant was
// wrapped for no certificate of `identities`; GRANT_MISMATCH when it names another address than
// that identity's; WRAP_MISSING; SECTION_MISMATCH for withheld slots that make no sense. Expiry is
// not judged: what was delivered in time may be opened later.
absl::StatusOr<OpenedDelivery> OpenDelivery(const DeliveryParts& parts,
                                            const DeliveryCertificates& certificates,
                                            absl::Span<const SealingIdentity> identities);

// --- for update.h
// That `certificate` is the one `named` and signs for `agency`, and that the signature is its.
absl::Status VerifyBy(const v1::SignedEnvelope& envelope, const CertId& named,
                      const crypto::Certificate& certificate, const AgencyId& agency);
// OpenDelivery without the header: opens what `slots` names. `grant_signer` signed a grant that is
// no companion.
struct OpenedSections {
  GrantStatement grant;
  std::vector<OpenedSection> sections;
  std::vector<uint32_t> withheld_slots;
};
absl::StatusOr<OpenedSections> OpenSections(const DeliveryParts& parts, const SignedSlots& slots,
                                            const crypto::Certificate& grant_signer,
                                            absl::Span<const SealingIdentity> identities);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_DELIVERY_H_
