// Signed statements kept verbatim, each under a scope: what it is about, in bytes that begin with a
// letter for its kind. Used by the session's thread.
#ifndef AMANA_BROKER_STORE_EMBEDDED_STATEMENT_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_STATEMENT_TABLE_H_

#include <optional>
#include <string>
#include <string_view>

#include "broker/store/embedded/session.h"
#include "broker/store/records.h"

namespace amana::store::embedded {

std::string EquivocationScope(const StatementKey& key, const Digest& digest);
// What the scopes of all equivocations of a referral begin with.
std::string EquivocationScope(const StatementKey& key);
std::string AnswerScope(const DeliveryKey& key, std::string_view payload_type);
std::string ConsentScope(const ConsentId& id, uint32_t version);
std::string WithdrawalScope(const ConsentId& id);
std::string ExclusionScope(const ConsentId& id);
// Of a sender, a recipient or a coordinator about a referral's offers.
std::string OfferScope(const StatementKey& key, const Digest& statement);
std::string CustodyScope(const Pseudonym& subject, const Digest& report);
std::string HoldScope(const AgencyId& sender, const ReferralId& referral, const Digest& statement);
std::string CaseScope(const AgencyId& sender, const ReferralId& referral, const Digest& statement);
std::string AttachmentScope(const StatementKey& key, const ConsentId& id, uint32_t version);
// `by`: the agency and the person.
std::string ApprovalScope(const StatementKey& key, std::string_view by);
std::string ReviewScope(const StatementKey& key, std::string_view by);
// Of the directory.
std::string EntryScope(const AgencyId& agency, uint32_t version);
std::string EntryApprovalScope(const AgencyId& agency, uint32_t version);
std::string EntryEquivocationScope(const AgencyId& agency, uint32_t version, const Digest& digest);
std::string CapacityScope(const Address& unit);
std::string RosterScope(const Address& unit);

class StatementTable {
 public:
  explicit StatementTable(Session& session) : session_(session) {}

  absl::StatusOr<std::optional<StatementRecord>> Find(const std::string& scope) const;
  // The first one stands.
  absl::Status KeepOnce(const std::string& scope, const StatementRecord& statement);
  // The last one stands.
  absl::Status Replace(const std::string& scope, const StatementRecord& statement);
  absl::Status Remove(const std::string& scope);
  // Takes the envelopes out of all whose scope is `prefix` and a digest; the rest of them stays.
  absl::Status ClearEnvelopes(const std::string& prefix);

 private:
  Session& session_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_STATEMENT_TABLE_H_
