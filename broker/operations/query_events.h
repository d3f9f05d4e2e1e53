// QueryEvents: the events of the log that a filter finds, in slices, so that a long search holds up
// nobody and a slow reader holds no more than one slice.
//
// It looks at the events of the one referral that is asked for, which the store has together, or at
// those that the store's index has for what is asked (event_scan.h); at every entry where there is
// neither, as in the log's last block, so that an answer is never behind the log.
#ifndef AMANA_BROKER_OPERATIONS_QUERY_EVENTS_H_
#define AMANA_BROKER_OPERATIONS_QUERY_EVENTS_H_

#include <memory>
#include <optional>
#include <vector>

#include "amana/v1/audit_query.pb.h"
#include "broker/operations/context.h"
#include "broker/operations/event_filter.h"
#include "broker/operations/event_scan.h"

namespace amana::operations {

// One question, under way. Not thread-safe.
class EventQuery {
 public:
  // What to tell next; none: there is nothing yet, look again later (when following), or at once
  // (`searching`). Errors of the store.
  absl::StatusOr<std::optional<v1::QueryEventsResponse>> Next();
  // Nothing more will come.
  bool done() const { return done_; }
  // The end of the log was not reached.
  bool searching() const { return searching_; }

 private:
  friend void QueryEvents(const Context&, const identity::Caller&, const v1::QueryEventsRequest&,
                          Reply<std::shared_ptr<EventQuery>>);
  EventQuery(const Context& context, identity::Caller caller, EventFilter filter,
             const v1::QueryEventsRequest& request);
  // Once: where to begin, and what to ask the index for.
  absl::Status Aim(const store::Snapshot& snapshot);
  absl::Status AimAtReferral(const store::Snapshot& snapshot);
  void AimAtAgency(const events::AuditPseudonym& name);
  absl::StatusOr<EventSlice> Slice(const store::Snapshot& snapshot) const;
  // Adds the event if it is asked for; returns how many bytes it has, 0 if it is not.
  absl::StatusOr<size_t> Look(EventViewer& viewer, const store::StoredEvent& stored,
                              v1::QueryEventsResponse& response);
  // Looks at the slice until the message is full.
  absl::Status LookAt(const store::Snapshot& snapshot, const EventSlice& slice,
                      v1::QueryEventsResponse& response);

  const Context& context_;
  const identity::Caller caller_;
  const EventFilter filter_;
  store::TermGroups terms_;
  std::optional<ReferralId> referral_;  // whose events alone are looked at
  std::optional<EventNamer> namer_;     // an auditor's
  const bool follow_;
  const uint64_t told_at_;  // an event that the referral's pseudonym was told with; 0: not said
  uint64_t next_;
  uint64_t told_;     // the last next_index that was told
  size_t left_ = 0;   // to be found, unless following
  uint64_t end_ = 0;  // of the log as it was when the search began; 0: not looked yet
  bool searching_ = true;
  bool over_ = false;  // what comes is too late for the filter
  bool done_ = false;
};

// Checks the question, and puts an auditor's into the log, as AUDIT_READ with an AuditQuestion as
// its detail, before anything is looked at. Errors: FIELD_INVALID (limit, purpose, those of
// EventFilter); an auditor's also PSEUDONYMS_UNAVAILABLE and those of the store.
void QueryEvents(const Context& context, const identity::Caller& caller,
                 const v1::QueryEventsRequest& request, Reply<std::shared_ptr<EventQuery>> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_QUERY_EVENTS_H_
