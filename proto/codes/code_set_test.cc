#include "proto/codes/code_set.h"

#include <vector>

#include "gtest/gtest.h"
#include "proto/codes/codes.h"

namespace amana::codes {
namespace {

using v1::CATEGORY_LEGAL;
using v1::CATEGORY_MEDICAL;
using v1::CATEGORY_RISK;

TEST(CodeSetTest, SetOperations) {
  constexpr CategorySet a{CATEGORY_MEDICAL, CATEGORY_RISK};
  constexpr CategorySet b{CATEGORY_RISK, CATEGORY_LEGAL};
  EXPECT_EQ(a | b, (CategorySet{CATEGORY_MEDICAL, CATEGORY_RISK, CATEGORY_LEGAL}));
  EXPECT_EQ(a & b, CategorySet{CATEGORY_RISK});
  EXPECT_EQ(a - b, CategorySet{CATEGORY_MEDICAL});
  EXPECT_TRUE(a.Intersects(b));
  EXPECT_FALSE(a.ContainsAll(b));
  EXPECT_TRUE((a | b).ContainsAll(b));
  EXPECT_TRUE(a.ContainsAll({}));
  EXPECT_EQ(a.size(), 2);
  EXPECT_EQ(CategorySet::FromBits(a.bits()), a);
}

TEST(CodeSetTest, WalksInAscendingOrder) {
  const CategorySet set{CATEGORY_LEGAL, CATEGORY_MEDICAL, CATEGORY_RISK};
  EXPECT_EQ(std::vector<v1::Category>(set.begin(), set.end()),
            (std::vector<v1::Category>{CATEGORY_MEDICAL, CATEGORY_RISK, CATEGORY_LEGAL}));
  EXPECT_EQ(CategorySet().begin(), CategorySet().end());
}

TEST(CodeSetTest, UnknownMembersStayVisibleAndAreNoKnownCode) {
  for (const int unknown : {0, -1, 32, 64, 99}) {
    CategorySet set;
    set.Add(static_cast<v1::Category>(unknown));
    EXPECT_FALSE(set.empty()) << unknown;
    EXPECT_FALSE(kAllCategories.ContainsAll(set)) << unknown;
  }
}

TEST(CodeSetTest, AllSetsHoldEveryKnownCodeAndNothingElse) {
  EXPECT_EQ(kAllCategories.size(), v1::Category_MAX);
  EXPECT_EQ(kAllPurposes.size(), v1::Purpose_MAX);
  EXPECT_EQ(kAllAgencyKinds.size(), v1::AgencyKind_MAX);
  for (const v1::Category category : kAllCategories) EXPECT_TRUE(v1::Category_IsValid(category));
}

}  // namespace
}  // namespace amana::codes
