#ifndef AMANA_BROKER_STORE_EMBEDDED_RECONSIDERATION_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_RECONSIDERATION_TABLE_H_

#include <optional>
#include <vector>

#include "broker/store/embedded/session.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Words not yet carried out, over a session, which must outlive it. Used by the session's thread.
class ReconsiderationTable final : public Reconsiderations {
 public:
  explicit ReconsiderationTable(Session& session) : session_(session) {}

  absl::StatusOr<std::vector<ReconsiderationRecord>> Pending(size_t limit) const override;
  absl::StatusOr<std::vector<ReconsiderationRecord>> OfSubject(
      const Pseudonym& subject) const override;
  absl::StatusOr<std::optional<ReconsiderationRecord>> OfRecipient(
      const AgencyId& recipient) const override;
  absl::StatusOr<std::optional<ReconsiderationRecord>> Find(uint64_t id) const override;

  absl::StatusOr<uint64_t> Begin(const ReconsiderationRecord& record) override;
  absl::Status Advance(const ReconsiderationRecord& record) override;
  absl::Status End(uint64_t id) override;

 private:
  absl::StatusOr<std::vector<ReconsiderationRecord>> ReadReadable(sqlite::Statement query,
                                                                  size_t limit) const;
  absl::StatusOr<std::optional<ReconsiderationRecord>> ReadOne(sqlite::Statement query) const;

  Session& session_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_RECONSIDERATION_TABLE_H_
