#ifndef AMANA_BROKER_STORE_EMBEDDED_ERASURE_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_ERASURE_TABLE_H_

#include <optional>
#include <vector>

#include "broker/store/embedded/body_table.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/erasures.h"

namespace amana::store::embedded {

// Erasures over a session, which must outlive it, as must `bodies`. Used by the session's thread.
// Whether a row of kSettledRow's columns is as it was written.
inline constexpr char kSettledRow[] =
    "SELECT r.sender, r.id, r.version, s.ending, s.categories, s.since, s.digest FROM settled s "
    "LEFT JOIN referral r ON r.row = s.referral";
bool IsSettledRow(const sqlite::Statement& row);

class ErasureTable final : public Erasures {
 public:
  ErasureTable(Session& session, BodyTable& bodies)
      : session_(session), bodies_(bodies), statements_(session) {}

  absl::StatusOr<std::vector<StatementKey>> Due(const SettledBefore& before,
                                                size_t limit) const override;
  absl::StatusOr<bool> IsHeld(const AgencyId& sender, const ReferralId& referral) const override;
  absl::StatusOr<std::optional<HoldRecord>> FindHold(const AgencyId& sender,
                                                     const ReferralId& referral,
                                                     const AgencyId& holder) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindHoldStatement(
      const AgencyId& sender, const ReferralId& referral, const Digest& statement) const override;

  absl::Status Settle(const StatementKey& key, const Settled& settled) override;
  absl::Status Unsettle(const StatementKey& key) override;
  absl::StatusOr<bool> Erase(const StatementKey& key) override;
  absl::Status SetHold(const HoldRecord& hold,
                       const std::vector<StatementRecord>& statements) override;

 private:
  // Those that ended alike and hold the same, as the columns have it.
  struct Group {
    int64_t ending;
    int64_t categories;
  };
  absl::Status AddDue(const Group& group, absl::Time before, size_t limit,
                      std::vector<StatementKey>& due) const;
  absl::StatusOr<std::vector<HoldRecord>> Holds(const AgencyId& sender,
                                                const ReferralId& referral) const;

  Session& session_;
  BodyTable& bodies_;
  StatementTable statements_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_ERASURE_TABLE_H_
