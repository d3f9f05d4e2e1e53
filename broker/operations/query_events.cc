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
constexpr size_t kLookAt = 1000;  // events of one referral, a slice: some milliseconds
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
      told_at_(request.filter().referral_told_at()),
      next_(request.first_index()),
      told_(next_),
      left_(request.limit() == 0 ? kMostFound : request.limit()) {}

// A pseudonym cannot be turned back: an event that it was told with says what it stands for.
// Without one, every event is looked at.
absl::Status EventQuery::AimAtReferral(const store::Snapshot& snapshot) {
  referral_ = filter_.referral();
  if (!filter_.referral_name().has_value() || told_at_ == 0) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found,
                         snapshot.log().ReadEvents(told_at_, 1));
  if (found.empty() || !found[0].event.referral.has_value()) return NotFound("referral_told_at");
  AMANA_ASSIGN_OR_RETURN(const EventView view, EventViewer(caller_, snapshot).Of(found[0].event));
  if (!view.named || namer_->Of(found[0].event).referral != *filter_.referral_name()) {
    return NotFound("referral_told_at");
  }
  referral_ = found[0].event.referral->referral;
  return absl::OkStatus();
}

// Of whoever is registered; an agency that is no more has its events looked for one by one.
void EventQuery::AimAtAgency(const events::AuditPseudonym& name) {
  for (const identity::Agency& agency : context_.trust()->registry->agencies()) {
    if (namer_->Of(agency.id) == name) return terms_.push_back({events::TermOf(agency.id)});
  }
}

absl::Status EventQuery::Aim(const store::Snapshot& snapshot) {
  AMANA_RETURN_IF_ERROR(AimAtReferral(snapshot));
  terms_ = filter_.Terms();
  if (filter_.agency_name().has_value()) AimAtAgency(*filter_.agency_name());
  if (filter_.counterpart_name().has_value()) AimAtAgency(*filter_.counterpart_name());
  if (!filter_.from().has_value()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const uint64_t from,
                         FirstNotBefore(snapshot.log(), end_, *filter_.from()));
  next_ = std::max(next_, from);
  return absl::OkStatus();
}

absl::StatusOr<EventSlice> EventQuery::Slice(const store::Snapshot& snapshot) const {
  if (!referral_.has_value()) return ScanEvents(snapshot.log(), terms_, next_, end_);
  EventSlice slice;
  AMANA_ASSIGN_OR_RETURN(slice.events, snapshot.log().EventsOf(*referral_, next_, kLookAt));
  slice.upto = slice.events.size() < kLookAt ? end_ : slice.events.back().index + 1;
  return slice;
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

absl::Status EventQuery::LookAt(const store::Snapshot& snapshot, const EventSlice& slice,
                                v1::QueryEventsResponse& response) {
  EventViewer viewer(caller_, snapshot);
  size_t bytes = 0;
  for (const store::StoredEvent& stored : slice.events) {
    if (stored.index >= end_) break;
    // Time in the log never runs backwards, so nothing later fits either.
    over_ = filter_.until().has_value() && stored.event.time >= *filter_.until();
    if (over_) break;
    if (response.events_size() == kMostInOne || bytes > kMostBytes) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(const size_t added, Look(viewer, stored, response));
    next_ = stored.index + 1;
    bytes += added;
    if (added > 0 && !follow_ && --left_ == 0) return absl::OkStatus();
  }
  next_ = std::max(next_, over_ ? end_ : std::min(slice.upto, end_));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::QueryEventsResponse>> EventQuery::Next() {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context_.store->Read());
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
  // A search ends where the log did when it began: one that is written to faster than it is looked
  // at has an end as well.
  const bool first = end_ == 0;
  if (first || follow_) end_ = head.size;
  if (next_ > head.size) return FieldInvalid("first_index", "at most the log's size");
  if (first) AMANA_RETURN_IF_ERROR(Aim(*snapshot));
  AMANA_ASSIGN_OR_RETURN(const EventSlice slice, Slice(*snapshot));
  v1::QueryEventsResponse response;
  AMANA_RETURN_IF_ERROR(LookAt(*snapshot, slice, response));
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
  question.DiscardUnknownFields();  // nobody's words get into the log by them
  LogAuditRead(
      context, caller, question.SerializeAsString(),
      [query = std::move(query), reply = std::move(reply)](const absl::Status& logged) mutable {
        if (!logged.ok()) return reply(logged);
        reply(std::move(query));
      });
}

}  // namespace amana::operations
