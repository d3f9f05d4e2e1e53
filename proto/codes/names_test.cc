#include "proto/codes/names.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace amana::codes {
namespace {

TEST(NamesTest, NamesAreThoseOfTheDomainTables) {
  EXPECT_EQ(CodeName(v1::SERVICE_TYPE_ACCOMMODATION), "ACCOMMODATION");
  EXPECT_EQ(CodeName(v1::REASON_NATIVE_TIMEOUT), "NATIVE_TIMEOUT");
  EXPECT_EQ(CodeName(v1::TASK_STATE_UNSPECIFIED), "UNSPECIFIED");
  EXPECT_EQ(CodeName(static_cast<v1::Urgency>(99)), "UNKNOWN");
}

TEST(NamesTest, RefusesWhatTheListHasNot) {
  EXPECT_EQ(ParseCode<v1::ServiceType>("ACCOMODATION"), std::nullopt);
  EXPECT_EQ(ParseCode<v1::ServiceType>("accommodation"), std::nullopt);
  EXPECT_EQ(ParseCode<v1::ServiceType>("SERVICE_TYPE_MEDICAL"), std::nullopt);
  EXPECT_EQ(ParseCode<v1::ServiceType>("UNSPECIFIED"), std::nullopt);
  EXPECT_EQ(ParseCode<v1::ServiceType>(""), std::nullopt);
  EXPECT_FALSE(IsKnown(static_cast<v1::Category>(13)));
  EXPECT_FALSE(IsKnown(static_cast<v1::Category>(-1)));
  EXPECT_FALSE(IsKnown(v1::CATEGORY_UNSPECIFIED));
}

// Every list of the file, so that one added later is covered as well.
TEST(NamesTest, EveryCodeOfEveryListComesBackFromItsName) {
  const auto* file = v1::ServiceType_descriptor()->file();
  ASSERT_GE(file->enum_type_count(), 15);
  for (int i = 0; i < file->enum_type_count(); ++i) {
    const auto& list = *file->enum_type(i);
    EXPECT_EQ(NameIn(list, 0), "UNSPECIFIED") << list.full_name();
    std::set<std::string> names;
    for (int v = 0; v < list.value_count(); ++v) {
      const int number = list.value(v)->number();
      if (number == 0) continue;
      const std::string name(NameIn(list, number));
      EXPECT_TRUE(list.value(v)->name().starts_with(PrefixOf(list))) << list.value(v)->name();
      EXPECT_EQ(NumberIn(list, name), number) << name;
      EXPECT_TRUE(KnownIn(list, number)) << name;
      EXPECT_TRUE(names.insert(name).second) << name;
    }
  }
}

}  // namespace
}  // namespace amana::codes
