// For the files of checks.h alone.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_CHECK_PARTS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_CHECK_PARTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/sdk/event_view.h"
#include "proto/transparency/checkpoint.h"

namespace amana::auditor {

// One check as it goes: what it has looked at, and the first thing that failed.
class Tally {
 public:
  explicit Tally(std::string_view name) { result_.name = name; }

  void Look(uint64_t by = 1) { result_.looked_at += by; }
  // Counts a failure; OK does nothing.
  void Found(const absl::Status& failure) {
    if (failure.ok()) return;
    if (result_.failures++ == 0) result_.failure = failure;
  }
  bool failed() const { return result_.failures > 0; }
  const absl::Status& failure() const { return result_.failure; }
  // `why` is said when nothing was looked at.
  CheckResult Done(std::string why) && {
    using Outcome = CheckResult::Outcome;
    if (result_.failures > 0) {
      result_.outcome = Outcome::kFailed;
    } else if (result_.looked_at > 0) {
      result_.outcome = Outcome::kPassed;
    } else {
      result_.why = std::move(why);
    }
    return std::move(result_);
  }

 private:
  CheckResult result_;
};

// The event that was shown of an entry.
struct ShownEvent {
  uint64_t index = 0;
  absl::StatusOr<sdk::EventView> view;
};

// The checks of the log itself, in one pass over its entries. Errors of reading.
struct LogResults {
  CheckResult note, witnesses, consistency, replay, inclusion, equivocation;
  uint64_t size = 0;  // of the folder's checkpoint, where it could be read
};
absl::StatusOr<LogResults> CheckLog(const Evidence& evidence,
                                    const std::function<void(uint64_t, uint64_t)>& progress);

// The events of a book in order, rebuilt on two threads, some thousand at a time.
class EventReader {
 public:
  explicit EventReader(MirrorBook& book, uint64_t from = 0) : book_(book), from_(from) {}
  // The next one; null at the end. Lives until the next call. Errors of reading.
  absl::StatusOr<const ShownEvent*> Next();

 private:
  absl::Status ReadPage();
  MirrorBook& book_;
  std::vector<ShownEvent> page_;
  size_t at_ = 0;
  uint64_t from_ = 0;
  bool end_ = false;
};

// What the events shown say together, in one pass over them. Errors of reading.
struct EventResults {
  CheckResult counters, signatures, order, erasures;
};
absl::StatusOr<EventResults> CheckEvents(const Evidence& evidence, uint64_t log_size);

// The same rules, held against events as they come. `evidence` must outlive it.
class EventWatch {
 public:
  explicit EventWatch(const Evidence& evidence);
  ~EventWatch();
  // Takes what the book has more than at the last time. The first thing that was ever found against
  // each of the rules COUNTERS, ORDER and ERASURES, and by INCLUSION: those that are no events.
  // Errors of reading.
  absl::StatusOr<std::vector<absl::Status>> TakeNew(uint64_t log_size);

 private:
  class Checker;
  const std::unique_ptr<Checker> checker_;
};

// When enough of the witnesses had cosigned one of these, at the latest; infinitely long ago where
// none has as many.
absl::Time CosignedAt(const std::vector<std::vector<transparency::VerifiedSignature>>& cosigned,
                      size_t quorum);

CheckResult CheckSections(const Evidence& evidence);
CheckResult CheckTimestamps(const Evidence& evidence);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_CHECK_PARTS_H_
