#include "tests/bench/audit_broker.h"

#include <random>
#include <utility>

#include "base/clock.h"
#include "broker/events/commit.h"
#include "broker/events/visibility.h"
#include "broker/operations/event_filter.h"
#include "broker/operations/event_scan.h"
#include "broker/operations/find_time.h"

namespace amana::tests {
namespace {

constexpr size_t kFirstPage = 100;

// None: the broker has no such filter, or finds by it without an index of events (a referral).
std::optional<v1::EventFilter> ToWire(const auditor::EventQuery& query) {
  if (query.category.has_value() || query.referral.has_value()) return std::nullopt;
  v1::EventFilter wire;
  for (const v1::EventKind kind : query.kinds) wire.add_kinds(kind);
  for (const v1::Reason reason : query.reasons) wire.add_reasons(reason);
  if (query.from.has_value()) wire.set_from_unix_ms(ToUnixMillis(*query.from));
  if (query.until.has_value()) wire.set_until_unix_ms(ToUnixMillis(*query.until));
  if (query.agency.has_value()) wire.set_agency(query.agency->value());
  if (query.counterpart.has_value()) wire.set_counterpart(query.counterpart->value());
  if (query.consent.has_value()) wire.set_consent_id(query.consent->bytes());
  if (query.certificate.has_value()) wire.set_cert_id(query.certificate->bytes());
  if (query.rule.has_value()) wire.set_rule(*query.rule);
  return wire;
}

absl::StatusOr<size_t> FirstPage(const store::Log& log, uint64_t end, const v1::EventFilter& asked,
                                 bool index) {
  AMANA_ASSIGN_OR_RETURN(const auto filter, operations::EventFilter::Create(asked, false));
  const store::TermGroups terms = index ? filter.Terms() : store::TermGroups();
  const events::FieldSet shown = events::AuditorFields() | events::CaseFields();
  size_t found = 0;
  uint64_t next = 0;
  if (filter.from().has_value()) {
    AMANA_ASSIGN_OR_RETURN(next, operations::FirstNotBefore(log, end, *filter.from()));
  }
  while (next < end) {
    AMANA_ASSIGN_OR_RETURN(const operations::EventSlice slice,
                           operations::ScanEvents(log, terms, next, end));
    for (const store::StoredEvent& stored : slice.events) {
      if (filter.until().has_value() && stored.event.time >= *filter.until()) return found;
      if (!filter.FitsFields(stored.event, shown)) continue;
      if (events::ToPartialOpening(stored.event, stored.seed, shown).ByteSizeLong() == 0) break;
      if (++found == kFirstPage) return found;
    }
    next = slice.upto;
  }
  return found;
}

}  // namespace

absl::StatusOr<std::map<std::string, Percentiles>> MeasureBrokerQueries(const SyntheticLog& log,
                                                                        int samples, bool index) {
  std::map<std::string, Percentiles> by_filter;
  std::mt19937_64 any(11);
  for (const AuditFilter& filter : log.Filters()) {
    const auto asked_for = [&] { return ToWire(filter.values[any() % filter.values.size()]); };
    if (!asked_for().has_value()) continue;
    Samples took;
    for (int i = 0; i < samples; ++i) {
      const v1::EventFilter asked = *asked_for();
      AMANA_RETURN_IF_ERROR(took.Take([&]() -> absl::Status {
        AMANA_ASSIGN_OR_RETURN(const auto snapshot, log.store().Read());
        AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
        AMANA_ASSIGN_OR_RETURN(const size_t found,
                               FirstPage(snapshot->log(), head.size, asked, index));
        return found > 0 ? absl::OkStatus()
                         : absl::InternalError("the bench's log has nothing of " + filter.name);
      }));
    }
    by_filter[filter.name] = took.Of();
  }
  return by_filter;
}

}  // namespace amana::tests
