#include "broker/identity/revocation.h"

#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::identity {
namespace {

CertId Cert(char c) { return CertId::FromBytes(std::string(32, c)).value(); }

std::string Line(char c, std::string_view time) {
  return Cert(c).hex() + " " + std::string(time) + " key-compromise\n";
}

TEST(RevocationList, KnowsWhatItLists) {
  const auto list = RevocationList::Parse("# SYNTHETIC\n\n" + Line('a', "2031-02-02T08:00:00Z"));
  AMANA_ASSERT_OK(list);
  EXPECT_EQ(list->size(), 1u);
  EXPECT_TRUE(list->Contains(Cert('a')));
  EXPECT_FALSE(list->Contains(Cert('b')));
  EXPECT_EQ(list->RevokedAt(Cert('b')), std::nullopt);
  EXPECT_EQ(
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *list->RevokedAt(Cert('a')), absl::UTCTimeZone()),
      "2031-02-02T08:00:00Z");
}

TEST(RevocationList, OfTwoEntriesTheEarlierCounts) {
  const auto list =
      RevocationList::Parse(Line('a', "2031-02-02T08:00:00Z") + Line('a', "2030-02-02T08:00:00Z") +
                            Line('a', "2032-02-02T08:00:00Z"));
  AMANA_ASSERT_OK(list);
  EXPECT_EQ(list->size(), 1u);
  EXPECT_EQ(absl::ToCivilYear(*list->RevokedAt(Cert('a')), absl::UTCTimeZone()).year(), 2030);
}

TEST(RevocationList, EmptyIsAListToo) {
  const auto list = RevocationList::Parse("");
  AMANA_ASSERT_OK(list);
  EXPECT_EQ(list->size(), 0u);
}

TEST(RevocationList, AListThatCannotBeReadWholeIsNotUsed) {
  for (const std::string& text :
       {Line('a', "2031-02-02T08:00:00Z") + "abc\n", Line('a', "yesterday"),
        std::string("zz 2031-02-02T08:00:00Z x\n")}) {
    EXPECT_EQ(ErrorReason(RevocationList::Parse(text).status()), "REVOCATION_LIST_INVALID") << text;
  }
}

TEST(RevocationList, CoversAnOlderOneOnlyWithEveryEntry) {
  const auto one = RevocationList::Parse(Line('a', "2031-02-02T08:00:00Z")).value();
  const auto two =
      RevocationList::Parse(Line('b', "2031-02-02T08:00:00Z") + Line('a', "2031-02-02T08:00:00Z"))
          .value();
  EXPECT_TRUE(two.Covers(one));
  EXPECT_TRUE(two.Covers(two));
  EXPECT_TRUE(one.Covers(RevocationList()));
  EXPECT_FALSE(one.Covers(two));
  EXPECT_NE(one.digest(), two.digest());
}

}  // namespace
}  // namespace amana::identity
