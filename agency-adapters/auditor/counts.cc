#include "agency-adapters/auditor/counts.h"

#include <algorithm>
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
using Key = std::pair<std::string, std::string>;

constexpr char kNotShown[] = "(not shown)";
constexpr char kNone[] = "(none)";
constexpr char kAll[] = "all";

struct Group {
  uint64_t count = 0;
  std::vector<absl::Duration> times;
};

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

std::optional<Times> TimesOf(std::vector<absl::Duration> times) {
  if (times.size() < kSmallCount) return std::nullopt;
  std::ranges::sort(times);
  const auto rank = [&times](size_t percent) {
    return times[(times.size() * percent + 99) / 100 - 1];
  };
  return Times{times.size(), rank(50), rank(90), rank(99)};
}

class Counter {
 public:
  Counter(const EventQuery& query, Counted counted, const std::vector<CountBy>& by)
      : query_(query), counted_(counted), by_(by) {}

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
    const Key key = {PartOf(by_.front(), event), by_.size() > 1 ? PartOf(by_[1], event) : ""};
    if (key.first == kNotShown || key.second == kNotShown) ++counts_.without_key;
    Group& group = groups_[key];
    ++group.count;
    if (counted_ != Counted::kDeliveries && counted_ != Counted::kAcceptances) return;
    const auto began =
        event.referral.has_value() ? accepted_.find(*event.referral) : accepted_.end();
    if (began == accepted_.end() || !event.has(EventField::kTime)) {
      ++counts_.unmeasured;
    } else {
      group.times.push_back(event.time - began->second);
    }
  }

  Counts Done() && {
    std::map<std::string, size_t> firsts, seconds;
    for (const auto& [key, group] : groups_) {
      firsts.emplace(key.first, 0);
      seconds.emplace(key.second, 0);
    }
    const auto number = [](std::map<std::string, size_t>& names) {
      size_t next = 0;
      for (auto& [name, at] : names) at = next++;
    };
    number(firsts);
    number(seconds);
    CountTable table(firsts.size(), std::max<size_t>(seconds.size(), 1));
    for (const auto& [key, group] : groups_) {
      table.at(firsts.at(key.first), seconds.at(key.second)).count = group.count;
    }
    table.Suppress();
    for (auto& [key, group] : groups_) {
      AddRow(key, table.at(firsts.at(key.first), seconds.at(key.second)), group.times);
    }
    if (by_.size() > 1) {
      for (const auto& [name, at] : firsts) Margin({name, kAll}, table.at(at, table.columns()));
      for (const auto& [name, at] : seconds) Margin({kAll, name}, table.at(table.rows(), at));
    }
    Margin({kAll, kAll}, table.at(table.rows(), table.columns()));
    return std::move(counts_);
  }

 private:
  void AddRow(const Key& key, const TableCell& cell, std::vector<absl::Duration> times) {
    CountRow row{{key.first}, cell, {}};
    if (by_.size() > 1) row.key.push_back(key.second);
    // Of few, or of those that others would be told by, no time either.
    if (cell.shown == Shown::kCount) row.times = TimesOf(std::move(times));
    counts_.rows.push_back(std::move(row));
  }

  void Margin(const Key& key, const TableCell& cell) {
    std::vector<absl::Duration> times;
    for (const auto& [of, group] : groups_) {
      if (key.first != kAll && of.first != key.first) continue;
      if (key.second != kAll && of.second != key.second) continue;
      times.insert(times.end(), group.times.begin(), group.times.end());
    }
    AddRow(key, cell, std::move(times));
  }

  const EventQuery& query_;
  const Counted counted_;
  const std::vector<CountBy>& by_;
  std::map<StatementKey, absl::Time> accepted_;
  std::map<Key, Group> groups_;
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
