#include "agency-adapters/immigration/mrz.h"

#include <gtest/gtest.h>

#include <random>

#include "agency-adapters/immigration/mrz_layout.h"
#include "base/status.h"
#include "tests/vectors/mrz.h"

namespace amana::immigration {
namespace {

absl::StatusOr<Mrz> Parse(std::string_view line1, std::string_view line2, std::string_view line3) {
  std::vector<std::string_view> lines = {line1, line2};
  if (!line3.empty()) lines.push_back(line3);
  return ParseMrz(lines);
}

TEST(Mrz, ReadsTheSpecimensOfDoc9303AndOurs) {
  for (const auto& v : vectors::kGoodMrz) {
    SCOPED_TRACE(v.what);
    const auto mrz = Parse(v.line1, v.line2, v.line3);
    ASSERT_TRUE(mrz.ok()) << mrz.status();
    EXPECT_EQ(Name(mrz->format), v.format);
    EXPECT_EQ(mrz->document_code, v.code);
    EXPECT_EQ(mrz->issuing_state, v.state);
    EXPECT_EQ(mrz->primary_name, v.primary);
    EXPECT_EQ(mrz->secondary_name, v.secondary);
    EXPECT_FALSE(mrz->name_truncated);
    EXPECT_EQ(mrz->document_number, v.number);
    EXPECT_EQ(mrz->nationality, v.nationality);
    EXPECT_EQ(mrz->birth.text(), v.birth);
    EXPECT_EQ(std::string(1, mrz->sex), v.sex);
    EXPECT_EQ(mrz->expiry.text(), v.expiry);
    EXPECT_EQ(mrz->optional_data, v.optional);
    EXPECT_EQ(mrz->second_optional_data, v.second_optional);
  }
}

TEST(Mrz, RefusesWithTheFieldAndNoContent) {
  for (const auto& v : vectors::kBadMrz) {
    SCOPED_TRACE(v.what);
    const auto mrz = Parse(v.line1, v.line2, v.line3);
    ASSERT_FALSE(mrz.ok());
    EXPECT_EQ(ErrorReason(mrz.status()), v.reason);
    EXPECT_EQ(ErrorField(mrz.status()), v.field);
    EXPECT_EQ(mrz.status().message().find("TESTCASE"), std::string_view::npos);
    EXPECT_EQ(mrz.status().message().find("0000"), std::string_view::npos);
  }
}

TEST(Mrz, ANameThatFillsItsFieldMayGoOn) {
  const auto mrz = Parse("P<UTOVERYLONGSURNAMEFORTRUNCATIONTESTING<<AL",
                         "X000000056UTO7007075F3107070<<<<<<<<<<<<<<<2", "");
  ASSERT_TRUE(mrz.ok()) << mrz.status();
  EXPECT_TRUE(mrz->name_truncated);
  EXPECT_EQ(mrz->secondary_name, "AL");
}

// The check digits find every wrong character of the line that carries them, but those whose
// values differ by ten (0 A K U, ...), which no digit modulo ten tells apart.
TEST(Mrz, EveryWrongCharacterThatADigitCanSeeIsSeen) {
  constexpr std::string_view kAll = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";
  const auto& v = vectors::kGoodMrz[0];
  for (size_t at = 0; at < v.line2.size(); ++at) {
    if (at == 20 || (at >= 10 && at < 13)) continue;  // sex and nationality bear none
    for (const char c : kAll) {
      std::string line(v.line2);
      line[at] = c;
      const bool seen =
          MrzCheckDigitOf(std::string(1, c)) != MrzCheckDigitOf(v.line2.substr(at, 1));
      EXPECT_TRUE(!seen || !Parse(v.line1, line, "").ok()) << at << c;
    }
  }
}

// Random zones, made from the layouts, are read as what they were made of.
class Writer {
 public:
  explicit Writer(MrzFormat format)
      : layout_(LayoutOf(format)), lines_(layout_.lines, std::string(layout_.width, '<')) {}

  void Put(const MrzSpan& span, std::string_view text) {
    lines_[span.line].replace(span.from, text.size(), text);
  }
  void PutChecked(const MrzSpan& span, const MrzSpan& digit, std::string_view text) {
    Put(span, text);
    if (digit.size > 0) Put(digit, std::string(1, MrzCheckDigitOf(span.Of(Views()))));
  }
  std::vector<std::string_view> Finish() {
    if (layout_.composite_digit.size > 0) {
      std::string all;
      for (const MrzSpan& part : layout_.composite) all += part.Of(Views());
      Put(layout_.composite_digit, std::string(1, MrzCheckDigitOf(all)));
    }
    return Views();
  }
  const MrzLayout& layout() const { return layout_; }

 private:
  std::vector<std::string_view> Views() const { return {lines_.begin(), lines_.end()}; }

  const MrzLayout& layout_;
  std::vector<std::string> lines_;
};

Mrz RandomMrz(MrzFormat format, std::mt19937_64& random) {
  const auto text = [&](std::string_view of, size_t size) {
    std::string out;
    while (out.size() < size) out += of[random() % of.size()];
    return out;
  };
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kBoth = "ABCXYZ0123456789";
  Mrz mrz;
  mrz.format = format;
  mrz.document_code = std::string_view("IIPVV").substr(static_cast<size_t>(format), 1);
  mrz.issuing_state = random() % 2 == 0 ? "UTO" : "D";
  mrz.nationality = random() % 2 == 0 ? "XXA" : "UTO";
  mrz.primary_name = text(kLetters, 1 + random() % 10);
  if (random() % 3 > 0) mrz.secondary_name = text(kLetters, 4) + " " + text(kLetters, 3);
  mrz.document_number = text(kBoth, 1 + random() % 9);
  mrz.optional_data = text(kBoth, random() % 7);
  mrz.birth = *ParseMrzDate(random() % 4 == 0 ? "05<<<<" : "880229");
  mrz.expiry = *ParseMrzDate("301231");
  mrz.sex = "MF<"[random() % 3];
  return mrz;
}

TEST(Mrz, WhatTheLayoutsWriteIsReadTheSame) {
  std::mt19937_64 random(9303);
  for (int i = 0; i < 2000; ++i) {
    const auto format = static_cast<MrzFormat>(i % 5);
    const Mrz mrz = RandomMrz(format, random);
    Writer writer(format);
    const MrzLayout& at = writer.layout();
    std::string name = mrz.primary_name + "<<" + mrz.secondary_name;
    std::replace(name.begin(), name.end(), ' ', '<');
    writer.Put(at.document_code, mrz.document_code);
    writer.Put(at.issuing_state, mrz.issuing_state);
    writer.Put(at.nationality, mrz.nationality);
    writer.Put(at.name_field, name);
    writer.Put(at.sex, std::string(1, mrz.sex));
    writer.PutChecked(at.document_number, at.document_number_digit, mrz.document_number);
    writer.PutChecked(at.birth, at.birth_digit, mrz.birth.text());
    writer.PutChecked(at.expiry, at.expiry_digit, mrz.expiry.text());
    writer.PutChecked(at.optional_data, at.optional_data_digit, mrz.optional_data);
    const auto read = ParseMrz(writer.Finish());
    ASSERT_TRUE(read.ok()) << i << read.status();
    ASSERT_EQ(*read, mrz) << i;
  }
}

}  // namespace
}  // namespace amana::immigration
