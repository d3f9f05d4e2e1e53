// What fsck asks of custody: that for everybody exactly one unit is responsible, that it is the one
// the log says, and that the handover which is under way, if any, is the only one and the log's.
#ifndef AMANA_BROKER_AUDIT_CUSTODY_CHECK_H_
#define AMANA_BROKER_AUDIT_CUSTODY_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/store/store.h"

namespace amana::audit {

struct CustodyFindings {
  uint64_t persons = 0;
  uint64_t handovers = 0;
  // One sentence each, naming the event of the log that it is about. Nothing of the persons.
  std::vector<std::string> problems;
};

// Reads the whole log and every custody and handover; what cannot be read is a problem, not an
// error. The log is read once for every `persons_at_once` persons, which bounds the memory. Errors
// of the store only where the log itself cannot be read.
absl::StatusOr<CustodyFindings> CheckCustody(const store::Snapshot& snapshot,
                                             uint64_t persons_at_once = 100'000);

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_CUSTODY_CHECK_H_
