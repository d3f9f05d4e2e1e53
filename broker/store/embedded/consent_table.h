#ifndef AMANA_BROKER_STORE_EMBEDDED_CONSENT_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_CONSENT_TABLE_H_

#include <memory>
#include <optional>

#include "broker/store/embedded/memo.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Consents over a session, which must outlive it. Used by the session's thread. A withdrawal is one
// row of its own and joined to every version when that is read.
class ConsentTable final : public Consents {
 public:
  explicit ConsentTable(Session& session)
      : session_(session), statements_(session), subjects_(session) {}

  absl::StatusOr<std::shared_ptr<const SubjectRecords>> OfSubject(
      const Pseudonym& subject) const override;
  absl::StatusOr<std::optional<consent::ConsentFacts>> Find(const ConsentId& id,
                                                            uint32_t version) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindStatement(const ConsentId& id,
                                                               uint32_t version) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindWithdrawal(const ConsentId& id) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindExclusion(const ConsentId& id) const override;

  absl::Status Register(const consent::ConsentFacts& facts,
                        const StatementRecord& statement) override;
  absl::Status RegisterExclusion(const consent::ExclusionFacts& facts,
                                 const StatementRecord& statement) override;
  absl::Status Withdraw(const ConsentId& id, absl::Time at,
                        const StatementRecord& statement) override;

 private:
  absl::StatusOr<SubjectRecords> ReadSubject(const Pseudonym& subject) const;
  absl::StatusOr<std::optional<absl::Time>> WithdrawnAt(const ConsentId& id) const;
  absl::StatusOr<consent::ConsentFacts> ReadConsent(const sqlite::Statement& row) const;

  Session& session_;
  StatementTable statements_;
  mutable Memo<Pseudonym, std::shared_ptr<const SubjectRecords>> subjects_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_CONSENT_TABLE_H_
