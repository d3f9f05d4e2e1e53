#include <cstdlib>
#include <filesystem>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/shared.h"

namespace amana::referral {
namespace {

// The tables that the code is checked against are the originals, byte for byte, wherever those are.
TEST(DomainCopiesTest, AreTheOriginals) {
  const char* root = std::getenv("AMANA_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  size_t copies = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(root) / "broker/domain")) {
    if (entry.path().extension() != ".csv") continue;
    ++copies;
    const std::string copy = tests::ReadWhole(entry.path());
    EXPECT_FALSE(copy.empty()) << entry.path();
    const auto original = tests::SharedFile("domain/" + entry.path().filename().string());
    if (original.has_value()) {
      EXPECT_EQ(copy, tests::ReadWhole(*original)) << entry.path();
    }
  }
  EXPECT_EQ(copies, 8u);
}

}  // namespace
}  // namespace amana::referral
