// The coordinator's queue: what needs a person who stands above the parties. Part of the store's
// contracts (store.h), whose guarantees and errors are its own as well.
#ifndef AMANA_BROKER_STORE_QUEUE_H_
#define AMANA_BROKER_STORE_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/store/records.h"

namespace amana::store {

struct QueueItem {
  uint64_t item = 0;  // index of the event that put it here; its key
  TaskKey task;
  uint32_t offer_epoch = 0;
  v1::QueueReason reason = v1::QUEUE_REASON_UNSPECIFIED;
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  absl::Time opened;
  bool alerted = false;
  bool closed = false;
  Address assigned;   // the coordinator's unit; empty: nobody has it yet
  PersonId assignee;  // of that agency
};

struct QueueNoteRecord {
  uint64_t item = 0;
  uint64_t log_index = 0;  // of the act; its key
  absl::Time at;
  v1::Annotation annotation = v1::ANNOTATION_UNSPECIFIED;
  PersonRef by;
};

class Queue {
 public:
  virtual ~Queue() = default;

  virtual absl::StatusOr<std::optional<QueueItem>> Find(uint64_t item) const = 0;
  // Open ones: alerted first, then most urgent, then oldest; of `assignee` only, where one is
  // given.
  virtual absl::StatusOr<Paged<QueueItem>> List(const std::optional<PersonRef>& assignee,
                                                const Page& page) const = 0;
  // Open ones of a task, oldest first.
  virtual absl::StatusOr<std::vector<QueueItem>> OfTask(const TaskKey& task) const = 0;
  // Oldest first.
  virtual absl::StatusOr<std::vector<QueueNoteRecord>> Notes(uint64_t item) const = 0;
  // How many are open, and how many of them alerted.
  struct Size {
    uint64_t open = 0;
    uint64_t alerted = 0;
  };
  virtual absl::StatusOr<Size> Count() const = 0;

  // CONFLICT when the key exists; NOT_FOUND without its referral.
  virtual absl::Status Open(const QueueItem& item) = 0;
  // Replaces the open item of this key; CONFLICT when it is closed or not there.
  virtual absl::Status Move(const QueueItem& item) = 0;
  virtual absl::Status AddNote(const QueueNoteRecord& note) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_QUEUE_H_
