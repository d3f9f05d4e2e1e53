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
std::string AnswerScope(const DeliveryKey& key, std::string_view payload_type);
std::string ConsentScope(const ConsentId& id, uint32_t version);
std::string WithdrawalScope(const ConsentId& id);
std::string ExclusionScope(const ConsentId& id);

class StatementTable {
 public:
  explicit StatementTable(Session& session) : session_(session) {}

  absl::StatusOr<std::optional<StatementRecord>> Find(const std::string& scope) const;
  // The first one stands.
  absl::Status KeepOnce(const std::string& scope, const StatementRecord& statement);
  // The last one stands.
  absl::Status Replace(const std::string& scope, const StatementRecord& statement);

 private:
  Session& session_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_STATEMENT_TABLE_H_
