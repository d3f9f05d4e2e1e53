#ifndef AMANA_BROKER_STORE_EMBEDDED_REFERRAL_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_REFERRAL_TABLE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/store/embedded/body_table.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/sequencer.h"
#include "broker/store/embedded/session.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Referrals over a session, which must outlive it, as must `bodies` and `sequencer`. Used by the
// session's thread.
class ReferralTable final : public Referrals {
 public:
  // `sequencer` is null for readers, which never accept.
  ReferralTable(Session& session, BodyTable& bodies, const Sequencer* sequencer)
      : session_(session), bodies_(bodies), sequencer_(sequencer) {}

  absl::StatusOr<std::optional<ReferralRecord>> Find(const StatementKey& key) const override;
  absl::StatusOr<std::optional<uint32_t>> LatestVersion(const AgencyId& sender,
                                                        const ReferralId& id) const override;
  absl::StatusOr<std::string> ReadBody(const StatementKey& key) const override;
  absl::StatusOr<std::vector<TaskRecord>> Tasks(const StatementKey& key) const override;
  absl::StatusOr<std::optional<GrantRecord>> FindGrant(const StatementKey& key,
                                                       const CertId& recipient) const override;
  absl::StatusOr<std::optional<NoteRecord>> FindNote(const StatementKey& key,
                                                     const Digest& note) const override;
  absl::StatusOr<std::optional<UpdateRecord>> FindUpdate(const StatementKey& key,
                                                         uint32_t number) const override;
  absl::StatusOr<uint32_t> LastUpdate(const StatementKey& key) const override;
  absl::StatusOr<std::vector<Grantee>> Grantees(const StatementKey& key) const override;
  absl::StatusOr<Paged<ReferralRecord>> List(const AgencyId& agency,
                                             const Page& page) const override;
  absl::StatusOr<Paged<ReferralRecord>> ListGroup(const AgencyId& agency, const GroupId& group,
                                                  const Page& page) const override;
  absl::StatusOr<std::vector<TaskRecord>> FamilyTasks(const AgencyId& sender, const GroupId& family,
                                                      v1::ServiceType service,
                                                      size_t limit) const override;
  absl::StatusOr<std::vector<TaskRecord>> ExpiredTasks(absl::Time now, size_t limit) const override;
  absl::StatusOr<std::vector<TaskRecord>> TasksToDecide(absl::Time now,
                                                        size_t limit) const override;
  absl::StatusOr<std::vector<TaskRecord>> OpenTasksOf(const Pseudonym& subject,
                                                      const std::optional<TaskKey>& after,
                                                      size_t limit) const override;
  absl::StatusOr<std::vector<TaskRecord>> DisclosedTasksOf(const Pseudonym& subject,
                                                           const std::optional<TaskKey>& after,
                                                           size_t limit) const override;
  absl::StatusOr<std::vector<TaskRecord>> OpenTasksFor(const AgencyId& agency,
                                                       const std::optional<TaskKey>& after,
                                                       size_t limit) const override;
  absl::StatusOr<std::vector<AgencyId>> OpenRecipients() const override;

  absl::Status Accept(const ReferralRecord& record, std::string_view submission,
                      const std::vector<TaskRecord>& tasks) override;
  absl::Status MoveTask(v1::TaskState from, const TaskRecord& task) override;
  absl::Status AddGrant(const GrantRecord& grant) override;
  absl::Status AddNote(const NoteRecord& note) override;
  absl::Status AddUpdate(const UpdateRecord& update) override;
  absl::StatusOr<bool> KeepEquivocation(const StatementKey& key,
                                        const StatementRecord& other) override;

 private:
  absl::StatusOr<std::vector<TaskRecord>> ReadTasks(sqlite::Statement query) const;
  absl::Status InsertReferral(int64_t row, const ReferralRow& referral, std::string_view body);
  absl::Status InsertTask(int64_t row, const ReferralRecord& referral, const TaskRecord& task);
  struct Place {
    int64_t row = 0;  // before the first
    int64_t task = -1;
    std::string agency;  // of its recipient
  };
  absl::StatusOr<Place> PlaceOf(const std::optional<TaskKey>& after) const;
  // Where a page begins: before this row.
  absl::StatusOr<int64_t> BeforeRow(const AgencyId& agency, const Page& page) const;
  absl::StatusOr<Paged<ReferralRecord>> ReadPage(sqlite::Statement query, size_t size) const;
  absl::StatusOr<int64_t> RowOfToken(const AgencyId& agency, std::string_view token) const;

  Session& session_;
  BodyTable& bodies_;
  const Sequencer* const sequencer_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_REFERRAL_TABLE_H_
