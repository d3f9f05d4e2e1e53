// Every mapping file of the tree, held to what the engine promises of all: it is valid, and what
// its agency says survives the way to the protocol's words and back.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "agency-adapters/mapping/mapping.h"
#include "agency-adapters/mapping/rules.h"
#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

std::vector<std::string> Files() {
  const char* const root = std::getenv("AMANA_SOURCE_DIR");
  std::vector<std::string> files;
  if (root == nullptr) return files;
  const std::string folder = std::string(root) + "/agency-adapters";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".mapping.toml")) files.push_back(path);
  }
  std::ranges::sort(files);
  return files;
}

std::string Content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Only written, and so not in what was read.
bool OnlyWritten(const Rules& rules, const std::string& native) {
  const auto found = rules.by_native.find(native);
  return found == rules.by_native.end() || std::ranges::none_of(found->second, [&rules](size_t i) {
           return rules.fields[i].Reads();
         });
}

bool OnlyRead(const Rules& rules, const std::string& native) {
  const auto found = rules.by_native.find(native);
  return found != rules.by_native.end() && std::ranges::none_of(found->second, [&rules](size_t i) {
           return rules.fields[i].Writes();
         });
}

void RoundTrip(const Mapping& mapping, const Rules& rules, std::mt19937_64& random) {
  const Record record = mapping.Sample(random);
  Report report;
  const auto facts = mapping.ToFacts(record, &report);
  AMANA_ASSERT_OK(facts);
  const auto again = mapping.ToNative(*facts, &report);
  ASSERT_TRUE(again.ok() || !record.fields.empty()) << again.status();
  AMANA_ASSERT_OK(again);
  for (const auto& [native, texts] : record.fields) {
    if (OnlyRead(rules, native)) continue;
    ASSERT_TRUE(again->fields.contains(native)) << native << " is lost";
    EXPECT_EQ(again->fields.at(native), texts) << native;
  }
  for (const auto& [native, texts] : again->fields) {
    EXPECT_TRUE(record.fields.contains(native) || OnlyWritten(rules, native))
        << native << " was invented";
  }
}

TEST(MappingFilesTest, NativeToFactsToNativeLosesNothingThatTheMappingDeclares) {
  const std::vector<std::string> files = Files();
  ASSERT_FALSE(files.empty());
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const std::string text = Content(file);
    const auto mapping = Mapping::Parse(text, file);
    AMANA_ASSERT_OK(mapping);
    const auto rules = ParseRules(text, file);
    AMANA_ASSERT_OK(rules);
    std::mt19937_64 random(1);
    for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) {
      RoundTrip(*mapping, *rules, random);
    }
  }
}

// A referral asks several agencies for a service each; its section SERVICES names them all.
TEST(MappingFilesTest, WhoIsAskedForOneServiceOfSeveralIsToldOfThatOne) {
  CaseFacts facts;
  facts.services = {{v1::SERVICE_TYPE_OTHER, std::nullopt}};
  facts.urgency = v1::URGENCY_URGENT;
  facts.subject_class = v1::SUBJECT_CLASS_ADULT;
  facts.sections[v1::CATEGORY_SERVICES] = nlohmann::json::parse(
      R"({"services": [{"code": "ACCOMMODATION"}, {"code": "TRAVEL_DOCUMENT"}]})");
  const std::vector<std::string> files = Files();
  ASSERT_FALSE(files.empty());
  for (const std::string& file : files) {
    const auto mapping = Mapping::Parse(Content(file), file);
    AMANA_ASSERT_OK(mapping);
    EXPECT_NE(ErrorReason(mapping->ToNative(facts).status()), "FACTS_DISAGREE") << file;
  }
}

}  // namespace
}  // namespace amana::mapping
