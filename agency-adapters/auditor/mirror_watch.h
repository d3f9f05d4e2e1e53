// Looks at a mirror each time that it has grown, and finds what an auditor must hear of at once: a
// tree that its entries do not give, another history than somebody else was shown, an event that
// was kept back, a rule that was broken. Cheap: it looks at what is new, once. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_WATCH_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/checks.h"
#include "proto/transparency/compact_range.h"

namespace amana::auditor {

class MirrorWatch {
 public:
  // Beyond so many a broker that breaks every rule costs no more memory.
  static constexpr size_t kMostTold = 1000;

  // What `mirror` names must outlive it: its folder, its book, and whose eyes it is seen with. The
  // first look is at all that is there.
  explicit MirrorWatch(const Evidence& mirror) : mirror_(mirror), events_(mirror) {}

  // After the mirror was brought up to its newest checkpoint; `others` are signed checkpoints that
  // somebody else was shown. One that is newer than the mirror must be in it at the next look.
  // Findings that were not there before, with the reasons of the checks; the first kMostTold.
  // Errors of reading.
  absl::StatusOr<std::vector<absl::Status>> Look(const std::vector<std::string>& others);

  // Whether the witnesses that `mirror` believes go on cosigning what it grows by, as `note`
  // (empty: none was shown) says; they have `freshness` for it, from the first look on. OK,
  // COSIGNATURES_OLD, or the errors of a note.
  absl::Status LookAtWitnesses(const std::string& note, absl::Time now);

 private:
  absl::StatusOr<absl::Status> LookAtTree(const transparency::Checkpoint& newest);
  absl::StatusOr<absl::Status> LookAtOther(const std::string& note, uint64_t size);

  const Evidence& mirror_;
  EventWatch events_;
  transparency::CompactRange tree_;
  absl::Time begun_ = absl::InfiniteFuture();  // the first look at witnesses
  uint64_t owed_ = 0;  // how long others have seen the log to be, beyond the mirror
  std::set<std::string> told_;
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_WATCH_H_
