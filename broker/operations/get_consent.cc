#include "broker/operations/get_consent.h"

#include <memory>
#include <optional>

#include "broker/delivery/errors.h"
#include "broker/operations/errors.h"

namespace amana::operations {

absl::StatusOr<v1::GetConsentResponse> GetConsent(const Context& context,
                                                  const identity::Caller& caller,
                                                  const v1::GetConsentRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const ConsentId id, ConsentId::FromBytes(request.consent_id()));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> facts,
                         snapshot->consents().Find(id, request.version()));
  if (!facts.has_value()) return NotFound("consent_id");
  if (facts->recorder.agency != caller.agency) {
    AMANA_ASSIGN_OR_RETURN(const bool received,
                           snapshot->deliveries().WasDisclosedTo(facts->pseudonym, caller.agency));
    if (!received) return NotFound("consent_id");
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> statement,
                         snapshot->consents().FindStatement(id, facts->version));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> withdrawal,
                         snapshot->consents().FindWithdrawal(id));
  v1::GetConsentResponse response;
  if (!statement.has_value() || !response.mutable_consent()->ParseFromString(statement->envelope) ||
      (withdrawal.has_value() &&
       !response.mutable_withdrawal()->ParseFromString(withdrawal->envelope))) {
    return delivery::RecordUnreadable();
  }
  return response;
}

}  // namespace amana::operations
