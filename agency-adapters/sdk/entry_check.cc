#include "agency-adapters/sdk/entry_check.h"

#include <string>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using crypto::Certificate;
using crypto::Role;
using envelope::EntryStatement;

// The certificate that `meta` names, good at `at` for signing.
absl::StatusOr<Certificate> SignerOf(const std::string& der, const v1::StatementMeta& meta,
                                     const Identity& identity, absl::Time at,
                                     std::string_view field) {
  const absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
  if (!certificate.ok()) return EntryUntrusted(field, ErrorReason(certificate.status()));
  if (certificate->id().view() != meta.cert_id()) {
    return EntryUntrusted(field, "another certificate than the one that signed");
  }
  const absl::Status chain =
      identity.authorities().Verify(*certificate, at, crypto::CertUsage::kSigning);
  if (!chain.ok()) return EntryUntrusted(field, ErrorReason(chain));
  const crypto::SpiffeId& spiffe = certificate->spiffe();
  if (spiffe.trust_domain != identity.trust_domain() || !spiffe.person.has_value()) {
    return EntryUntrusted(field, "not signed by a person of this trust domain");
  }
  return *certificate;
}

absl::Status CheckKeeper(const Certificate& keeper, const AgencyId& agency) {
  const Role role = keeper.spiffe().role;
  const bool person = role == Role::kPerson || role == Role::kCoordinator;
  if (person && keeper.spiffe().agency == agency) return absl::OkStatus();
  return EntryUntrusted("entry", "not signed by a person of the agency");
}

absl::Status CheckCoordinator(const Certificate& coordinator, const Certificate& keeper,
                              const Identity& identity) {
  const crypto::SpiffeId& spiffe = coordinator.spiffe();
  if (spiffe.role != Role::kCoordinator || !identity.Coordinates(spiffe.agency)) {
    return EntryUntrusted("approval", "not signed by a coordinator of a pinned agency");
  }
  const bool one_person =
      spiffe.agency == keeper.spiffe().agency && spiffe.person == keeper.spiffe().person;
  if (one_person || coordinator.public_key() == keeper.public_key()) {
    return EntryUntrusted("approval", "signed by the one who signed the entry");
  }
  return absl::OkStatus();
}

std::string DetailOf(const EntryStatement& entry, const Digest& approval) {
  std::string detail;
  for (int shift = 24; shift >= 0; shift -= 8) {
    detail.push_back(static_cast<char>(entry.version() >> shift));
  }
  return detail.append(approval.view());
}

absl::Status CheckEvent(const EventView& event, const EntryStatement& entry,
                        const v1::SignedEnvelope& approval) {
  if (event.kind != v1::EVENT_KIND_DIRECTORY_CHANGED) return ReceiptMismatch("kind");
  if (event.actor_agency != entry.agency()) return ReceiptMismatch("actor_agency");
  if (event.statement_digest != entry.digest()) return ReceiptMismatch("statement_digest");
  if (event.cert_id != entry.cert_id()) return ReceiptMismatch("cert_id");
  return event.detail == DetailOf(entry, envelope::PayloadDigest(approval))
             ? absl::OkStatus()
             : ReceiptMismatch("detail");
}

absl::Status CheckApproves(const v1::DirectoryApproval& approval, const EntryStatement& entry) {
  const bool same = approval.agency() == entry.agency().value() &&
                    approval.version() == entry.version() &&
                    approval.entry_sha256() == entry.digest().view();
  return same ? absl::OkStatus() : EntryUntrusted("approval", "it approves another entry");
}

}  // namespace

absl::StatusOr<CheckedEntry> CheckEntry(const v1::DirectoryVersion& version,
                                        const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(EntryStatement entry, EntryStatement::Create(version.entry()));
  AMANA_ASSIGN_OR_RETURN(const v1::DirectoryApproval approval,
                         envelope::ParseApproval(version.approval()));
  AMANA_RETURN_IF_ERROR(CheckApproves(approval, entry));
  AMANA_ASSIGN_OR_RETURN(VerifiedReceipt receipt, VerifyReceipt(version.receipt(), identity.log()));
  AMANA_RETURN_IF_ERROR(CheckEvent(receipt.event, entry, version.approval()));
  const absl::Time at = receipt.event.time;
  AMANA_ASSIGN_OR_RETURN(
      const Certificate keeper,
      SignerOf(version.entry_certificate(), entry.entry().meta(), identity, at, "entry"));
  AMANA_RETURN_IF_ERROR(CheckKeeper(keeper, entry.agency()));
  AMANA_RETURN_IF_ERROR(envelope::VerifyEnvelope(version.entry(), keeper.public_key()));
  AMANA_ASSIGN_OR_RETURN(
      const Certificate coordinator,
      SignerOf(version.approval_certificate(), approval.meta(), identity, at, "approval"));
  AMANA_RETURN_IF_ERROR(CheckCoordinator(coordinator, keeper, identity));
  AMANA_RETURN_IF_ERROR(envelope::VerifyEnvelope(version.approval(), coordinator.public_key()));
  return CheckedEntry{std::move(entry), std::move(receipt), keeper.spiffe(), coordinator.spiffe()};
}

}  // namespace amana::sdk
