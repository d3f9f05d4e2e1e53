#ifndef AMANA_BROKER_STORE_EMBEDDED_HANDOVER_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_HANDOVER_TABLE_H_

#include <optional>
#include <vector>

#include "broker/store/embedded/session.h"
#include "broker/store/handovers.h"

namespace amana::store::embedded {

// Handovers over a session, which must outlive it. Used by the session's thread.
class HandoverTable final : public Handovers {
 public:
  explicit HandoverTable(Session& session) : session_(session) {}

  absl::StatusOr<std::optional<HandoverRecord>> Find(const HandoverKey& key) const override;
  absl::StatusOr<std::optional<HandoverRecord>> Latest(const TaskKey& task) const override;
  absl::StatusOr<Paged<HandoverRecord>> List(const AgencyId& agency, bool under_way,
                                             const Page& page) const override;
  absl::StatusOr<std::vector<HandoverRecord>> Due(absl::Time now, size_t limit) const override;
  absl::StatusOr<std::vector<StatementRecord>> Steps(const HandoverKey& key) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindStep(const HandoverKey& key,
                                                          const Digest& statement) const override;
  absl::StatusOr<bool> WasRefused(const HandoverKey& key, const Digest& statement) const override;
  absl::StatusOr<size_t> RefusedSteps(const HandoverKey& key) const override;

  absl::Status Begin(const HandoverRecord& handover) override;
  absl::Status Move(v1::HandoverState from, uint32_t steps,
                    const HandoverRecord& handover) override;
  absl::Status KeepStep(const HandoverKey& key, const StatementRecord& step) override;
  absl::StatusOr<bool> KeepRefused(const HandoverKey& key, const StatementRecord& step) override;

 private:
  absl::StatusOr<std::optional<HandoverRecord>> ReadOne(sqlite::Statement query) const;
  // The row of an attempt; NOT_FOUND.
  absl::StatusOr<int64_t> RowOf(const HandoverKey& key) const;
  absl::Status InsertStep(int64_t row, bool refused, const StatementRecord& step);
  absl::Status AddParty(const AgencyId& agency, int64_t row);

  Session& session_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_HANDOVER_TABLE_H_
