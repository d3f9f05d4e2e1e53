// A fuzz target without libFuzzer: its seeds, what is kept in tests/fuzz/corpus/<target> (inputs
// that once broke it), and mutations of both, the same in every run for the same seeds.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

constexpr int kMutations = 400;

class Replay : public ::testing::Test {
 protected:
  // protobuf reports every malformed string on stderr.
  void SetUp() override { before_ = google::protobuf::SetLogHandler(nullptr); }
  void TearDown() override { google::protobuf::SetLogHandler(before_); }

 private:
  google::protobuf::LogHandler* before_ = nullptr;
};

std::vector<std::string> KeptInputs() {
  std::vector<std::string> inputs;
  const char* folder = std::getenv("AMANA_FUZZ_CORPUS");
  if (folder == nullptr || !std::filesystem::is_directory(folder)) return inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// Check() ends the process where a property does not hold.
TEST_F(Replay, HoldsForSeedsAndWhatOnceBrokeIt) {
  size_t accepted = 0;
  for (const std::string& seed : Seeds()) accepted += Check(seed) ? 1 : 0;
  EXPECT_GE(2 * accepted, Seeds().size()) << "the seeds do not get far";
  for (const std::string& input : KeptInputs()) Check(input);
  Check("");
}

TEST_F(Replay, HoldsForMutations) {
  std::vector<std::string> inputs = Seeds();
  for (std::string& kept : KeptInputs()) inputs.push_back(std::move(kept));
  std::mt19937_64 random(20310304);
  int refused = 0;
  for (int i = 0; i < kMutations; ++i) {
    refused += Check(Mutate(inputs[static_cast<size_t>(i) % inputs.size()], random)) ? 0 : 1;
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace amana::fuzz
