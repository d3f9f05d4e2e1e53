// CountEvents: how often something happened in a month and how long it took, by day and agency, in
// slices, so that a long count holds up nobody.
//
// Neither what is counted nor the suppression of small counts (proto/counts/suppress.h) depends on
// anything but the month, the measure and the auditor's agency: an answer is one of a fixed grid of
// tables that do not overlap, and the log's past does not change. So however often and in whatever
// order somebody asks, no answer can be subtracted from another. Opening a case changes none.
#ifndef AMANA_BROKER_OPERATIONS_COUNT_EVENTS_H_
#define AMANA_BROKER_OPERATIONS_COUNT_EVENTS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "amana/v1/audit_query.pb.h"
#include "broker/operations/context.h"
#include "proto/counts/tally.h"

namespace amana::operations {

// One question, under way. Not thread-safe.
class EventCount {
 public:
  // What to tell next; none: look again at once (`searching`). Errors of the store; FIELD_INVALID
  // (the log has not reached the month's end), COUNT_TOO_LARGE (more events or agencies than are
  // counted for anybody).
  absl::StatusOr<std::optional<v1::CountEventsResponse>> Next();
  // Nothing more will come.
  bool done() const { return done_; }
  bool searching() const { return !done_; }

 private:
  friend void CountEvents(const Context&, const identity::Caller&, const v1::CountEventsRequest&,
                          Reply<std::shared_ptr<EventCount>>);
  EventCount(const Context& context, AgencyId auditor, const v1::CountEventsRequest& request,
             events::Pseudonyms pseudonyms);
  absl::Status Begin(const store::Snapshot& snapshot);
  // Counts the next slice; true: it was the last.
  absl::StatusOr<bool> Look(const store::Snapshot& snapshot);
  absl::Status Count(const store::Snapshot& snapshot, const events::Event& event);
  // The agency that the event counts for, by its pseudonym; empty: unnamed.
  std::string AgencyOf(const events::Event& event);
  v1::CountEventsResponse NextRows();

  const Context& context_;
  const AgencyId auditor_;
  const v1::CountMeasure measure_;
  const absl::Time from_, until_;
  const events::Pseudonyms pseudonyms_;
  absl::flat_hash_map<AgencyId, std::string> names_;
  std::optional<uint64_t> next_, end_;  // indexes; none: not begun
  counts::Tally tally_{true};
  std::optional<std::vector<counts::TallyRow>> rows_;  // when all is counted
  size_t told_ = 0;                                    // of them
  bool done_ = false;
};

// Checks the question and puts it into the log, as AUDIT_READ with an AuditQuestion as its detail,
// before anything is looked at. Errors: FIELD_INVALID (measure, purpose, a month that is none or is
// not over), CLOCK_NOT_TRUSTED, PSEUDONYMS_UNAVAILABLE, those of the store.
void CountEvents(const Context& context, const identity::Caller& caller,
                 const v1::CountEventsRequest& request, Reply<std::shared_ptr<EventCount>> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_COUNT_EVENTS_H_
