// What one fuzz target is. A unit's x_fuzz.cc beside its room defines Seeds() and Check();
// amana_fuzz (cmake/AmanaTargets.cmake) builds it twice: with libFuzzer, and as a test that replays
// the seeds and a few hundred mutations of them, the same on every machine.
#ifndef AMANA_TESTS_FUZZ_TARGET_H_
#define AMANA_TESTS_FUZZ_TARGET_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace amana::fuzz {

// Good inputs, which get far into the code; not empty. They may differ from run to run (keys are
// made at run time) but not within one. SYNTHETIC where they depict a person.
const std::vector<std::string>& Seeds();

// Holds the unit's properties against strangers' bytes, or ends the process. Whether the bytes were
// accepted.
bool Check(std::string_view bytes);

// Prints `what` and aborts unless `holds`: what libFuzzer and the replay take for a finding.
void Require(bool holds, std::string_view what);

// A refusal that somebody can act on: with this code, a reason, a message and a field. `fields`
// false: the room names what is wrong in its message only. Returns false, for Check to return.
bool RequireRefusal(const absl::Status& status, absl::StatusCode code, bool fields = true);
// The same where the room's own status says which code it is.
bool RequireReason(const absl::Status& status);

// No `mark`, which stands for content, in what a status says: names of fields may be shown, and may
// hold anything that a stranger has written.
void RequireHidden(const absl::Status& status, std::string_view mark);

// Takes numbers and pieces off the front of the input; zeros and nothing once it is used up.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  uint8_t Byte();
  uint64_t Number(int bytes);  // big-endian
  // Below `bound`, which is 1 to 256.
  size_t Choice(size_t bound) { return Byte() % bound; }
  std::string_view Rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// `good` changed as the script in `edits` says, four bytes each: what to do, where (two bytes),
// with what. An empty script changes nothing. For inputs that only their maker can make (signed,
// sealed, hashed), of which libFuzzer keeps the changes and not the bytes.
std::string Edited(std::string good, Input edits);

// One to four small changes, of the kinds that tell readers of a format apart.
std::string Mutate(std::string bytes, std::mt19937_64& random);

}  // namespace amana::fuzz

#endif  // AMANA_TESTS_FUZZ_TARGET_H_
