// Looks at a mirror each time that it has grown, and finds what an auditor must hear of at once: a
// tree that its entries do not give, another history than somebody else was shown, an event that
// was kept back, a rule that was broken. Cheap: it looks at what is new, once. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_WATCH_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_WATCH_H_

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
  // What `mirror` names must outlive it: its folder, its book, and whose eyes it is seen with. The
  // first look is at all that is there.
  explicit MirrorWatch(const Evidence& mirror) : mirror_(mirror), events_(mirror) {}

  // After the mirror was brought up to its newest checkpoint; `others` are signed checkpoints that
  // somebody else was shown. Findings that were not there before, with the reasons of the checks.
  // Errors of reading.
  absl::StatusOr<std::vector<absl::Status>> Look(const std::vector<std::string>& others);

 private:
  absl::StatusOr<absl::Status> LookAtTree(const transparency::Checkpoint& newest);
  absl::StatusOr<absl::Status> LookAtOther(const std::string& note, uint64_t size);

  const Evidence& mirror_;
  EventWatch events_;
  transparency::CompactRange tree_;
  std::set<std::string> told_;
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_WATCH_H_
