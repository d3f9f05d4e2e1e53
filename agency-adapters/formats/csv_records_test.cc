#include "agency-adapters/formats/csv_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amana::formats {
namespace {

using ::testing::ElementsAre;

TEST(CsvRecords, ReadsQuotedCellsAndBothLineEnds) {
  const CsvRecords file = ReadCsvRecords(
      "\xEF\xBB\xBF"
      "a,\"b,\"\"c\"\"\",\r\n\"two\r\nlines\",x,y\n");
  ASSERT_EQ(file.records.size(), 2u);
  EXPECT_THAT(file.records[0].cells, ElementsAre("a", "b,\"c\"", ""));
  EXPECT_THAT(file.records[1].cells, ElementsAre("two\r\nlines", "x", "y"));
  EXPECT_EQ(file.records[1].row, 2u);
  EXPECT_FALSE(file.broken.has_value());
}

TEST(CsvRecords, BlankLinesCountAsRows) {
  for (const char* text : {"a\n\n\nb\n", "a\r\n\r\n\r\nb"}) {
    const CsvRecords file = ReadCsvRecords(text);
    ASSERT_EQ(file.records.size(), 2u);
    EXPECT_EQ(file.records[1].row, 4u);
  }
}

TEST(CsvRecords, AQuoteThatIsNeverClosedBreaksTheFileAtItsCell) {
  const CsvRecords file = ReadCsvRecords("a,b\nc,\"d\ne,f\n");
  ASSERT_EQ(file.records.size(), 1u);
  ASSERT_TRUE(file.broken.has_value());
  EXPECT_EQ(file.broken->row, 2u);
  EXPECT_EQ(file.broken->column, 1u);
  EXPECT_TRUE(file.broken->unterminated);
}

TEST(CsvRecords, AStrayQuoteBreaksTheFileAtItsCell) {
  const CsvRecords file = ReadCsvRecords("a,b\n\"c\" d,e\nf,g\n");
  ASSERT_EQ(file.records.size(), 1u);
  ASSERT_TRUE(file.broken.has_value());
  EXPECT_EQ(file.broken->row, 2u);
  EXPECT_EQ(file.broken->column, 0u);
  EXPECT_FALSE(file.broken->unterminated);
}

TEST(CsvRecords, NothingIsNothing) {
  EXPECT_TRUE(ReadCsvRecords("").records.empty());
  EXPECT_FALSE(ReadCsvRecords("").broken.has_value());
}

TEST(CsvCell, WhatItWritesIsReadBack) {
  for (const char* text : {"plain", "a,b", "say \"x\"", "two\nlines", " spaced ", ""}) {
    const CsvRecords file = ReadCsvRecords("1," + CsvCell(text) + ",2\n");
    ASSERT_EQ(file.records.size(), 1u) << text;
    EXPECT_THAT(file.records[0].cells, ElementsAre("1", text, "2"));
  }
}

}  // namespace
}  // namespace amana::formats
