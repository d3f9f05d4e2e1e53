#include "agency-adapters/sdk/delivery_check.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/inbox.h"
#include "amana/v1/consent.pb.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using crypto::Certificate;
using crypto::Role;

absl::Status CheckSendersCertificate(const Certificate& certificate, const Address& sender,
                                     absl::Time signed_at, const Identity& identity) {
  AMANA_RETURN_IF_ERROR(
      identity.authorities().Verify(certificate, signed_at, crypto::CertUsage::kSigning));
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  const bool sends = spiffe.role == Role::kSystem || spiffe.role == Role::kPerson ||
                     spiffe.role == Role::kCoordinator;
  if (!sends || spiffe.agency != sender.agency || spiffe.trust_domain != identity.trust_domain() ||
      (spiffe.unit.has_value() && *spiffe.unit != sender.unit)) {
    return StatementInvalid("sender_certificate", "not one that signs for the sender");
  }
  return absl::OkStatus();
}

// The statement, verified with the certificate it names, judged when it was signed.
template <class Message>
absl::StatusOr<Message> VerifyCause(const v1::Recall& recall, std::string_view type,
                                    const Certificate& signer, const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(Message message, envelope::ParseStatement<Message>(recall.cause(), type));
  if (message.meta().cert_id() != signer.id().view()) {
    return envelope::CertificateMismatch("cause.meta.cert_id", "another certificate's");
  }
  AMANA_RETURN_IF_ERROR(identity.authorities().Verify(
      signer, FromUnixMillis(message.meta().created_unix_ms()), crypto::CertUsage::kSigning));
  AMANA_RETURN_IF_ERROR(envelope::VerifyEnvelope(recall.cause(), signer.public_key()));
  return message;
}

}  // namespace

namespace {

// An update is the answer to a question of this offer's, signed by one who signs for the sender.
absl::Status CheckUpdate(const v1::Delivery& delivery, const DeliveryKey& key,
                         const envelope::OpenedDelivery& opened, const Identity& identity) {
  if (!opened.update.has_value()) {
    return key.update == 0 ? absl::OkStatus()
                           : StatementInvalid("delivery.update", "no update came with it");
  }
  AMANA_ASSIGN_OR_RETURN(const Certificate signer,
                         Certificate::FromDer(delivery.update_certificate()));
  AMANA_RETURN_IF_ERROR(
      CheckSendersCertificate(signer, opened.header.sender(), opened.update->created, identity));
  if (opened.update->number != key.update || opened.update->task != key.task ||
      opened.update->offer_epoch != key.offer_epoch) {
    return StatementInvalid("delivery.update", "another update than it says");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedDelivery> CheckDelivery(const v1::Delivery& delivery,
                                              const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(DeliveryKey key, FromWire(delivery.delivery(), "delivery"));
  AMANA_ASSIGN_OR_RETURN(envelope::OpenedDelivery opened, OpenParts(delivery, identity));
  const envelope::ReferralStatement& header = opened.header;
  AMANA_ASSIGN_OR_RETURN(const Certificate sender,
                         Certificate::FromDer(delivery.sender_certificate()));
  AMANA_RETURN_IF_ERROR(
      CheckSendersCertificate(sender, header.sender(), header.created(), identity));
  if (!delivery.grant_certificate().empty()) {
    AMANA_ASSIGN_OR_RETURN(const Certificate grant,
                           Certificate::FromDer(delivery.grant_certificate()));
    AMANA_RETURN_IF_ERROR(CheckSendersCertificate(
        grant, header.sender(), FromUnixMillis(opened.grant.message.meta().created_unix_ms()),
        identity));
  }
  AMANA_RETURN_IF_ERROR(CheckUpdate(delivery, key, opened, identity));
  if (key.referral != header.key()) {
    return StatementInvalid("delivery.referral", "not the header's");
  }
  if (key.task >= static_cast<uint32_t>(header.header().services_size())) {
    return StatementInvalid("delivery.task", "the header has no such service");
  }
  AMANA_ASSIGN_OR_RETURN(const Address self, identity.address());
  if (opened.grant.recipient != self) {
    return StatementInvalid("grant.recipient", "another unit's");
  }
  return CheckedDelivery{std::move(key), std::move(opened)};
}

absl::Status CheckRecall(const v1::Recall& recall, const DeliveryKey& key,
                         const Identity& identity) {
  if (!recall.has_cause()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const Certificate signer,
                         Certificate::FromDer(recall.cause_certificate()));
  const std::string& type = recall.cause().payload_type();
  if (type == envelope::kWithdrawalType) {
    return VerifyCause<v1::Withdrawal>(recall, type, signer, identity).status();
  }
  if (type == envelope::kExclusionType) {
    return VerifyCause<v1::Exclusion>(recall, type, signer, identity).status();
  }
  if (type == envelope::kConsentType) {
    return VerifyCause<v1::ConsentRecord>(recall, type, signer, identity).status();
  }
  AMANA_ASSIGN_OR_RETURN(
      const v1::Cancellation cancellation,
      VerifyCause<v1::Cancellation>(recall, envelope::kCancellationType, signer, identity));
  AMANA_ASSIGN_OR_RETURN(const StatementKey referral,
                         FromWire(cancellation.referral(), "cause.referral"));
  if (referral != key.referral || signer.spiffe().agency != key.referral.sender ||
      cancellation.header_digest() != recall.header_digest()) {
    return StatementInvalid("cause", "of another referral, or not by its sender");
  }
  return absl::OkStatus();
}

}  // namespace amana::sdk
