// Holds what the log says about an agency against what the agency itself has: whether everything it
// signed is there, whether somebody signed in its name elsewhere, and whether what was delivered to
// it arrived.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_RECONCILE_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_RECONCILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"

namespace amana::auditor {

enum class Difference {
  kNotInLog = 1,     // a statement of the outbox has a receipt, and no event tells of it
  kNotSignedHere,    // the log says that this unit or person signed what no outbox here has
  kNotReceivedHere,  // it was delivered to this unit, says the log, and the inbox never had it
  kNotDelivered,     // the inbox has it, and no event tells that it was delivered
};
std::string_view DifferenceName(Difference difference);  // "NOT_IN_LOG", ...

struct Found {
  Difference difference = Difference::kNotInLog;
  std::string what;               // a statement's kind and digest, or a delivery; no content
  std::optional<uint64_t> index;  // of the event, where there is one
};

struct Reconciled {
  uint64_t statements = 0;  // of the outbox, accepted
  uint64_t deliveries = 0;  // to this unit, as the log tells
  uint64_t waiting = 0;     // of the outbox, not accepted yet: no difference
  std::vector<Found> differences;
};

// `book` must be up to date, and of this agency's own. What other machines of the same unit signed
// or received is a difference here: each has a mailbox of its own. Errors of reading.
absl::StatusOr<Reconciled> Reconcile(MirrorBook& book, sdk::Mailbox& mailbox,
                                     const sdk::Identity& identity);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_RECONCILE_H_
