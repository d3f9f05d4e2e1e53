#include "agency-adapters/auditor/counts.h"

#include <map>
#include <utility>

#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/question.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;

constexpr char kNotShown[] = "(not shown)";
constexpr char kNone[] = "(none)";
constexpr char kAll[] = "all";

std::optional<v1::EventKind> KindOf(Counted counted) {
  switch (counted) {
    case Counted::kDeliveries:
      return v1::EVENT_KIND_DELIVERY_NATIVE_ACKED;
    case Counted::kAcceptances:
      return v1::EVENT_KIND_TASK_ACCEPTED;
    case Counted::kRefusals:
      return v1::EVENT_KIND_TASK_REJECTED;
    case Counted::kEvents:
      break;
  }
  return std::nullopt;
}

std::string AgencyOf(const EventView& event) {
  if (event.recipient.has_value()) return event.recipient->agency.value();
  if (!event.has(EventField::kRecipient)) return kNotShown;
  if (!event.actor_agency.empty()) return event.actor_agency.value();
  return event.has(EventField::kActorAgency) ? kNone : kNotShown;
}

std::string PartOf(CountBy by, const EventView& event) {
  switch (by) {
    case CountBy::kDay:
      if (!event.has(EventField::kTime)) return kNotShown;
      return absl::FormatTime("%Y-%m-%d", event.time, absl::UTCTimeZone());
    case CountBy::kAgency:
      return AgencyOf(event);
    case CountBy::kKind:
      return event.has(EventField::kKind) ? std::string(codes::CodeName(event.kind)) : kNotShown;
    case CountBy::kReason:
      if (!event.has(EventField::kReason)) return kNotShown;
      return event.reason == v1::REASON_UNSPECIFIED ? kNone
                                                    : std::string(codes::CodeName(event.reason));
  }
  return kNotShown;
}

class Counter {
 public:
  Counter(const EventQuery& query, Counted counted, const std::vector<CountBy>& by)
      : query_(query), counted_(counted), by_(by), tally_(by.size() > 1) {}

  void Take(const EventView& event) {
    // Submissions are looked at whether they are asked for or not: times begin there.
    if (event.kind == v1::EVENT_KIND_SUBMISSION_ACCEPTED && event.referral.has_value()) {
      accepted_.emplace(*event.referral, event.time);
    }
    const auto kind = KindOf(counted_);
    if (kind.has_value() && event.kind != *kind) return;
    const Answer answer = AnswerOf(query_, event);
    if (answer == Answer::kHidden) ++counts_.unsure;
    if (answer != Answer::kYes) return;
    std::string first = PartOf(by_.front(), event);
    std::string second = by_.size() > 1 ? PartOf(by_[1], event) : "";
    if (first == kNotShown || second == kNotShown) ++counts_.without_key;
    tally_.Add(std::move(first), std::move(second), Took(event));
  }

  Counts Done() && {
    for (counts::TallyRow& row : std::move(tally_).Rows()) {
      CountRow& shown = counts_.rows.emplace_back();
      shown.key.push_back(std::move(row.first).value_or(kAll));
      if (by_.size() > 1) shown.key.push_back(std::move(row.second).value_or(kAll));
      shown.count = row.count;
      shown.times = row.times;
    }
    return std::move(counts_);
  }

 private:
  std::optional<absl::Duration> Took(const EventView& event) {
    if (counted_ != Counted::kDeliveries && counted_ != Counted::kAcceptances) return std::nullopt;
    const auto began =
        event.referral.has_value() ? accepted_.find(*event.referral) : accepted_.end();
    if (began != accepted_.end() && event.has(EventField::kTime)) return event.time - began->second;
    ++counts_.unmeasured;
    return std::nullopt;
  }

  const EventQuery& query_;
  const Counted counted_;
  const std::vector<CountBy>& by_;
  std::map<StatementKey, absl::Time> accepted_;
  counts::Tally tally_;
  Counts counts_;
};

}  // namespace

absl::StatusOr<Counts> CountEvents(MirrorBook& book, const EventQuery& query, Counted counted,
                                   const std::vector<CountBy>& by) {
  Counter counter(query, counted, by);
  EventReader reader(book);
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const ShownEvent* event, reader.Next());
    if (event == nullptr) break;
    AMANA_RETURN_IF_ERROR(event->view.status());
    counter.Take(*event->view);
  }
  return std::move(counter).Done();
}

}  // namespace amana::auditor
