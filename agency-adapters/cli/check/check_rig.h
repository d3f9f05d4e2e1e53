// What every check works with: a drill, the program under test in it, cases to send, and a place
// to write down what was seen.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_RIG_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_RIG_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/check/check_content.h"
#include "agency-adapters/cli/check/check_drill.h"
#include "agency-adapters/cli/check/check_program.h"
#include "agency-adapters/cli/check/check_report.h"

namespace amana::cli {

// What a check saw, and what that makes of it: the worst of all.
class Verdict {
 public:
  void Saw(std::string_view what);
  void Failed(std::string_view what);
  void NotObserved(std::string_view what);
  // Fails unless `holds`; whether it does.
  bool Expect(bool holds, std::string_view what_is_wrong);
  bool Expect(const absl::Status& status, std::string_view doing);

  Outcome outcome() const { return outcome_; }
  const std::string& seen() const { return seen_; }

 private:
  void Add(Outcome outcome, std::string_view what);

  Outcome outcome_ = Outcome::kPassed;
  std::string seen_;
};

// How long the program under test may take for one thing.
inline constexpr absl::Duration kCheckPatience = absl::Seconds(30);

// Polls until `condition` holds; whether it did in time.
template <class Condition>
bool Within(absl::Duration timeout, Condition condition) {
  const absl::Time end = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return true;
}

// Thread-compatible.
class Rig {
 public:
  Rig(Drill& drill, AdapterProgram& program, CheckContent& content)
      : drill_(drill), program_(program), content_(content) {}

  Drill& drill() { return drill_; }
  AdapterProgram& program() { return program_; }
  CheckContent& content() { return content_; }

  // Started where it does not run.
  absl::Status Running();

  // From the counterpart, whose clock is `ahead`, with a consent that covers it; the referral's
  // name. Errors as the commands of `amana` give them.
  absl::StatusOr<std::string> Send(const SampleCase& sample,
                                   absl::Duration ahead = absl::ZeroDuration());
  // One that the mapping can say.
  absl::StatusOr<std::string> SendGood(absl::Duration ahead = absl::ZeroDuration());
  // The program's inbox item of that referral's offer, once it is there and nothing waits to be
  // written natively. Fails the verdict where that does not come.
  std::optional<Json> Arrives(const std::string& referral, Verdict& verdict);
  std::optional<Json> InboxItem(const std::string& referral, const std::string& stage);
  // The broker's word on the referral's one task.
  Json Task(const std::string& referral);
  // That the native side holds so many records of this delivery, and goes on to.
  void NativeIs(const std::string& key, int expected, Verdict& verdict);
  // A good case arrives, and is there once.
  std::optional<Json> OneArrives(Verdict& verdict, absl::Duration ahead = absl::ZeroDuration());

  // Of the program's local API.
  Json Health();
  bool Settled();  // nothing waits for the native side
  std::vector<Json> Letters();
  // A case of the adapter's own agency to the counterpart, in plain JSON; the HTTP status.
  int Post(const std::string& key, const std::string& given_name);
  std::string StateOf(const std::string& key);

 private:
  Drill& drill_;
  AdapterProgram& program_;
  CheckContent& content_;
  int sent_ = 0;
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_RIG_H_
