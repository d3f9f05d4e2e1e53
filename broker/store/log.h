// The contract of the log: what store.h says of all of them holds.
#ifndef AMANA_BROKER_STORE_LOG_H_
#define AMANA_BROKER_STORE_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "broker/events/event.h"
#include "broker/events/terms.h"
#include "proto/transparency/salted_event.h"

namespace amana::store {

struct StoredEvent {
  uint64_t index = 0;
  events::Event event;
  transparency::EventSeed seed;
  Digest leaf_hash;
};

struct LogHead {
  uint64_t size = 0;
  Digest root;
  std::string checkpoint;  // signed C2SP note
};

// What is looked for: of each group one.
using TermGroups = std::vector<std::vector<events::Term>>;
inline constexpr uint64_t kEventBlock = 1024;

class Log {
 public:
  virtual ~Log() = default;

  virtual absl::StatusOr<LogHead> Head() const = 0;
  // Events [first, first + limit) as far as there are any.
  virtual absl::StatusOr<std::vector<StoredEvent>> ReadEvents(uint64_t first,
                                                              size_t limit) const = 0;
  // Of every statement that was accepted under this id; ascending.
  virtual absl::StatusOr<std::vector<StoredEvent>> EventsOf(const ReferralId& referral,
                                                            uint64_t first, size_t limit) const = 0;
  // The places in block `block` (of kEventBlock events) of those that have, of each group, one of
  // its terms, ascending, and rarely of others. None: this block has no index, as the last one,
  // until it is full: all of its events have to be looked at.
  virtual absl::StatusOr<std::optional<std::vector<uint16_t>>> FindInBlock(
      uint64_t block, const TermGroups& groups) const = 0;
  virtual absl::StatusOr<std::vector<Digest>> LeafHashes(uint64_t first, size_t count) const = 0;
  // The first `width` (1 to 256) hashes of C2SP hash tile (level, index), 32 bytes each; NOT_FOUND
  // when the log, at Head(), does not have so many.
  virtual absl::StatusOr<std::string> HashTile(int level, uint64_t index, int width) const = 0;
  // 33-byte leaf data (format, root over the salted fields), for entry bundles.
  virtual absl::StatusOr<std::vector<std::string>> LeafData(uint64_t first, size_t count) const = 0;

  // Gives index, time and counters; returns the index. Counters are consecutive from 1: the
  // sender's over all events about its referrals, the recipient's (a unit) over the events that its
  // agency is a party to (events::IsParty), so that a gap tells of an event that was kept back.
  virtual absl::StatusOr<uint64_t> Append(events::Event event) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_LOG_H_
