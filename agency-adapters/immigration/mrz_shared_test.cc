// The shared vectors of machine readable zones, where they are there.
#include <gtest/gtest.h>

#include "agency-adapters/immigration/mrz.h"
#include "base/status.h"
#include "tests/support/domain_table.h"

namespace amana::immigration {
namespace {

// What a bad vector's id says is wrong.
const std::map<std::string, std::string, std::less<>> kFields = {
    {"bad_doc_check", "document_number"},
    {"bad_dob_check", "birth"},
    {"bad_exp_check", "expiry"},
    {"bad_composite", "composite"},
    {"bad_ocr_O_for_0", "document_number"},
    {"bad_short", "mrz"},
    {"bad_lowercase", "line1"}};

TEST(MrzSharedVectors, AreReadOrRefusedAsTheySay) {
  const auto path = tests::SharedFile("data/mrz/mrz_vectors.csv");
  if (!path) GTEST_SKIP() << "no shared vectors here";
  int invalid = 0;
  for (const auto& row : tests::ReadDomainTable(*path).rows) {
    SCOPED_TRACE(row.at("id"));
    std::vector<std::string_view> lines = {row.at("line1"), row.at("line2")};
    if (!row.at("line3").empty()) lines.push_back(row.at("line3"));
    const auto mrz = ParseMrz(lines);
    ASSERT_EQ(mrz.ok(), row.at("expect") == "valid") << mrz.status();
    if (mrz.ok()) {
      EXPECT_EQ(Name(mrz->format), row.at("format"));
      continue;
    }
    ++invalid;
    const auto field = kFields.find(row.at("id"));
    ASSERT_NE(field, kFields.end()) << "a vector this test does not know: name its field";
    EXPECT_EQ(ErrorField(mrz.status()), field->second);
  }
  EXPECT_GT(invalid, 0);
}

}  // namespace
}  // namespace amana::immigration
