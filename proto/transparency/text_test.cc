#include "proto/transparency/text.h"

#include <gtest/gtest.h>

namespace amana::transparency {
namespace {

TEST(TextTest, Decimals) {
  EXPECT_EQ(ParseDecimal("0"), 0u);
  EXPECT_EQ(ParseDecimal("18446744073709551615"), UINT64_MAX);
  for (const std::string_view text :
       {"", "00", "01", "-1", "+1", " 1", "1 ", "1a", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(ParseDecimal(text), std::nullopt) << text;
  }
}

TEST(TextTest, Base64HasOneSpelling) {
  EXPECT_EQ(DecodeBase64("YWI="), "ab");
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(EncodeBase64(std::string("\xff\xfe", 2)), "//4=");
  for (const std::string_view text : {"YWI", "YWJ=", "YW I=", "YWI=\n", "__4=", "YWI==", "YWI=="}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
  EXPECT_EQ(DecodeBase64Digest("YWI="), std::nullopt);
  EXPECT_TRUE(DecodeBase64Digest("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").has_value());
}

TEST(TextTest, NoteTextIsUtf8WithoutControls) {
  for (const std::string_view text :
       {"", "a\n", "\xc3\xa8", "\xe2\x80\x94", "\xf0\x9f\x8c\x8d", "\x7f", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsNoteText(text)) << text;
  }
  for (const std::string_view text :
       {std::string_view("\0", 1), std::string_view("\t"), std::string_view("\r\n"),
        std::string_view("\x80"), std::string_view("\xc0\x80"), std::string_view("\xc3"),
        std::string_view("\xe0\x80\x80"), std::string_view("\xed\xa0\x80"),
        std::string_view("\xf0\x80\x80\x80"), std::string_view("\xf4\x90\x80\x80"),
        std::string_view("\xf5\x80\x80\x80"), std::string_view("\xe2\x80x")}) {
    EXPECT_FALSE(IsNoteText(text));
  }
}

TEST(TextTest, KeyNames) {
  EXPECT_TRUE(IsKeyName("example.com/log"));
  EXPECT_TRUE(IsKeyName("caf\xc3\xa9"));
  for (const std::string_view name :
       {"", "a b", "a+b", "a\nb", "a\xc2\xa0", "\xe3\x80\x80", "a\xe2\x80\xa9", "\xff"}) {
    EXPECT_FALSE(IsKeyName(name)) << name;
  }
}

TEST(TextTest, Lines) {
  std::string_view rest = "one\n\ntwo";
  EXPECT_EQ(TakeLine(rest), "one");
  EXPECT_EQ(TakeLine(rest), "");
  EXPECT_EQ(TakeLine(rest), std::nullopt);
  EXPECT_EQ(rest, "two");
}

}  // namespace
}  // namespace amana::transparency
