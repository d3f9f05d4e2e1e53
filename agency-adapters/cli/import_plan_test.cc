#include "agency-adapters/cli/import_plan.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::cli {
namespace {

const absl::CivilDay kToday(2031, 2, 2);

iom::ImportedRow Row() {
  iom::ImportedRow row;
  row.row = 3;
  row.sections = {{v1::CATEGORY_IDENTITY_MIN, R"({"given_name":"TESTCASE-1"})"},
                  {v1::CATEGORY_DEMOGRAPHIC, R"({"gender":"Feminine"})"}};
  row.birthdate = absl::CivilDay(1999, 1, 1);
  return row;
}

TEST(PlanRow, AddsWhatIsGivenForEveryRowButReplacesNothing) {
  const std::vector<Section> common = {{v1::CATEGORY_RISK, "application/json", "{}"},
                                       {v1::CATEGORY_DEMOGRAPHIC, "application/json", "{}"}};
  const auto planned = PlanRow(Row(), common, {v1::SERVICE_TYPE_ACCOMMODATION}, kToday, false);
  AMANA_ASSERT_OK(planned);
  ASSERT_EQ(planned->sections.size(), 3u);
  EXPECT_EQ(planned->sections[1].content, R"({"gender":"Feminine"})");
  EXPECT_EQ(planned->subject.subject_class, v1::SUBJECT_CLASS_ADULT);
}

TEST(PlanRow, WhatTheServiceNeedsIsNeededUnlessIncomplete) {
  const auto refused = PlanRow(Row(), {}, {v1::SERVICE_TYPE_ACCOMMODATION}, kToday, false);
  EXPECT_EQ(ErrorReason(refused.status()), "REQUIRED_CATEGORY_MISSING");
  EXPECT_EQ(ErrorField(refused.status()), "RISK");
  AMANA_EXPECT_OK(PlanRow(Row(), {}, {v1::SERVICE_TYPE_ACCOMMODATION}, kToday, true));
}

TEST(PlanRow, WithoutABirthDateTheAgeIsUnknown) {
  iom::ImportedRow row = Row();
  row.birthdate.reset();
  EXPECT_EQ(PlanRow(row, {}, {}, kToday, false)->subject.subject_class,
            v1::SUBJECT_CLASS_AGE_UNKNOWN);
}

TEST(RowReferralId, TheSameFactsForTheSameTargetsAreTheSameReferral) {
  const ReferralId id = RowReferralId("key", Row(), "ACCOMMODATION;shelter-a/intake");
  iom::ImportedRow moved = Row();
  moved.row = 99;
  EXPECT_EQ(RowReferralId("key", moved, "ACCOMMODATION;shelter-a/intake"), id);
  iom::ImportedRow other = Row();
  other.sections[v1::CATEGORY_RISK] = "{}";
  EXPECT_NE(RowReferralId("key", other, "ACCOMMODATION;shelter-a/intake"), id);
  EXPECT_NE(RowReferralId("key", Row(), "MEDICAL;shelter-a/intake"), id);
  EXPECT_NE(RowReferralId("another key", Row(), "ACCOMMODATION;shelter-a/intake"), id);
}

TEST(ImportKey, IsMadeOnceAndForThisUserOnly) {
  TempDir dir;
  const auto key = ImportKey(dir.File("data"));
  AMANA_ASSERT_OK(key);
  EXPECT_EQ(key->size(), 32u);
  EXPECT_EQ(*ImportKey(dir.File("data")), *key);
  struct stat info = {};
  ASSERT_EQ(::stat(dir.File("data/import.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace amana::cli
