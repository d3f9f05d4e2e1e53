// Where in the log events are that have something, block by block: derived from the events, written
// with the block's last one. A block has its rows together, so that the next one is written beside
// it; what is looked for is asked of one block after the other.
#ifndef AMANA_BROKER_STORE_EMBEDDED_EVENT_INDEX_H_
#define AMANA_BROKER_STORE_EMBEDDED_EVENT_INDEX_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "broker/store/embedded/session.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Writes the index. Used by the writer's thread; the session must outlive it.
class EventIndexer {
 public:
  explicit EventIndexer(Session& session) : session_(session) {}

  // Events in the log's order, each once it is among the rows. Any may come first: what is before
  // it in its block is read.
  absl::Status Add(const StoredEvent& stored);
  // What was added may not be in the log after all.
  void Forget() { next_.reset(); }

 private:
  absl::Status Begin(uint64_t index);
  void Take(const StoredEvent& stored);
  absl::Status WriteBlock(uint64_t block);

  Session& session_;
  std::optional<uint64_t> next_;                           // none: nothing is known of the block
  absl::flat_hash_map<events::Term, std::string> places_;  // of the block, two bytes each
};

// As Log::FindInBlock.
absl::StatusOr<std::optional<std::vector<uint16_t>>> FindInBlock(Session& session, uint64_t block,
                                                                 const TermGroups& groups);

// Tells of each block whose rows are not what its events give.
absl::Status CheckEventIndex(Session& session, const std::function<void(uint64_t block)>& damaged);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_EVENT_INDEX_H_
