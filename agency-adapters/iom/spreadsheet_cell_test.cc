#include "agency-adapters/iom/spreadsheet_cell.h"

#include <gtest/gtest.h>

namespace amana::iom {
namespace {

TEST(GuardCell, NothingThatASpreadsheetRunsIsLeftAndEveryTextComesBack) {
  for (const std::string text :
       {"=1+1", "+254700000000", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''=1", "'", "''",
        "", "plain", "'tis", "a=b", " =1", "\xC3\xA9=1"}) {
    const std::string cell = GuardCell(text);
    EXPECT_EQ(std::string_view("=+-@\t\r\n").find(cell.empty() ? 'x' : cell[0]),
              std::string_view::npos)
        << text;
    EXPECT_EQ(UnguardCell(cell), text);
  }
  EXPECT_EQ(GuardCell("=1"), "'=1");
  EXPECT_EQ(GuardCell("'tis"), "'tis");
}

}  // namespace
}  // namespace amana::iom
