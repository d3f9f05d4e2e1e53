// What an auditor is told how often it happened, and what nobody can work out from it.
#include "broker/operations/count_events.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {
namespace {

using crypto::Role;

// The world's clock stands on 17 March 2030.
class CountEventsTest : public testing::Test {
 protected:
  CountEventsTest() {
    world_.context().pseudonyms = [](const AgencyId& auditor) {
      return events::Pseudonyms(crypto::Secret(std::string(32, 'k')), auditor);
    };
  }

  static v1::CountEventsRequest Asked(v1::CountMeasure measure, uint32_t month = 3,
                                      uint32_t year = 2030) {
    v1::CountEventsRequest request;
    request.set_measure(measure);
    request.set_year(year);
    request.set_month(month);
    request.set_purpose(v1::AUDIT_PURPOSE_STATISTICS);
    return request;
  }
  absl::StatusOr<std::shared_ptr<EventCount>> Begin(const v1::CountEventsRequest& request,
                                                    const std::string& auditor = "oversight") {
    return Await<std::shared_ptr<EventCount>>([&](auto reply) {
      CountEvents(world_.context(), World::CallerOf(auditor, Role::kAuditor), request,
                  std::move(reply));
    });
  }
  std::string Refused(const v1::CountEventsRequest& request) {
    return ErrorReason(Begin(request).status());
  }
  static std::string NameOf(const std::string& agency, const std::string& auditor = "oversight") {
    return events::Pseudonyms(crypto::Secret(std::string(32, 'k')), *AgencyId::Create(auditor))
        .Of(*AgencyId::Create(agency))
        .bytes();
  }
  // Rows as "DAY AGENCY COUNT [P50 P90 P99];", agencies by the names they have here.
  std::string Count(const v1::CountEventsRequest& request,
                    const std::string& auditor = "oversight") {
    const auto count = Begin(request, auditor);
    AMANA_EXPECT_OK(count.status());
    std::string text;
    bool complete = false;
    while (count.ok() && !(*count)->done()) {
      const auto next = (*count)->Next();
      AMANA_EXPECT_OK(next.status());
      if (!next.ok()) return text;
      if (!next->has_value()) continue;
      complete = (*next)->complete();
      for (const v1::CountRow& row : (*next)->rows()) text += TextOf(row, auditor);
    }
    EXPECT_TRUE(complete);
    return text;
  }
  static std::string TextOf(const v1::CountRow& row, const std::string& auditor) {
    std::string text = row.day() == 0 ? "*" : std::to_string(row.day());
    std::string agency = row.unnamed() ? "-" : row.agency().empty() ? "*" : "?";
    for (const char* each : {"police", "haven", "consulate", "oversight"}) {
      if (row.agency() == NameOf(each, auditor)) agency = each;
    }
    text += " " + agency + " ";
    switch (row.shown()) {
      case v1::COUNT_SHOWN_COUNT:
        text += std::to_string(row.count());
        break;
      case v1::COUNT_SHOWN_SMALL:
        text += "<5";
        break;
      default:
        text += "n/s";
        break;
    }
    EXPECT_TRUE(row.shown() == v1::COUNT_SHOWN_COUNT || row.count() == 0);
    const v1::CountTimes& times = row.times();
    if (times.has_p50()) text += " " + std::to_string(times.p50());
    if (times.has_p90()) text += " " + std::to_string(times.p90());
    if (times.has_p99()) text += " " + std::to_string(times.p99());
    return text + ";";
  }

  void Append(v1::EventKind kind, const std::string& recipient, int times,
              std::optional<StatementKey> referral = std::nullopt) {
    AMANA_ASSERT_OK(
        world_.store()
            .CommitAndWait([&](store::Transaction& tx) {
              for (int i = 0; i < times; ++i) {
                events::Event event;
                event.kind = kind;
                event.referral = referral;
                event.actor_agency = *AgencyId::Create(recipient);
                event.recipient = Address{*AgencyId::Create(recipient), *UnitId::Create("intake")};
                AMANA_RETURN_IF_ERROR(tx.log().Append(std::move(event)).status());
              }
              return absl::OkStatus();
            })
            .status());
  }
  void MonthIsOver() {
    world_.clock().Set(absl::FromCivil(absl::CivilDay(2030, 4, 2), absl::UTCTimeZone()));
  }

  World world_;
};

TEST_F(CountEventsTest, ByDayAndAgencyUnderTheAuditorsPseudonyms) {
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 7);
  Append(v1::EVENT_KIND_TASK_REJECTED, "consulate", 6);
  Append(v1::EVENT_KIND_TASK_ACCEPTED, "haven", 5);
  world_.clock().Advance(absl::Hours(24));
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 8);
  MonthIsOver();
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 9);
  const std::string refusals = Count(Asked(v1::COUNT_MEASURE_REFUSALS));
  for (const char* row : {"17 haven 7;", "17 consulate 6;", "18 haven 8;", "17 * 13;", "18 * 8;",
                          "* haven 15;", "* consulate 6;", "* * 21;"}) {
    EXPECT_NE(refusals.find(row), std::string::npos) << row << " in " << refusals;
  }
  EXPECT_EQ(std::ranges::count(refusals, ';'), 8) << refusals;
  EXPECT_EQ(Count(Asked(v1::COUNT_MEASURE_ACCEPTANCES)), "17 haven 5;17 * 5;* haven 5;* * 5;");
  EXPECT_EQ(Count(Asked(v1::COUNT_MEASURE_DELIVERIES)), "* * 0;");
  EXPECT_EQ(Count(Asked(v1::COUNT_MEASURE_REFUSALS, 2)), "* * 0;");
  EXPECT_NE(NameOf("haven"), NameOf("haven", "secretariat"));
  EXPECT_EQ(Count(Asked(v1::COUNT_MEASURE_ACCEPTANCES), "secretariat"),
            "17 haven 5;17 * 5;* haven 5;* * 5;");
}

TEST_F(CountEventsTest, TimesRunFromTheSubmissionOfTheReferral) {
  const Sent sent = Send(world_);
  for (int minutes = 1; minutes <= 40; ++minutes) {
    world_.clock().Advance(absl::Minutes(1));
    Append(v1::EVENT_KIND_DELIVERY_NATIVE_ACKED, "haven", 1, sent.key);
  }
  MonthIsOver();
  const std::string row = " 40 1200 2160;";
  EXPECT_EQ(Count(Asked(v1::COUNT_MEASURE_DELIVERIES)),
            "17 haven" + row + "17 *" + row + "* haven" + row + "* *" + row);
  EXPECT_EQ(Count(Asked(v1::COUNT_MEASURE_SUBMISSIONS)),
            "17 police <5;17 * <5;* police <5;* * <5;");
}

TEST_F(CountEventsTest, SmallCountsAndWhatGivesThemBackAreNotShown) {
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 3);
  Append(v1::EVENT_KIND_TASK_REJECTED, "consulate", 6);
  world_.clock().Advance(absl::Hours(24));
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 30);
  Append(v1::EVENT_KIND_TASK_REJECTED, "consulate", 40);
  MonthIsOver();
  const std::string shown = Count(Asked(v1::COUNT_MEASURE_REFUSALS));
  for (const char* row : {"17 haven <5;", "17 consulate n/s;", "18 haven n/s;", "18 consulate n/s;",
                          "17 * 9;", "* haven 33;", "* * 79;"}) {
    EXPECT_NE(shown.find(row), std::string::npos) << row << " in " << shown;
  }
  // Asked again, when more has happened and been looked into, it is the same to the last byte.
  const Sent sent = Send(world_);
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 9);
  AMANA_ASSERT_OK(world_.store()
                      .CommitAndWait([&](store::Transaction& tx) {
                        return tx.cases().Open(
                            {sent.key.sender, sent.key.referral, *AgencyId::Create("oversight"), 1},
                            {});
                      })
                      .status());
  EXPECT_EQ(Count(Asked(v1::COUNT_MEASURE_REFUSALS)), shown);
}

// While a month goes on, today's answer less yesterday's would be what happened since.
TEST_F(CountEventsTest, OnlyMonthsThatAreOverAreCounted) {
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 7);
  EXPECT_EQ(Refused(Asked(v1::COUNT_MEASURE_REFUSALS)), "FIELD_INVALID");
  EXPECT_EQ(Refused(Asked(v1::COUNT_MEASURE_REFUSALS, 4)), "FIELD_INVALID");
  const absl::Time end = absl::FromCivil(absl::CivilMonth(2030, 4), absl::UTCTimeZone());
  world_.clock().Set(end - absl::Milliseconds(1));
  EXPECT_EQ(Refused(Asked(v1::COUNT_MEASURE_REFUSALS)), "FIELD_INVALID");
  world_.clock().Set(end);
  EXPECT_NE(Count(Asked(v1::COUNT_MEASURE_REFUSALS)).find("* * 7;"), std::string::npos);
  world_.clock().SetSynchronised(false);
  EXPECT_EQ(Refused(Asked(v1::COUNT_MEASURE_REFUSALS)), "CLOCK_NOT_TRUSTED");
}

TEST_F(CountEventsTest, TheQuestionAndItsPurposeAreInTheLogBeforeAnythingIsLookedAt) {
  MonthIsOver();
  const uint64_t before = LogSize(world_);
  for (auto request :
       {Asked(v1::COUNT_MEASURE_UNSPECIFIED), Asked(static_cast<v1::CountMeasure>(9)),
        Asked(v1::COUNT_MEASURE_REFUSALS, 0), Asked(v1::COUNT_MEASURE_REFUSALS, 13),
        Asked(v1::COUNT_MEASURE_REFUSALS, 1, 1969), Asked(v1::COUNT_MEASURE_REFUSALS, 1, 10000)}) {
    EXPECT_EQ(Refused(request), "FIELD_INVALID") << request.DebugString();
  }
  for (const int purpose : {0, 99}) {
    v1::CountEventsRequest request = Asked(v1::COUNT_MEASURE_REFUSALS);
    request.set_purpose(static_cast<v1::AuditPurpose>(purpose));
    EXPECT_EQ(Refused(request), "FIELD_INVALID");
  }
  EXPECT_EQ(LogSize(world_), before) << "what was not answered was not read";
  AMANA_ASSERT_OK(Begin(Asked(v1::COUNT_MEASURE_REFUSALS)).status());
  ASSERT_EQ(LogSize(world_), before + 1);
  const events::Event event = EventsFrom(world_, before).at(0).event;
  EXPECT_EQ(event.kind, v1::EVENT_KIND_AUDIT_READ);
  EXPECT_EQ(event.actor_agency.value(), "oversight");
  v1::AuditQuestion question;
  ASSERT_TRUE(question.ParseFromString(event.detail));
  EXPECT_EQ(question.count().purpose(), v1::AUDIT_PURPOSE_STATISTICS);
  EXPECT_EQ(question.count().measure(), v1::COUNT_MEASURE_REFUSALS);
  world_.context().pseudonyms = [](const AgencyId&) { return PseudonymsUnavailable(); };
  EXPECT_EQ(Refused(Asked(v1::COUNT_MEASURE_REFUSALS)), "PSEUDONYMS_UNAVAILABLE");
  EXPECT_EQ(LogSize(world_), before + 1);
}

// He knows whom he sent something to: a pseudonym beside it would be known as well.
TEST_F(CountEventsTest, WhereTheAuditorsOwnAgencyTakesPartNobodyIsNamed) {
  Append(v1::EVENT_KIND_TASK_REJECTED, "oversight", 6);
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 7,
         StatementKey{*AgencyId::Create("oversight"), *ReferralId::FromBytes(std::string(16, 'r')),
                      1});
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 8);
  MonthIsOver();
  const std::string shown = Count(Asked(v1::COUNT_MEASURE_REFUSALS));
  EXPECT_NE(shown.find("17 - 13;"), std::string::npos) << shown;
  EXPECT_NE(shown.find("17 haven 8;"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("oversight"), std::string::npos) << shown;
}

TEST_F(CountEventsTest, ALongCountComesInSlices) {
  Append(v1::EVENT_KIND_TASK_REJECTED, "haven", 2'500);
  MonthIsOver();
  const auto count = Begin(Asked(v1::COUNT_MEASURE_REFUSALS));
  AMANA_ASSERT_OK(count.status());
  int silent = 0;
  while (true) {
    const auto next = (*count)->Next();
    AMANA_ASSERT_OK(next.status());
    if (next->has_value()) break;
    EXPECT_TRUE((*count)->searching());
    ++silent;
  }
  EXPECT_EQ(silent, 3);
  EXPECT_TRUE((*count)->done());
}

}  // namespace
}  // namespace amana::operations
