#include "agency-adapters/foreign-affairs/tag.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::foreign_affairs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TagTest, IsTheSameForTheSameDeliveryAndTellsNothing) {
  const std::string tag = TagOf("police-a/00112233445566778899aabbccddeeff/1/0");
  EXPECT_TRUE(IsTag(tag)) << tag;
  EXPECT_EQ(tag, TagOf("police-a/00112233445566778899aabbccddeeff/1/0"));
  std::set<std::string> tags;
  for (int i = 0; i < 1000; ++i) tags.insert(TagOf("police-a/" + std::to_string(i)));
  EXPECT_EQ(tags.size(), 1000u);
}

TEST(TagTest, OnlyItsOwnFormIsOne) {
  EXPECT_TRUE(IsTag("0123456789ABCDEF"));
  for (const char* text : {"", "0123456789ABCDE", "0123456789ABCDEF0", "0123456789ABCDEI",
                           "0123456789abcdef", "0123456789ABCD.V", "../3456789ABCDEF"}) {
    EXPECT_FALSE(IsTag(text)) << text;
  }
}

TEST(TagTest, FindsWhatMailProgramsLeaveOfReferences) {
  const Reference ref{TagOf("a"), 3};
  EXPECT_THAT(FindReferences(ReferenceText(ref)), ElementsAre(ref));
  EXPECT_THAT(FindReferences("Re: AW: " + SubjectOf(ref.tag)), ElementsAre(Reference{ref.tag, 0}));
  EXPECT_THAT(FindReferences("> > [ref\r\n> " + ref.tag + ".V3 ] ] [REF x]"), ElementsAre(ref));
  const Reference other{TagOf("b"), 1};
  EXPECT_THAT(FindReferences(ReferenceText(ref) + ReferenceText(other) + ReferenceText(ref)),
              ElementsAre(ref, other));
}

TEST(TagTest, NothingElseIsAReference) {
  const std::string tag = TagOf("a");
  for (const std::string& text :
       {std::string("REF ") + tag, "[" + tag + "]", "[REF " + tag, "[REF " + tag + ".v0]",
        "[REF " + tag + ".v]", "[REF " + tag + ".v1234567890]", "[REF " + tag + ".v1x]",
        "[REF " + tag + "v1]", std::string(100000, '['),
        "[REF " + std::string(70, ' ') + tag + "]"}) {
    EXPECT_THAT(FindReferences(text), IsEmpty()) << text.substr(0, 80);
  }
}

}  // namespace
}  // namespace amana::foreign_affairs
