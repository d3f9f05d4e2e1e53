#include "broker/operations/get_consent.h"

#include <memory>
#include <optional>
#include <string>

#include "amana/v1/consent.pb.h"
#include "broker/delivery/errors.h"
#include "broker/operations/errors.h"

namespace amana::operations {
namespace {

bool MayReadWithdrawal(const identity::Caller& caller, const consent::ConsentFacts& facts,
                       const store::StatementRecord& withdrawal) {
  const AgencyId& recorder = facts.recorder.agency;
  if (caller.agency == recorder) return true;
  v1::SignedEnvelope envelope;
  v1::Withdrawal message;
  if (!envelope.ParseFromString(withdrawal.envelope) ||
      !message.ParseFromString(envelope.payload())) {
    return false;
  }
  const std::string& by = message.recorder().agency();
  return by == recorder.value() || by == caller.agency.value();
}

// The version that is asked for, or the newest (0), of those that the caller may read. A later
// version than it received under tells where the person is referred now, and perhaps that it was
// excluded: that is the recorder's alone to read.
absl::StatusOr<std::optional<consent::ConsentFacts>> FindShown(const store::Snapshot& snapshot,
                                                               const identity::Caller& caller,
                                                               const ConsentId& id,
                                                               uint32_t version) {
  AMANA_ASSIGN_OR_RETURN(std::optional<consent::ConsentFacts> found,
                         snapshot.consents().Find(id, version));
  if (!found.has_value() || found->recorder.agency == caller.agency) return found;
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<uint32_t> shown,
      snapshot.deliveries().ConsentVersionShownTo(found->pseudonym, id, caller.agency));
  if (!shown.has_value() || version > *shown) return std::optional<consent::ConsentFacts>();
  if (version != 0 || found->version == *shown) return found;
  return snapshot.consents().Find(id, *shown);
}

}  // namespace

absl::StatusOr<v1::GetConsentResponse> GetConsent(const Context& context,
                                                  const identity::Caller& caller,
                                                  const v1::GetConsentRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const ConsentId id, ConsentId::FromBytes(request.consent_id()));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> facts,
                         FindShown(*snapshot, caller, id, request.version()));
  if (!facts.has_value()) return NotFound("consent_id");
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> statement,
                         snapshot->consents().FindStatement(id, facts->version));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> withdrawal,
                         snapshot->consents().FindWithdrawal(id));
  // A withdrawal by another than the recorder tells where the person is.
  const bool show = withdrawal.has_value() && MayReadWithdrawal(caller, *facts, *withdrawal);
  v1::GetConsentResponse response;
  if (!statement.has_value() || !response.mutable_consent()->ParseFromString(statement->envelope) ||
      (show && !response.mutable_withdrawal()->ParseFromString(withdrawal->envelope))) {
    return delivery::RecordUnreadable();
  }
  return response;
}

}  // namespace amana::operations
