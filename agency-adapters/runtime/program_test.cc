#include "agency-adapters/runtime/program.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "agency-adapters/runtime/dead_letters.h"
#include "agency-adapters/runtime/endpoint_for_test.h"
#include "agency-adapters/runtime/errors.h"
#include "base/command_line.h"
#include "base/durable_file.h"

namespace amana::runtime {
namespace {

using Json = nlohmann::json;
using testing::FactoryOf;
using testing::NativeSide;
using testing::SampleCase;

class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest() {
    Put("sample.mapping.toml", testing::kSampleMapping);
    Put("adapter.toml",
        "identity = \"agency.toml\"\nmapping = \"sample.mapping.toml\"\njournal = \"journal\"\n");
  }
  void Put(const std::string& name, const std::string& text) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File(name), text, kPrivateFile));
  }
  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.end(), {"--config", dir_.File("adapter.toml"), "--json"});
    const ProgramWorld world{
        .name = "amana-sample",
        .clock = clock_,
        .out = out_,
        .err = err_,
        .connect = [](const sdk::Identity&, const Clock&)
            -> absl::StatusOr<std::unique_ptr<sdk::Client>> { return NothingThere("broker"); },
        .stop = [] { return true; }};
    return RunProgram(arguments, world, FactoryOf(side_));
  }
  Json Out() const { return Json::parse(out_.str(), nullptr, false); }
  Json Err() const { return Json::parse(err_.str(), nullptr, false); }

  TempDir dir_;
  NativeSide side_;
  FakeClock clock_{envelope::SampleTime()};
  std::ostringstream out_, err_;
};

TEST_F(ProgramTest, AWrongCommandOrConfigurationIsUsage) {
  EXPECT_EQ(Run({"fly"}), 2);
  Put("adapter.toml", "identity = 7\n");
  EXPECT_EQ(Run({"check-config"}), 2);
  EXPECT_EQ(Err()["error"], "CONFIG_INVALID");
  EXPECT_NE(err_.str().find("adapter.toml:1"), std::string::npos);
}

TEST_F(ProgramTest, AWrongMappingIsNamedWithItsLine) {
  Put("sample.mapping.toml", "[mapping]\nname = 7\n");
  EXPECT_NE(Run({"check-config"}), 0);
  EXPECT_EQ(Err()["error"], "MAPPING_INVALID");
  EXPECT_NE(err_.str().find("sample.mapping.toml:2"), std::string::npos) << err_.str();
}

TEST_F(ProgramTest, LettersAreListedRedrivenAndDiscardedWithoutContent) {
  {
    auto journal = Journal::Open(dir_.File("journal"));
    AMANA_ASSERT_OK(journal);
    ItemJournal items(**journal, {});
    AMANA_EXPECT_OK(items.Take({SampleCase("OB/CANARY", "CANARY")}, {.refused = FactMissing("SEX")},
                               clock_.Now()));
  }
  EXPECT_EQ(Run({"dead-letters"}), 0) << err_.str();
  EXPECT_EQ(Out()["dead_letters"][0]["letter"], "item-1");
  EXPECT_EQ(Out()["dead_letters"][0]["field"], "SEX");
  EXPECT_EQ(out_.str().find("CANARY"), std::string::npos);
  EXPECT_EQ(Run({"redrive"}), 2);
  EXPECT_EQ(Run({"redrive", "item-9"}), 1);
  EXPECT_EQ(Run({"redrive", "--all"}), 0);
  EXPECT_EQ(Out()["redriven"], 1);
  EXPECT_EQ(Run({"discard", "item-1"}), 1) << "it is no letter any more";
}

TEST_F(ProgramTest, HealthSaysThatNothingRuns) {
  EXPECT_EQ(Run({"health"}), 1);
  EXPECT_EQ(Out()["checks"][0]["reason"], "NOT_RUNNING");
  AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(dir_.File("journal")));
  Put("journal/health.json",
      Dump(ToJson(HealthReport{.at = clock_.Now(), .lines = {{"broker", true}}})));
  EXPECT_EQ(Run({"health"}), 0) << out_.str();
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(Run({"health"}), 1);
  Put("journal/health.json", "{");
  EXPECT_EQ(Run({"health"}), 1);
}

}  // namespace
}  // namespace amana::runtime
