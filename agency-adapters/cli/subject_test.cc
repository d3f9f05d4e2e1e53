#include "agency-adapters/cli/subject.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace amana::cli {
namespace {

TEST(SubjectFromBirthdate, OfAgeOnTheEighteenthBirthday) {
  const absl::CivilDay today(2031, 2, 2);
  EXPECT_EQ(SubjectFromBirthdate(absl::CivilDay(2013, 2, 2), today).subject_class,
            v1::SUBJECT_CLASS_ADULT);
  const Subject minor = SubjectFromBirthdate(absl::CivilDay(2013, 2, 3), today);
  EXPECT_EQ(minor.subject_class, v1::SUBJECT_CLASS_MINOR);
  EXPECT_EQ(minor.majority_month, 733u);  // February 2031
}

TEST(SubjectFromBirthdate, BornOnALeapDayOfAgeOnTheFirstOfMarch) {
  const absl::CivilDay born(2012, 2, 29);
  EXPECT_EQ(SubjectFromBirthdate(born, absl::CivilDay(2030, 2, 28)).subject_class,
            v1::SUBJECT_CLASS_MINOR);
  EXPECT_EQ(SubjectFromBirthdate(born, absl::CivilDay(2030, 2, 28)).majority_month, 722u);
  EXPECT_EQ(SubjectFromBirthdate(born, absl::CivilDay(2030, 3, 1)).subject_class,
            v1::SUBJECT_CLASS_ADULT);
}

TEST(SubjectFromOptions, AMinorNeedsAMonthAndNobodyElseHasOne) {
  EXPECT_EQ(SubjectFromOptions("ADULT", "")->subject_class, v1::SUBJECT_CLASS_ADULT);
  EXPECT_EQ(SubjectFromOptions("MINOR", "2031-02")->majority_month, 733u);
  EXPECT_EQ(ErrorField(SubjectFromOptions("MINOR", "").status()), "--majority-month");
  EXPECT_EQ(ErrorField(SubjectFromOptions("ADULT", "2031-02").status()), "--majority-month");
  EXPECT_EQ(ErrorField(SubjectFromOptions("CHILD", "").status()), "--subject-class");
}

}  // namespace
}  // namespace amana::cli
