#include "broker/operations/set_directory_entry.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/status.h"
#include "broker/identity/errors.h"
#include "broker/operations/commit.h"
#include "broker/operations/coordinator.h"
#include "broker/operations/errors.h"
#include "broker/operations/reconsider.h"
#include "broker/operations/statement.h"
#include "proto/envelope/directory_entry.h"

namespace amana::operations {
namespace {

using envelope::EntryStatement;

struct Checked {
  delivery::Moment moment;
  EntryStatement entry;
  VerifiedSigner keeper;
  VerifiedSigner coordinator;
  absl::Status freshness;  // of both; a replay is answered all the same
};

// Of whatever agency the certificate is: which may coordinate is judged afterwards.
absl::StatusOr<VerifiedSigner> VerifyCoordinator(const delivery::Moment& moment,
                                                 const v1::SignedEnvelope& envelope,
                                                 const v1::DirectoryApproval& approval) {
  AMANA_ASSIGN_OR_RETURN(const CertId id,
                         CertId::FromBytes(approval.meta().cert_id(), "meta.cert_id"));
  const identity::RegisteredCertificate* const known = moment.trust->registry->FindCertificate(id);
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner signer,
                         VerifySignerOf(moment, known == nullptr ? AgencyId() : known->agency,
                                        envelope, approval.meta()));
  AMANA_RETURN_IF_ERROR(CheckCoordinator(moment, signer.signer));
  return signer;
}

absl::Status CheckTwo(const identity::Signer& a, const identity::Signer& b) {
  const bool one_person = a.agency == b.agency && a.person == b.person;
  return one_person || a.public_key == b.public_key ? SignersNotTwo() : absl::OkStatus();
}

absl::Status CheckApproves(const v1::DirectoryApproval& approval, const EntryStatement& entry) {
  const bool same = approval.agency() == entry.agency().value() &&
                    approval.version() == entry.version() &&
                    approval.entry_sha256() == entry.digest().view();
  return same ? absl::OkStatus() : ApprovalMismatch("approval");
}

absl::Status CheckSealing(const delivery::Moment& moment, const crypto::Certificate& sealing) {
  const identity::Registry& registry = *moment.trust->registry;
  AMANA_ASSIGN_OR_RETURN(const CertId issuer, registry.CheckIdentity(sealing));
  const absl::Status timely = registry.CheckTime(sealing, moment.now);
  if (!timely.ok() && ErrorReason(timely) != "CERT_NOT_YET_VALID") return timely;
  return registry.IsRevoked(sealing.id(), issuer, *moment.trust->revocations)
             ? identity::CertificateRevoked()
             : absl::OkStatus();
}

// What the registry vouches for: which agency this is, and whose keys are in the entry.
absl::Status CheckRegistered(const delivery::Moment& moment, const EntryStatement& entry) {
  const identity::Agency* const agency = moment.trust->registry->agency(entry.agency());
  if (agency == nullptr || agency->kind != entry.entry().kind())
    return EntryNotAsRegistered("kind");
  if (agency->country != entry.entry().country()) return EntryNotAsRegistered("country");
  for (int i = 0; i < entry.entry().units_size(); ++i) {
    for (const crypto::Certificate& sealing : entry.sealing(i)) {
      const absl::Status checked = CheckSealing(moment, sealing);
      if (checked.ok()) continue;
      const std::string field = "units[" + std::to_string(i) + "].sealing_certificates";
      return SealingCertificateRefused(field, checked);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::SetDirectoryEntryRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(EntryStatement entry, EntryStatement::Create(request.entry()));
  AMANA_ASSIGN_OR_RETURN(const v1::DirectoryApproval approval,
                         envelope::ParseApproval(request.approval()));
  AMANA_RETURN_IF_ERROR(CheckApproves(approval, entry));
  AMANA_ASSIGN_OR_RETURN(
      VerifiedSigner keeper,
      VerifySignerOf(moment, entry.agency(), request.entry(), entry.entry().meta()));
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(keeper.signer));
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner coordinator,
                         VerifyCoordinator(moment, request.approval(), approval));
  AMANA_RETURN_IF_ERROR(CheckTwo(keeper.signer, coordinator.signer));
  if (caller.agency != keeper.signer.agency && caller.agency != coordinator.signer.agency) {
    return SenderNotCaller("entry");
  }
  AMANA_RETURN_IF_ERROR(CheckRegistered(moment, entry));
  absl::Status freshness = envelope::CheckFreshness(entry.entry().meta(), moment.now);
  if (freshness.ok()) freshness = envelope::CheckFreshness(approval.meta(), moment.now);
  return Checked{moment, std::move(entry), std::move(keeper), std::move(coordinator),
                 std::move(freshness)};
}

// By the agency's person, of this version; with the approval's digest where there is one.
events::Event EventOf(const Checked& checked, v1::EventKind kind, const Digest& approval) {
  const delivery::Evidence& evidence = checked.keeper.evidence;
  events::Event event;
  event.kind = kind;
  event.statement_digest = evidence.statement;
  event.actor_agency = evidence.agency;
  event.actor_unit = evidence.unit;
  event.actor_person = evidence.person;
  event.cert_id = evidence.cert_id;
  for (int shift = 24; shift >= 0; shift -= 8) {
    event.detail.push_back(static_cast<char>(checked.entry.version() >> shift));
  }
  event.detail += approval.view();
  return event;
}

// The version is taken: by this entry, or by another.
absl::StatusOr<Verdict> AnswerAgain(store::Transaction& tx, const Checked& checked,
                                    const store::EntryRecord& accepted,
                                    v1::SetDirectoryEntryResponse& response) {
  if (accepted.entry.digest == checked.entry.digest()) {
    response.set_replayed(true);
    return Verdict{.event = accepted.entry.log_index};
  }
  AMANA_ASSIGN_OR_RETURN(const bool fresh,
                         tx.directory().KeepEntryEquivocation(accepted.agency, accepted.version,
                                                              checked.keeper.record));
  if (!fresh) return Verdict{.refusal = Equivocation("entry")};
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.keeper.signer));
  AMANA_ASSIGN_OR_RETURN(const uint64_t event,
                         tx.log().Append(EventOf(checked, v1::EVENT_KIND_EQUIVOCATION,
                                                 checked.coordinator.record.digest)));
  return Verdict{.event = event, .refusal = Equivocation("entry")};
}

absl::Status CheckFollows(const store::Transaction& tx, const EntryStatement& entry) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::EntryRecord> newest,
                         tx.directory().FindEntry(entry.agency(), 0));
  const uint32_t last = newest.has_value() ? newest->version : 0;
  if (entry.version() != last + 1) return VersionOutOfOrder("entry.version");
  const Digest previous = newest.has_value() ? newest->entry.digest : Digest();
  return entry.previous() == previous ? absl::OkStatus()
                                      : PreviousMismatch("entry.previous_sha256");
}

absl::StatusOr<Verdict> Set(store::Transaction& tx, const Checked& checked,
                            v1::SetDirectoryEntryResponse& response) {
  const EntryStatement& entry = checked.entry;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::EntryRecord> accepted,
                         std::as_const(tx).directory().FindEntry(entry.agency(), entry.version()));
  if (accepted.has_value()) return AnswerAgain(tx, checked, *accepted, response);
  AMANA_RETURN_IF_ERROR(checked.freshness);
  AMANA_RETURN_IF_ERROR(CheckFollows(tx, entry));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.keeper.signer));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.coordinator.signer));
  store::EntryRecord record{entry.agency(), entry.version(), checked.moment.now,
                            checked.keeper.record, checked.coordinator.record};
  AMANA_ASSIGN_OR_RETURN(
      record.entry.log_index,
      tx.log().Append(EventOf(checked, v1::EVENT_KIND_DIRECTORY_CHANGED, record.approval.digest)));
  record.approval.log_index = record.entry.log_index;
  AMANA_RETURN_IF_ERROR(tx.directory().SetEntry(record));
  AMANA_RETURN_IF_ERROR(BeginFor(tx, entry.agency()));
  // A new key may let a delivery go.
  for (const v1::DirectoryUnit& unit : entry.entry().units()) {
    AMANA_ASSIGN_OR_RETURN(UnitId id, UnitId::Create(unit.unit()));
    tx.Wake({entry.agency(), std::move(id)});
  }
  return Verdict{.event = record.entry.log_index};
}

}  // namespace

void SetDirectoryEntry(const Context& context, const identity::Caller& caller,
                       const v1::SetDirectoryEntryRequest& request,
                       Reply<v1::SetDirectoryEntryResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::SetDirectoryEntryResponse>(
      context,
      [shared](store::Transaction& tx, v1::SetDirectoryEntryResponse& response) {
        return Set(tx, *shared, response);
      },
      [&context,
       reply = std::move(reply)](absl::StatusOr<v1::SetDirectoryEntryResponse> response) mutable {
        if (response.ok()) context.reconsider();
        reply(std::move(response));
      });
}

}  // namespace amana::operations
