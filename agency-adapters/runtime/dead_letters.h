// What could not be carried, in either direction: by number, with reason and field, never with a
// content or a native key. Thread-safe. Errors: those of Journal.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_DEAD_LETTERS_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_DEAD_LETTERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/runtime/journal.h"

namespace amana::runtime {

struct DeadLetter {
  std::string letter;  // "item-7" from the native side, "delivery-7" to it
  std::string kind;    // "CASE", ...
  std::string reason;
  std::string field;
  absl::Time since;  // when it was taken, or came
  uint32_t attempts = 0;
};

class DeadLetters {
 public:
  DeadLetters(Journal& journal, RetryPolicy policy) : journal_(journal), policy_(policy) {}

  absl::StatusOr<std::vector<DeadLetter>> List(size_t limit);  // oldest first
  absl::StatusOr<int64_t> Count();
  // Tried again from now on, with a new deadline: after the cause is mended. LETTER_UNKNOWN.
  absl::Status Redrive(std::string_view letter, absl::Time now);
  // All of them; how many.
  absl::StatusOr<int64_t> RedriveAll(absl::Time now);
  // Given up: its content is overwritten. LETTER_UNKNOWN.
  absl::Status Discard(std::string_view letter);

 private:
  Journal& journal_;
  const RetryPolicy policy_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_DEAD_LETTERS_H_
