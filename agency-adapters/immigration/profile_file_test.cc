#include "agency-adapters/immigration/profile_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/immigration/rows_for_test.h"
#include "agency-adapters/immigration/vot_case.h"
#include "base/status.h"
#include "tests/support/shared.h"

namespace amana::immigration {
namespace {

using testing::InFileText;
using testing::InRow;

absl::StatusOr<ProfileFile> Read(std::string_view bytes) {
  return ReadProfileFile(bytes, {&kVotIn, 1});
}

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(ProfileFile, ReadsRowsByColumn) {
  const auto file = Read(InFileText(
      {InRow("DIS-1", R"("quoted, comma and ""quotes""")"), InRow("DIS/2", "\"two\r\nlines\"")}));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->rows.size(), 2u);
  EXPECT_TRUE(file->rows[0].status.ok());
  EXPECT_EQ(file->rows[0].ref_no, "DIS-1");
  EXPECT_EQ(file->rows[0].cells.at("REMARKS"), "quoted, comma and \"quotes\"");
  EXPECT_EQ(file->rows[1].number, 2u);
  EXPECT_EQ(file->rows[1].cells.at("REMARKS"), "two\r\nlines");
}

TEST(ProfileFile, ReadsTheSharedExample) {
  const auto path =
      tests::SharedFile("data/examples-synthetic/immigration_vot_20310202T0815_000001.csv");
  if (!path) GTEST_SKIP() << "no shared examples here";
  const auto file = Read(tests::ReadWhole(*path));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->rows.size(), 1u);
  EXPECT_TRUE(CaseOf(file->rows[0]).ok()) << CaseOf(file->rows[0]).status();
}

TEST(ProfileFile, RefusesAFileWithAWordForWhatIsWrong) {
  struct Case {
    const char* what;
    std::function<std::string(std::string)> spoil;
    const char* reason;
    const char* field;
  };
  const auto replace = [](const char* what, const char* with) {
    return [=](std::string text) { return Replaced(std::move(text), what, with); };
  };
  for (const Case& c : {
           Case{"empty", [](const std::string&) { return ""; }, "LINE_ENDS_INVALID", "line_ends"},
           Case{"another profile", replace("DIS-VOT-IN", "DIS-X"), "PROFILE_INVALID", "profile"},
           Case{"no profile line", replace("#profile", "profile"), "PROFILE_INVALID", "profile"},
           Case{"version", replace("v=1", "v=2"), "PROFILE_INVALID", "v"},
           Case{"charset", replace("UTF-8", "ISO-8859-1"), "PROFILE_INVALID", "charset"},
           Case{"zone", replace("Africa/Nairobi", "UTC"), "PROFILE_INVALID", "tz"},
           Case{"rows absent", replace(";rows=2", ""), "PROFILE_INVALID", "rows"},
           Case{"rows twice", replace(";rows=2", ";rows=2;rows=2"), "PROFILE_INVALID", "rows"},
           Case{"rows no number", replace("rows=2", "rows=2x"), "PROFILE_INVALID", "rows"},
           Case{"rows too many", replace("rows=2", "rows=10001"), "PROFILE_INVALID", "rows"},
           Case{"unknown word", replace("rows=2", "rows=2;x=1"), "PROFILE_INVALID", "profile"},
           Case{"fewer rows", replace("rows=2", "rows=3"), "ROW_COUNT_WRONG", "rows"},
           Case{"more rows", replace("rows=2", "rows=1"), "ROW_COUNT_WRONG", "rows"},
           Case{"LF alone", replace("\r\nREF_NO", "\nREF_NO"), "LINE_ENDS_INVALID", "line_ends"},
           Case{"CR alone", replace("\r\nDIS-1", "\rDIS-1"), "LINE_ENDS_INVALID", "line_ends"},
           Case{"cut", [](const std::string& text) { return text.substr(0, text.size() - 1); },
                "LINE_ENDS_INVALID", "line_ends"},
           Case{"UTF-16", [](const std::string& text) { return "\xFF\xFE" + text; },
                "CHARSET_INVALID", "charset"},
           Case{"NUL", [](const std::string& text) { return text + '\0'; }, "CHARSET_INVALID",
                "charset"},
           Case{"unknown column", replace("ENTRY_POINT", "NAME OF TESTCASE"), "HEADER_INVALID",
                "column 7"},
           Case{"column twice", replace("ENTRY_POINT", "DOC_TYPE"), "HEADER_INVALID", "DOC_TYPE"},
           Case{"column absent", replace("ENTRY_POINT", "URGENCY"), "HEADER_INVALID",
                "ENTRY_POINT"},
           Case{"too large",
                [](const std::string& text) { return text + std::string(kMaxFileSize, 'x'); },
                "FILE_TOO_LARGE", "file"},
       }) {
    SCOPED_TRACE(c.what);
    const auto file = Read(c.spoil(InFileText({InRow("DIS-1"), InRow("DIS-2")})));
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(ErrorReason(file.status()), c.reason);
    EXPECT_EQ(ErrorField(file.status()), c.field);
    EXPECT_EQ(std::string(file.status().message()).find("TESTCASE"), std::string::npos);
  }
}

TEST(ProfileFile, ABadRowSpoilsNoOther) {
  const auto file = Read(InFileText({InRow("DIS-1"), InRow("DIS-2") + ",more", InRow("=DIS-3"),
                                     InRow("DIS-4", "caf\xE9"), InRow("DIS-1"), InRow(""),
                                     InRow("DIS-7", "bell\x07"), InRow("DIS-8")}));
  ASSERT_TRUE(file.ok()) << file.status();
  std::vector<std::string> reasons;
  for (const ProfileRow& row : file->rows) {
    reasons.push_back(ErrorReason(row.status));
    EXPECT_TRUE(row.status.ok() || row.cells.empty());
  }
  EXPECT_THAT(reasons,
              ::testing::ElementsAre("", "COLUMN_COUNT", "REF_NO_INVALID", "TEXT_INVALID",
                                     "REF_NO_REPEATED", "REF_NO_INVALID", "TEXT_INVALID", ""));
  EXPECT_EQ(ErrorField(file->rows[3].status), "REMARKS");
  EXPECT_EQ(file->rows[3].ref_no, "DIS-4");
}

TEST(ProfileFile, FromAQuoteThatIsNeverClosedOnNothingIsBelieved) {
  const auto file =
      Read(InFileText({InRow("DIS-1"), InRow("DIS-2", "\"never"), InRow("DIS-3"), InRow("DIS-4")}));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->rows.size(), 4u);
  EXPECT_TRUE(file->rows[0].status.ok());
  EXPECT_EQ(ErrorReason(file->rows[1].status), "QUOTE_BROKEN");
  EXPECT_EQ(ErrorField(file->rows[1].status), "REMARKS");
  EXPECT_EQ(ErrorReason(file->rows[2].status), "ROW_UNREAD");
  EXPECT_EQ(ErrorReason(file->rows[3].status), "ROW_UNREAD");
}

// As the department's program reads it.
std::string Unguarded(std::string cell) {
  if (cell.starts_with('\'')) cell.erase(0, 1);
  return cell;
}

TEST(ProfileFile, WhatIsWrittenIsNoFormulaAndIsReadBack) {
  constexpr std::string_view kColumns[] = {"A", "B"};
  const std::vector<std::vector<std::string>> rows = {
      {"=1+1", "+1"},        {"-1", "@SUM(A1)"},   {"\t=1", "\r\n=1"}, {"'", "'=1"},
      {"plain", " spaced "}, {"a,b", "say \"x\""}, {"", "1-2"}};
  const std::string text = WriteProfileFile("DIS-VOT-OUT", kColumns, rows);
  EXPECT_TRUE(text.starts_with(
      "#profile=DIS-VOT-OUT;v=1;charset=UTF-8;tz=Africa/Nairobi;rows=7\r\nA,B\r\n'=1+1,'+1\r\n"));
  const auto read = formats::ReadCsvRecords(text.substr(text.find("\r\n") + 2)).records;
  ASSERT_EQ(read.size(), rows.size() + 1);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = 0; j < 2; ++j) {
      const std::string& cell = read[i + 1].cells[j];
      EXPECT_TRUE(cell.empty() ||
                  std::string_view("=+-@\t\r\n").find(cell[0]) == std::string_view::npos)
          << cell;
      EXPECT_EQ(Unguarded(cell), rows[i][j]);
    }
  }
}

}  // namespace
}  // namespace amana::immigration
