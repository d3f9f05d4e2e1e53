#include "proto/envelope/delivery.h"

#include <algorithm>

#include "base/status.h"
#include "proto/crypto/secret.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/section.h"
#include "proto/envelope/signer.h"

namespace amana::envelope {
namespace {

absl::StatusOr<const SealingIdentity*> IdentityOf(const GrantStatement& grant,
                                                  absl::Span<const SealingIdentity> identities) {
  for (const SealingIdentity& identity : identities) {
    if (identity.certificate.id() != grant.recipient_cert) continue;
    if (identity.address != grant.recipient) {
      return GrantMismatch("recipient", "a grant for another recipient");
    }
    return &identity;
  }
  return SealingKeyMissing();
}

absl::StatusOr<std::vector<uint32_t>> CheckWithheld(const DeliveryParts& parts) {
  std::vector<uint32_t> slots(parts.withheld_slots.begin(), parts.withheld_slots.end());
  for (size_t i = 0; i < slots.size(); ++i) {
    const uint32_t slot = slots[i];
    const bool sent = std::any_of(parts.openings.begin(), parts.openings.end(),
                                  [slot](const auto& opening) { return opening.slot() == slot; });
    if (sent) return SectionMismatch(slot, "sent and withheld");
    if (slot >= kSectionSlots || (i > 0 && slot <= slots[i - 1])) {
      return SectionMismatch(slot, "withheld slots must ascend and be 0 to 15");
    }
  }
  return slots;
}

using Wraps = google::protobuf::RepeatedPtrField<v1::Wrap>;

absl::StatusOr<OpenedSection> OpenOne(const ReferralId& referral, const GrantStatement& grant,
                                      const Wraps& wraps, const v1::SlotOpening& opening,
                                      const v1::SectionBody& body,
                                      const crypto::EcPrivateKey& sealing_key) {
  const auto wrap = std::find_if(wraps.begin(), wraps.end(), [&opening](const v1::Wrap& candidate) {
    return candidate.slot() == opening.slot();
  });
  if (wrap == wraps.end()) return WrapMissing(opening.slot());
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret key,
                         OpenWrap(grant, *wrap, opening.stage(), sealing_key));
  OpenedSection section;
  AMANA_ASSIGN_OR_RETURN(section.content, OpenSection(referral, opening, body, key));
  section.slot = opening.slot();
  section.category = opening.category();
  section.media_type = opening.media_type();
  section.stage = opening.stage();
  AMANA_ASSIGN_OR_RETURN(section.commitment, Digest::FromBytes(opening.plaintext_commitment()));
  return section;
}

}  // namespace

absl::Status VerifyBy(const v1::SignedEnvelope& envelope, const CertId& named,
                      const crypto::Certificate& certificate, const AgencyId& agency) {
  if (certificate.id() != named) {
    return CertificateMismatch("meta.cert_id", "not the certificate that the statement names");
  }
  AMANA_RETURN_IF_ERROR(CheckSigner(certificate, agency));
  return VerifyEnvelope(envelope, certificate.public_key());
}

absl::StatusOr<OpenedSections> OpenSections(const DeliveryParts& parts, const SignedSlots& slots,
                                            const crypto::Certificate& grant_signer,
                                            absl::Span<const SealingIdentity> identities) {
  AMANA_ASSIGN_OR_RETURN(GrantStatement grant, CheckGrant(parts.grant, slots));
  // A companion is named in the statement, which is verified.
  if (!grant.companion) {
    AMANA_RETURN_IF_ERROR(
        VerifyBy(parts.grant.envelope(), grant.signer, grant_signer, slots.referral.sender));
  }
  AMANA_ASSIGN_OR_RETURN(const SealingIdentity* identity, IdentityOf(grant, identities));
  AMANA_RETURN_IF_ERROR(CheckSections(parts.openings, parts.sections, slots));
  OpenedSections opened{std::move(grant), {}, {}};
  AMANA_ASSIGN_OR_RETURN(opened.withheld_slots, CheckWithheld(parts));
  for (int i = 0; i < parts.openings.size(); ++i) {
    AMANA_ASSIGN_OR_RETURN(OpenedSection section,
                           OpenOne(slots.referral.referral, opened.grant, parts.grant.wraps(),
                                   parts.openings[i], parts.sections[i], identity->key));
    opened.sections.push_back(std::move(section));
  }
  return opened;
}

absl::StatusOr<OpenedDelivery> OpenDelivery(const DeliveryParts& parts,
                                            const DeliveryCertificates& certificates,
                                            absl::Span<const SealingIdentity> identities) {
  AMANA_ASSIGN_OR_RETURN(ReferralStatement header, ReferralStatement::Create(parts.header));
  AMANA_RETURN_IF_ERROR(
      VerifyBy(parts.header, header.cert_id(), certificates.sender, header.sender().agency));
  const crypto::Certificate& grant_signer =
      certificates.grant.has_value() ? *certificates.grant : certificates.sender;
  AMANA_ASSIGN_OR_RETURN(OpenedSections opened,
                         OpenSections(parts, header.slots(), grant_signer, identities));
  return OpenedDelivery{std::move(header), std::move(opened.grant), std::move(opened.sections),
                        std::move(opened.withheld_slots)};
}

}  // namespace amana::envelope
