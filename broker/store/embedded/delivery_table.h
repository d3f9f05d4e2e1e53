#ifndef AMANA_BROKER_STORE_EMBEDDED_DELIVERY_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_DELIVERY_TABLE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Deliveries over a session, which must outlive it. Used by the session's thread. "Locked for this
// transaction" costs nothing here: works run one at a time.
class DeliveryTable final : public Deliveries {
 public:
  explicit DeliveryTable(Session& session) : session_(session), statements_(session) {}

  absl::StatusOr<std::optional<DeliveryRecord>> Find(const DeliveryKey& key) const override;
  absl::StatusOr<std::vector<DeliveryRecord>> OfTask(const TaskKey& task) const override;
  absl::StatusOr<std::optional<DeliveryRecord>> NextQueued(const Address& recipient) const override;
  absl::StatusOr<std::vector<DeliveryRecord>> Due(absl::Time now, size_t limit) const override;
  absl::StatusOr<absl::Time> NextDue() const override;
  absl::StatusOr<std::vector<DeliveryRecord>> OpenRecalls(const Address& recipient,
                                                          size_t limit) const override;
  absl::StatusOr<Paged<DeliveryRecord>> DeadLetters(const Page& page) const override;
  absl::StatusOr<Paged<DeliveryRecord>> DisclosedOf(const Pseudonym& subject,
                                                    const Page& page) const override;
  absl::StatusOr<bool> WasDisclosedTo(const Pseudonym& subject,
                                      const AgencyId& agency) const override;
  absl::StatusOr<std::optional<uint32_t>> ConsentVersionShownTo(
      const Pseudonym& subject, const ConsentId& consent, const AgencyId& agency) const override;
  absl::StatusOr<bool> WasReferredBy(const Pseudonym& subject,
                                     const AgencyId& agency) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindAnswer(
      const DeliveryKey& key, std::string_view payload_type) const override;

  absl::Status Queue(const DeliveryRecord& delivery) override;
  absl::Status Move(v1::DeliveryState from, const DeliveryRecord& delivery) override;
  absl::Status KeepAnswer(const DeliveryKey& key, std::string_view payload_type,
                          const StatementRecord& answer) override;

 private:
  absl::StatusOr<std::vector<DeliveryRecord>> ReadAll(sqlite::Statement query) const;
  absl::StatusOr<std::vector<DeliveryRecord>> ReadReadable(sqlite::Statement query,
                                                           size_t limit) const;
  struct Place {
    int64_t row = 0;
    DeliveryKey key;
  };
  absl::StatusOr<Place> PlaceOf(const Page& page) const;
  absl::StatusOr<Paged<DeliveryRecord>> ReadPage(sqlite::Statement query, size_t size) const;
  absl::Status AddParty(const DeliveryRecord& delivery, int64_t row);

  Session& session_;
  StatementTable statements_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_DELIVERY_TABLE_H_
