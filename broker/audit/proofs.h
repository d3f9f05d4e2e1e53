// Proofs for what is already in the log, out of its stored hash tiles: at most one tile and 256
// hashes a level of 8.
#ifndef AMANA_BROKER_AUDIT_PROOFS_H_
#define AMANA_BROKER_AUDIT_PROOFS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "broker/store/store.h"

namespace amana::audit {

// C2SP tlog-proof of an event against the snapshot's newest checkpoint. OUT_OF_RANGE beyond it.
absl::StatusOr<std::string> TlogProofFor(const store::Snapshot& snapshot, uint64_t index);

// The same against an older checkpoint: a note over `size` leaves.
absl::StatusOr<std::string> TlogProofAt(const store::Snapshot& snapshot, uint64_t index,
                                        uint64_t size, std::string note);

// Inclusion proofs of several events against one checkpoint: what one has read the next need not.
// Lives no longer than the snapshot; used by one thread.
class Prover {
 public:
  Prover(const store::Snapshot& snapshot, uint64_t size);
  ~Prover();
  // OUT_OF_RANGE beyond the size.
  absl::StatusOr<std::vector<Digest>> Inclusion(uint64_t index);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

// RFC 6962 consistency proof from an older size to the newest checkpoint. OUT_OF_RANGE beyond it.
absl::StatusOr<std::vector<Digest>> ConsistencyProofFor(const store::Snapshot& snapshot,
                                                        uint64_t from_size);

// The same between two sizes, neither beyond the newest.
absl::StatusOr<std::vector<Digest>> ConsistencyProofBetween(const store::Snapshot& snapshot,
                                                            uint64_t from_size, uint64_t to_size);

// The root that the log had at this size. OUT_OF_RANGE beyond the newest.
absl::StatusOr<Digest> RootAt(const store::Snapshot& snapshot, uint64_t size);

// A tlog-tiles resource as the newest checkpoint has it: "checkpoint", "tile/0/000",
// "tile/entries/000.p/12". NOT_FOUND for one that the log does not have (yet);
// TILE_PATH_MALFORMED.
absl::StatusOr<std::string> ReadResource(const store::Snapshot& snapshot, std::string_view path);

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_PROOFS_H_
