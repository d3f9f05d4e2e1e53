#include "proto/envelope/unit_words.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

absl::Time Now() { return absl::FromUnixSeconds(1900000000); }

template <class Message>
v1::SignedEnvelope Sign(std::string_view type, const Message& message) {
  return SignMessage(type, message, TestKeeper("haven").key).value();
}

v1::CapacityReport Report() {
  v1::CapacityReport report;
  *report.mutable_meta() = MakeMeta(TestKeeper("haven").certificate, Now());
  report.mutable_unit()->set_agency("haven");
  report.mutable_unit()->set_unit("intake");
  v1::ServiceCapacity& beds = *report.add_services();
  beds.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  beds.set_total(20);
  beds.set_free(3);
  return report;
}

v1::DutyRoster Roster() {
  v1::DutyRoster roster;
  *roster.mutable_meta() = MakeMeta(TestKeeper("haven").certificate, Now());
  *roster.mutable_unit() = Report().unit();
  for (int day = 0; day < 2; ++day) {
    v1::Shift& shift = *roster.add_shifts();
    shift.set_from_unix_ms(ToUnixMillis(Now() + absl::Hours(24 * day)));
    shift.set_until_unix_ms(ToUnixMillis(Now() + absl::Hours(24 * day + 12)));
    shift.set_person("worker-1");
  }
  return roster;
}

template <class Message, class Parse>
void Check(const Message& sample, std::string_view type, Parse parse,
           std::initializer_list<std::pair<std::function<void(Message&)>, const char*>> cases) {
  int row = 0;
  for (const auto& [change, field] : cases) {
    Message message = sample;
    change(message);
    EXPECT_EQ(ErrorField(parse(Sign(type, message)).status()), field) << row++;
  }
}

TEST(CapacityReport, ChecksItsForm) {
  using R = v1::CapacityReport;
  Check<R>(Report(), kCapacityReportType, ParseCapacityReport,
           {
               {[](R&) {}, ""},
               {[](R& r) { r.mutable_services(0)->set_free(20); }, ""},
               {[](R& r) { r.mutable_services(0)->set_free(21); }, "services"},
               {[](R& r) { r.mutable_services(0)->set_total(kMaxPlaces + 1); }, "services"},
               {[](R& r) { r.clear_services(); }, "services"},
               {[](R& r) { *r.add_services() = r.services(0); }, "services"},
               {[](R& r) { r.mutable_unit()->clear_unit(); }, "unit.unit"},
               {[](R& r) { r.clear_meta(); }, "meta"},
           });
}

TEST(DutyRoster, ChecksItsForm) {
  using R = v1::DutyRoster;
  const auto last = [](R& roster) -> v1::Shift& { return *roster.mutable_shifts(1); };
  Check<R>(Roster(), kDutyRosterType, ParseDutyRoster,
           {
               {[](R&) {}, ""},
               {[](R& r) { r.clear_shifts(); }, ""},
               {[](R& r) { r.mutable_shifts()->SwapElements(0, 1); }, "shifts"},
               {[](R& r) { *r.add_shifts() = r.shifts(1); }, "shifts"},
               {[&](R& r) { last(r).set_person(""); }, "shifts[1].person"},
               {[&](R& r) { last(r).set_phone("call me"); }, "shifts[1].phone"},
               {[&](R& r) { last(r).set_until_unix_ms(last(r).from_unix_ms()); }, "shifts[1]"},
               {[&](R& r) { last(r).set_until_unix_ms(INT64_MAX); }, "shifts[1]"},
               {[&](R& r) { last(r).set_from_unix_ms(INT64_MIN); }, "shifts[1]"},
               {[&](R& r) { last(r).set_until_unix_ms(ToUnixMillis(Now() + absl::Hours(24 * 9))); },
                "shifts[1]"},  // 8 days
           });
}

TEST(DutyRoster, HasAtMost200Shifts) {
  v1::DutyRoster roster = Roster();
  roster.clear_shifts();
  for (int i = 0; i < kMaxShifts; ++i) {
    v1::Shift& shift = *roster.add_shifts();
    shift.set_from_unix_ms(ToUnixMillis(Now() + absl::Hours(i)));
    shift.set_until_unix_ms(ToUnixMillis(Now() + absl::Hours(i + 1)));
    shift.set_person("worker-1");
  }
  EXPECT_TRUE(ParseDutyRoster(Sign(kDutyRosterType, roster)).ok());
  *roster.add_shifts() = roster.shifts(0);
  EXPECT_EQ(ErrorField(ParseDutyRoster(Sign(kDutyRosterType, roster)).status()), "shifts");
}

}  // namespace
}  // namespace amana::envelope
