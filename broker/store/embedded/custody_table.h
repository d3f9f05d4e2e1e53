#ifndef AMANA_BROKER_STORE_EMBEDDED_CUSTODY_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_CUSTODY_TABLE_H_

#include <optional>
#include <vector>

#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/handovers.h"

namespace amana::store::embedded {

// Custodies over a session, which must outlive it. Used by the session's thread.
class CustodyTable final : public Custodies {
 public:
  explicit CustodyTable(Session& session) : session_(session), statements_(session) {}

  absl::StatusOr<std::optional<CustodyRecord>> Find(const Pseudonym& subject) const override;
  absl::StatusOr<std::vector<CustodyRecord>> Scan(const std::optional<Pseudonym>& after,
                                                  size_t limit) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindReport(const Pseudonym& subject,
                                                            const Digest& report) const override;
  absl::Status Begin(const CustodyRecord& custody) override;
  absl::Status Move(const CustodyRecord& custody) override;
  absl::Status KeepReport(const Pseudonym& subject, const StatementRecord& report) override;

 private:
  Session& session_;
  StatementTable statements_;
};

// Gives everybody whose referrals are older than this table the custody that their first referral
// began. Does nothing where anybody has one. At the start, in a transaction.
absl::Status BeginOlderCustodies(Session& session);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_CUSTODY_TABLE_H_
