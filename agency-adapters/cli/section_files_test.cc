#include "agency-adapters/cli/section_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SectionFilesTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(dir_.File(name), content, kPrivateFile));
    return dir_.File(name);
  }
  TempDir dir_;
};

TEST_F(SectionFilesTest, PairsAndObjects) {
  const std::string risk = Write("risk.json", R"({"risk_level":"HIGH"})");
  const std::string scan = Write("scan.pdf", "SYNTHETIC");
  const std::string all = Write("all.json", R"({"IDENTITY_MIN":{"alias":"TESTCASE"}})");
  const auto sections =
      ReadSections({"RISK=" + risk, "ATTACHMENTS=" + scan, "ATTACHMENTS=" + scan}, {all});
  AMANA_ASSERT_OK(sections);
  ASSERT_EQ(sections->size(), 4u);
  EXPECT_EQ((*sections)[0].category, v1::CATEGORY_IDENTITY_MIN);
  EXPECT_EQ((*sections)[0].content, R"({"alias":"TESTCASE"})");
  EXPECT_EQ((*sections)[1].media_type, "application/json");
  EXPECT_EQ((*sections)[2].media_type, "application/pdf");
  const auto drafts = ToDrafts(*sections);
  EXPECT_EQ(drafts[0].stage, v1::DISCLOSURE_STAGE_AT_OFFER);
  EXPECT_EQ(drafts[2].stage, v1::DISCLOSURE_STAGE_AT_ACCEPT);
}

TEST_F(SectionFilesTest, RefusalsNameTheOptionAndShowNoContent) {
  const std::string broken = Write("broken.json", "{SECRET");
  const std::string list = Write("list.json", "[\"SECRET\"]");
  const std::string unknown = Write("unknown.json", R"({"SHOES":"SECRET"})");
  const std::string fine = Write("fine.json", "{}");
  const std::vector<std::vector<std::string>> pairs = {
      {"RISK"}, {"SHOES=" + fine}, {"RISK=" + broken}, {"RISK=" + fine, "RISK=" + fine}};
  for (const auto& wrong : pairs) {
    const absl::Status error = ReadSections(wrong, {}).status();
    EXPECT_EQ(ErrorReason(error), "USAGE_INVALID") << wrong[0];
    EXPECT_THAT(std::string(error.message()), Not(HasSubstr("SECRET")));
  }
  for (const std::string& wrong : {broken, list, unknown}) {
    const absl::Status error = ReadSections({}, {wrong}).status();
    EXPECT_EQ(ErrorReason(error), "USAGE_INVALID") << wrong;
    EXPECT_THAT(std::string(error.message()), Not(HasSubstr("SECRET")));
  }
  EXPECT_EQ(ErrorReason(ReadSections({"RISK=" + dir_.File("none.json")}, {}).status()),
            "FILE_NOT_FOUND");
}

TEST_F(SectionFilesTest, TheFirstRequiredCategoryThatIsMissingIsNamed) {
  const codes::CategorySet all = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC,
                                  v1::CATEGORY_RISK};
  AMANA_EXPECT_OK(CheckRequired(v1::SERVICE_TYPE_ACCOMMODATION, all));
  const absl::Status error =
      CheckRequired(v1::SERVICE_TYPE_ACCOMMODATION, {v1::CATEGORY_IDENTITY_MIN});
  EXPECT_EQ(ErrorReason(error), "REQUIRED_CATEGORY_MISSING");
  EXPECT_EQ(ErrorField(error), "DEMOGRAPHIC");
}

}  // namespace
}  // namespace amana::cli
