#include "proto/envelope/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace amana::envelope {
namespace {

// The boundaries of Unicode 15, table 3-7.
TEST(Utf8, AcceptsTheFirstAndLastOfEachLength) {
  for (const std::string_view good :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "Wanjik\xc5\xa9",
        "eight by eight"}) {
    EXPECT_TRUE(IsValidUtf8(good)) << good;
  }
  EXPECT_TRUE(IsValidUtf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesEverythingElse) {
  const std::vector<std::string> bad = {"\x80",
                                        "\xbf",
                                        "\xc0\x80",
                                        "\xc1\xbf",  // lone or overlong
                                        "\xc2",
                                        "\xc2\x7f",
                                        "\xc2\xc0",  // second byte missing or out of range
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xe1\x80",
                                        "\xe1\x80\x7f",  // overlong, surrogate, short
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xf1\x80\x80",
                                        "\xff"};
  for (const std::string& text : bad) {
    for (size_t before = 0; before < 10; ++before) {  // wherever it falls among the words
      EXPECT_FALSE(IsValidUtf8(std::string(before, 'a') + text + "bbbbbbbbb"))
          << before << ' ' << testing::PrintToString(text);
      EXPECT_FALSE(IsValidUtf8(std::string(before, 'a') + text));
    }
  }
}

}  // namespace
}  // namespace amana::envelope
