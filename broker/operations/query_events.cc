#include "broker/operations/query_events.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"
#include "broker/events/commit.h"
#include "broker/operations/audit_reads.h"
#include "broker/operations/errors.h"
#include "broker/operations/find_time.h"

namespace amana::operations {
namespace {

constexpr size_t kMostFound = 1000;
constexpr size_t kLookAt = 1000;  // entries a slice: some milliseconds
constexpr int kMostInOne = 64;    // events a message
constexpr size_t kMostBytes = 512 * 1024;
constexpr uint64_t kTellProgress = 100'000;  // entries without a find

absl::Status CheckRequest(const identity::Caller& caller, const v1::QueryEventsRequest& request) {
  if (request.limit() > kMostFound) return FieldInvalid("limit", "at most 1000");
  if (request.follow() && request.limit() != 0) {
    return FieldInvalid("limit", "absent when following");
  }
  const bool known = v1::AuditPurpose_IsValid(request.purpose());
  const bool said = request.purpose() != v1::AUDIT_PURPOSE_UNSPECIFIED;
  if (caller.role == crypto::Role::kAuditor && !(said && known)) {
    return FieldInvalid("purpose", "why the auditor asks");
  }
  if (caller.role != crypto::Role::kAuditor && said) {
    return FieldInvalid("purpose", "absent: it is for auditors");
  }
  return absl::OkStatus();
}

v1::EventPseudonyms ToWire(const EventNames& names) {
  v1::EventPseudonyms wire;
  wire.set_referral(names.referral.bytes());
  wire.set_sender(names.sender.bytes());
  if (names.actor.has_value()) wire.set_actor(names.actor->bytes());
  if (names.recipient.has_value()) wire.set_recipient(names.recipient->bytes());
  return wire;
}

}  // namespace

EventQuery::EventQuery(const Context& context, identity::Caller caller, EventFilter filter,
                       const v1::QueryEventsRequest& request)
    : context_(context),
      caller_(std::move(caller)),
      filter_(std::move(filter)),
      follow_(request.follow()),
      next_(request.first_index()),
      told_(next_),
      left_(request.limit() == 0 ? kMostFound : request.limit()) {}

absl::StatusOr<std::vector<store::StoredEvent>> EventQuery::Slice(
    const store::Snapshot& snapshot) const {
  if (filter_.referral().has_value()) {
    return snapshot.log().EventsOf(*filter_.referral(), next_, kLookAt);
  }
  return snapshot.log().ReadEvents(next_, kLookAt);
}

absl::StatusOr<size_t> EventQuery::Look(EventViewer& viewer, const store::StoredEvent& stored,
                                        v1::QueryEventsResponse& response) {
  const events::Event& event = stored.event;
  AMANA_ASSIGN_OR_RETURN(const EventView view, viewer.Of(event));
  if (!filter_.FitsFields(event, view.fields)) return 0;
  std::optional<EventNames> names;
  if (view.named) names = namer_->Of(event);
  if (!filter_.FitsNames(names.has_value() ? &*names : nullptr)) return 0;
  v1::FoundEvent& found = *response.add_events();
  found.set_index(stored.index);
  if (view.fields.all()) {
    *found.mutable_whole() = events::ToOpening(event, stored.seed);
  } else {
    *found.mutable_partial() = events::ToPartialOpening(event, stored.seed, view.fields);
  }
  if (names.has_value()) *found.mutable_pseudonyms() = ToWire(*names);
  return found.ByteSizeLong();
}

absl::StatusOr<bool> EventQuery::LookAt(const store::Snapshot& snapshot,
                                        const std::vector<store::StoredEvent>& slice,
                                        v1::QueryEventsResponse& response) {
  EventViewer viewer(caller_, snapshot);
  size_t bytes = 0;
  for (const store::StoredEvent& stored : slice) {
    if (stored.index >= end_) return true;
    // Time in the log never runs backwards, so nothing later fits either.
    over_ = filter_.until().has_value() && stored.event.time >= *filter_.until();
    if (over_) return true;
    if (response.events_size() == kMostInOne || bytes > kMostBytes) return false;
    AMANA_ASSIGN_OR_RETURN(const size_t added, Look(viewer, stored, response));
    next_ = stored.index + 1;
    bytes += added;
    if (added > 0 && !follow_ && --left_ == 0) return false;
  }
  return slice.size() < kLookAt;
}

absl::StatusOr<std::optional<v1::QueryEventsResponse>> EventQuery::Next() {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context_.store->Read());
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
  // A search ends where the log did when it began: one that is written to faster than it is looked
  // at has an end as well.
  const bool first = end_ == 0;
  if (first || follow_) end_ = head.size;
  if (next_ > head.size) return FieldInvalid("first_index", "at most the log's size");
  if (first && filter_.from().has_value()) {
    AMANA_ASSIGN_OR_RETURN(const uint64_t from,
                           FirstNotBefore(snapshot->log(), head.size, *filter_.from()));
    next_ = std::max(next_, from);
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> slice, Slice(*snapshot));
  v1::QueryEventsResponse response;
  AMANA_ASSIGN_OR_RETURN(const bool at_end, LookAt(*snapshot, slice, response));
  if (at_end) next_ = std::max(next_, end_);
  searching_ = next_ < end_;
  done_ = over_ || (!follow_ && (!searching_ || left_ == 0));
  response.set_complete(done_ && !searching_);
  const bool tell = done_ || response.events_size() > 0 || next_ >= told_ + kTellProgress;
  if (!tell) return std::nullopt;
  told_ = next_;
  response.set_next_index(next_);
  return response;
}

void QueryEvents(const Context& context, const identity::Caller& caller,
                 const v1::QueryEventsRequest& request, Reply<std::shared_ptr<EventQuery>> reply) {
  const bool is_auditor = caller.role == crypto::Role::kAuditor;
  if (absl::Status checked = CheckRequest(caller, request); !checked.ok()) return reply(checked);
  absl::StatusOr<EventFilter> filter = EventFilter::Create(request.filter(), is_auditor);
  if (!filter.ok()) return reply(filter.status());
  std::shared_ptr<EventQuery> query(new EventQuery(context, caller, *std::move(filter), request));
  if (!is_auditor) return reply(std::move(query));
  absl::StatusOr<events::Pseudonyms> pseudonyms = context.pseudonyms(caller.agency);
  if (!pseudonyms.ok()) return reply(pseudonyms.status());
  query->namer_.emplace(*std::move(pseudonyms));
  v1::AuditQuestion question;
  *question.mutable_query() = request;
  LogAuditRead(context, caller, question.SerializeAsString(),
               [query = std::move(query), reply = std::move(reply)](absl::Status logged) mutable {
                 if (!logged.ok()) return reply(logged);
                 reply(std::move(query));
               });
}

}  // namespace amana::operations
