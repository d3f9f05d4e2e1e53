#ifndef AMANA_BROKER_STORE_EMBEDDED_QUEUE_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_QUEUE_TABLE_H_

#include <optional>
#include <vector>

#include "broker/store/embedded/session.h"
#include "broker/store/queue.h"

namespace amana::store::embedded {

// Queue over a session, which must outlive it. Used by the session's thread.
class QueueTable final : public Queue {
 public:
  explicit QueueTable(Session& session) : session_(session) {}

  absl::StatusOr<std::optional<QueueItem>> Find(uint64_t item) const override;
  absl::StatusOr<Paged<QueueItem>> List(const std::optional<PersonRef>& assignee,
                                        const Page& page) const override;
  absl::StatusOr<std::vector<QueueItem>> OfTask(const TaskKey& task) const override;
  absl::StatusOr<std::vector<QueueNoteRecord>> Notes(uint64_t item) const override;
  absl::StatusOr<Size> Count() const override;

  absl::Status Open(const QueueItem& item) override;
  absl::Status Move(const QueueItem& item) override;
  absl::Status AddNote(const QueueNoteRecord& note) override;

 private:
  absl::StatusOr<std::vector<QueueItem>> ReadReadable(sqlite::Statement query, size_t limit) const;
  struct Place {
    int64_t standing = -1;  // before the first
    int64_t opened = 0;
    int64_t item = -1;
  };
  absl::StatusOr<Place> PlaceOf(const Page& page) const;

  Session& session_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_QUEUE_TABLE_H_
