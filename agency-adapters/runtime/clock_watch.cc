#include "agency-adapters/runtime/clock_watch.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

constexpr absl::Duration kLeast = absl::Minutes(1);
constexpr absl::Duration kTrouble = absl::Hours(1);

constexpr std::initializer_list<const char*> kTables = {"item", "delivery"};

}  // namespace

ClockWatch::ClockWatch(const Clock& clock, const SteadyClock& steady)
    : clock_(clock), steady_(steady), first_(Offset()), last_(first_) {}

absl::Duration ClockWatch::Look() {
  const absl::Duration offset = Offset();
  absl::MutexLock lock(&mu_);
  const absl::Duration set = offset - last_;
  if (absl::AbsDuration(set) < kLeast) return absl::ZeroDuration();
  last_ = offset;
  return set;
}

std::string ClockWatch::Trouble() const {
  const absl::Duration moved = Offset() - first_;
  if (absl::AbsDuration(moved) <= kTrouble) return "";
  return moved < absl::ZeroDuration() ? "CLOCK_WENT_BACK" : "CLOCK_JUMPED";
}

absl::Status MoveWaiting(Journal& journal, absl::Duration by) {
  return journal.Write([by](sqlite::Database& db) -> absl::Status {
    for (const char* table : kTables) {
      AMANA_RETURN_IF_ERROR(
          db.Run(absl::StrCat("UPDATE ", table,
                              " SET next_ms = next_ms + ?1, deadline_ms = deadline_ms + ?1 WHERE "
                              "state = 1"),
                 absl::ToInt64Milliseconds(by)));
    }
    return absl::OkStatus();
  });
}

absl::Status WaitWithin(Journal& journal, const RetryPolicy& policy, absl::Time now) {
  return journal.Write([&](sqlite::Database& db) -> absl::Status {
    for (const char* table : kTables) {
      AMANA_RETURN_IF_ERROR(
          db.Run(absl::StrCat("UPDATE ", table,
                              " SET next_ms = MIN(next_ms, ?1), deadline_ms = MIN(deadline_ms, ?2) "
                              "WHERE state = 1 AND (next_ms > ?1 OR deadline_ms > ?2)"),
                 ToUnixMillis(now + policy.longest), ToUnixMillis(now + policy.deadline)));
    }
    return absl::OkStatus();
  });
}

}  // namespace amana::runtime
