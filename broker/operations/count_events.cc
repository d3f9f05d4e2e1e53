#include "broker/operations/count_events.h"

#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"
#include "base/status.h"
#include "broker/events/visibility.h"
#include "broker/operations/audit_reads.h"
#include "broker/operations/errors.h"
#include "broker/operations/event_scan.h"
#include "broker/operations/find_time.h"

namespace amana::operations {
namespace {

constexpr uint64_t kMostEntries = 10'000'000;
constexpr size_t kMostAgencies = 512;
constexpr size_t kMostInOne = 1000;  // rows a message

absl::Time MonthBegins(uint32_t year, uint32_t month) {
  return absl::FromCivil(absl::CivilMonth(year, month), absl::UTCTimeZone());
}

v1::EventKind KindOf(v1::CountMeasure measure) {
  switch (measure) {
    case v1::COUNT_MEASURE_SUBMISSIONS:
      return v1::EVENT_KIND_SUBMISSION_ACCEPTED;
    case v1::COUNT_MEASURE_DELIVERIES:
      return v1::EVENT_KIND_DELIVERY_NATIVE_ACKED;
    case v1::COUNT_MEASURE_ACCEPTANCES:
      return v1::EVENT_KIND_TASK_ACCEPTED;
    case v1::COUNT_MEASURE_REFUSALS:
      return v1::EVENT_KIND_TASK_REJECTED;
    default:
      return v1::EVENT_KIND_UNSPECIFIED;
  }
}

bool IsTimed(v1::CountMeasure measure) {
  return measure == v1::COUNT_MEASURE_DELIVERIES || measure == v1::COUNT_MEASURE_ACCEPTANCES;
}

absl::Status CheckRequest(const Context& context, const v1::CountEventsRequest& request) {
  if (KindOf(request.measure()) == v1::EVENT_KIND_UNSPECIFIED) {
    return FieldInvalid("measure", "what is to be counted");
  }
  if (!v1::AuditPurpose_IsValid(request.purpose()) ||
      request.purpose() == v1::AUDIT_PURPOSE_UNSPECIFIED) {
    return FieldInvalid("purpose", "why the auditor asks");
  }
  if (request.year() < 1970 || request.year() > 9999) return FieldInvalid("year", "1970 to 9999");
  if (request.month() < 1 || request.month() > 12) return FieldInvalid("month", "1 to 12");
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  if (moment.now < MonthBegins(request.year(), request.month() + 1)) {
    return FieldInvalid("month", "a month that is over, in UTC");
  }
  return absl::OkStatus();
}

v1::CountShown ToWire(counts::Shown shown) {
  switch (shown) {
    case counts::Shown::kCount:
      return v1::COUNT_SHOWN_COUNT;
    case counts::Shown::kSmall:
      return v1::COUNT_SHOWN_SMALL;
    case counts::Shown::kHidden:
      return v1::COUNT_SHOWN_HIDDEN;
  }
  return v1::COUNT_SHOWN_UNSPECIFIED;
}

v1::CountRow ToWire(const counts::TallyRow& row) {
  v1::CountRow wire;
  if (row.first.has_value()) wire.set_day(static_cast<uint32_t>(std::stoul(*row.first)));
  if (row.second.has_value()) {
    wire.set_agency(*row.second);
    wire.set_unnamed(row.second->empty());
  }
  wire.set_shown(ToWire(row.count.shown));
  if (row.count.shown == counts::Shown::kCount) wire.set_count(row.count.count);
  if (!row.times.has_value()) return wire;
  const auto seconds = [](absl::Duration time) {
    return static_cast<uint64_t>(std::max<int64_t>(absl::ToInt64Seconds(time), 0));
  };
  v1::CountTimes& times = *wire.mutable_times();
  if (row.times->p50.has_value()) times.set_p50(seconds(*row.times->p50));
  if (row.times->p90.has_value()) times.set_p90(seconds(*row.times->p90));
  if (row.times->p99.has_value()) times.set_p99(seconds(*row.times->p99));
  return wire;
}

// When the referral was accepted, as the log says; none: not known.
absl::StatusOr<std::optional<absl::Time>> AcceptedAt(const store::Snapshot& snapshot,
                                                     const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot.referrals().Find(key));
  if (!referral.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found,
                         snapshot.log().ReadEvents(referral->log_index, 1));
  if (found.empty()) return std::nullopt;
  return found[0].event.time;
}

}  // namespace

EventCount::EventCount(const Context& context, AgencyId auditor,
                       const v1::CountEventsRequest& request, events::Pseudonyms pseudonyms)
    : context_(context),
      auditor_(std::move(auditor)),
      measure_(request.measure()),
      from_(MonthBegins(request.year(), request.month())),
      until_(MonthBegins(request.year(), request.month() + 1)),
      pseudonyms_(std::move(pseudonyms)) {}

// An entry from after the month, as the question's own is, says that no other will be of it.
absl::Status EventCount::Begin(const store::Snapshot& snapshot) {
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  AMANA_ASSIGN_OR_RETURN(end_, FirstNotBefore(snapshot.log(), head.size, until_));
  if (*end_ == head.size) return FieldInvalid("month", "a month that is over in the log");
  AMANA_ASSIGN_OR_RETURN(next_, FirstNotBefore(snapshot.log(), *end_, from_));
  return *end_ - *next_ > kMostEntries ? CountTooLarge() : absl::OkStatus();
}

std::string EventCount::AgencyOf(const events::Event& event) {
  // Where his own agency takes part the auditor would know whom a pseudonym stands for.
  if (events::VisibleFields(event, auditor_).any()) return "";
  AgencyId agency = event.actor_agency;
  if (measure_ == v1::COUNT_MEASURE_SUBMISSIONS && event.referral.has_value()) {
    agency = event.referral->sender;
  } else if (event.recipient.has_value()) {
    agency = event.recipient->agency;
  }
  if (agency.empty()) return "";
  const auto [found, added] = names_.try_emplace(agency);
  if (added) found->second = pseudonyms_.Of(agency).bytes();
  return found->second;
}

absl::Status EventCount::Count(const store::Snapshot& snapshot, const events::Event& event) {
  std::optional<absl::Duration> took;
  if (IsTimed(measure_) && event.referral.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<absl::Time> began,
                           AcceptedAt(snapshot, *event.referral));
    if (began.has_value()) took = event.time - *began;
  }
  tally_.Add(absl::FormatTime("%d", event.time, absl::UTCTimeZone()), AgencyOf(event), took);
  return tally_.seconds() > kMostAgencies ? CountTooLarge() : absl::OkStatus();
}

absl::StatusOr<bool> EventCount::Look(const store::Snapshot& snapshot) {
  AMANA_ASSIGN_OR_RETURN(
      const EventSlice slice,
      ScanEvents(snapshot.log(), {{events::TermOf(KindOf(measure_))}}, *next_, *end_));
  for (const store::StoredEvent& stored : slice.events) {
    if (stored.event.kind == KindOf(measure_)) {
      AMANA_RETURN_IF_ERROR(Count(snapshot, stored.event));
    }
  }
  next_ = slice.upto;
  return *next_ == *end_;
}

v1::CountEventsResponse EventCount::NextRows() {
  v1::CountEventsResponse response;
  const size_t until = std::min(rows_->size(), told_ + kMostInOne);
  while (told_ < until) *response.add_rows() = ToWire((*rows_)[told_++]);
  done_ = told_ == rows_->size();
  response.set_complete(done_);
  return response;
}

absl::StatusOr<std::optional<v1::CountEventsResponse>> EventCount::Next() {
  if (rows_.has_value()) return NextRows();
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context_.store->Read());
  if (!next_.has_value()) AMANA_RETURN_IF_ERROR(Begin(*snapshot));
  AMANA_ASSIGN_OR_RETURN(const bool counted, Look(*snapshot));
  if (counted) rows_ = std::move(tally_).Rows();
  return std::nullopt;
}

void CountEvents(const Context& context, const identity::Caller& caller,
                 const v1::CountEventsRequest& request, Reply<std::shared_ptr<EventCount>> reply) {
  if (absl::Status checked = CheckRequest(context, request); !checked.ok()) return reply(checked);
  absl::StatusOr<events::Pseudonyms> pseudonyms = context.pseudonyms(caller.agency);
  if (!pseudonyms.ok()) return reply(pseudonyms.status());
  std::shared_ptr<EventCount> count(
      new EventCount(context, caller.agency, request, *std::move(pseudonyms)));
  v1::AuditQuestion question;
  *question.mutable_count() = request;
  question.DiscardUnknownFields();  // nobody's words get into the log by them
  LogAuditRead(
      context, caller, question.SerializeAsString(),
      [count = std::move(count), reply = std::move(reply)](const absl::Status& logged) mutable {
        if (!logged.ok()) return reply(logged);
        reply(std::move(count));
      });
}

}  // namespace amana::operations
