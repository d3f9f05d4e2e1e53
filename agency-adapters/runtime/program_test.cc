#include "agency-adapters/runtime/program.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agency-adapters/runtime/dead_letters.h"
#include "agency-adapters/runtime/endpoint_for_test.h"
#include "agency-adapters/runtime/errors.h"
#include "base/command_line.h"
#include "base/durable_file.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/note_verifier.h"
#include "tests/support/test_pki.h"

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
    return RunProgram(arguments, world, factory_);
  }
  // Keys and authorities of a shelter.
  void PutIdentity() {
    using crypto::Role;
    const auto pair = [this](const std::string& name, const tests::TestIdentity& identity) {
      Put("keys/" + name + ".key", identity.key_pem);
      Put("keys/" + name + ".pem", identity.chain_pem);
    };
    for (const char* folder : {"trust/agencies", "keys"}) {
      AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(dir_.File(folder)));
    }
    Put("agency.toml",
        "agency = \"shelter-a\"\nunit = \"intake\"\ntrust_domain = \"test.amana.example\"\n"
        "broker = \"localhost:8443\"\n");
    Put("trust/root.pem", tests::TestRootPem());
    Put("trust/agencies/all.pem", tests::TestBundlePem({"shelter-a", "amana"}));
    const auto key = crypto::Ed25519PrivateKey::Generate();
    Put("trust/log.vkey", transparency::NoteVerifier::Create(
                              "test/log", transparency::NoteKeyType::kEd25519, key->PublicKey())
                                  ->vkey() +
                              "\n");
    pair("tls", tests::TestTls("shelter-a", Role::kSystem, "intake"));
    pair("signing", tests::TestSigner("shelter-a", Role::kSystem, "intake"));
    pair("sealing", tests::TestSealer("shelter-a", "intake"));
  }
  Json Out() const { return Json::parse(out_.str(), nullptr, false); }
  Json Err() const { return Json::parse(err_.str(), nullptr, false); }

  TempDir dir_;
  NativeSide side_;
  AdapterFactory factory_ = FactoryOf(side_);
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

// Also beside the running program: the adapter sees a copy of its own files, and keeps nothing.
TEST_F(ProgramTest, ADryRunTouchesNeitherTheNativeSideNorAFile) {
  PutIdentity();
  Put("items", "N/1 SERVICE=BASIC_NEEDS URGENCY=URGENT NAME=SYNTHETIC\nN/2 SHOE=CANARY\n");
  AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(dir_.File("journal/adapter")));
  Put("journal/adapter/index", "known");
  std::string folder, index;
  factory_ = [&](const ConfigTable&) -> AdapterOpener {
    return [&](const AdapterContext& context) -> absl::StatusOr<std::unique_ptr<Adapter>> {
      folder = context.folder;
      index = RealFileSystem().Read(folder + "/index").value_or("");
      AMANA_RETURN_IF_ERROR(
          RealFileSystem().WriteAtomically(folder + "/index", "changed", kPrivateFile));
      return std::make_unique<testing::FakeAdapter>(side_);
    };
  };
  EXPECT_EQ(Run({"dry-run", dir_.File("items")}), 1) << err_.str();
  EXPECT_EQ(Out()["items"].size(), 2U);
  EXPECT_EQ(Out()["refused"], 2U) << "the first says no legal basis";
  EXPECT_EQ(out_.str().find("CANARY"), std::string::npos);
  EXPECT_EQ(side_.polls + side_.finds + side_.delivers, 0);
  EXPECT_EQ(index, "known");
  EXPECT_EQ(*RealFileSystem().Read(dir_.File("journal/adapter/index")), "known");
  EXPECT_EQ(RealFileSystem().List(dir_.File("journal"))->size(), 1U) << "no journal is made";
  EXPECT_FALSE(std::filesystem::exists(folder));
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
  EXPECT_EQ(Out()["checks"][1]["reason"], "NOT_RUNNING");
  clock_.Advance(-absl::Minutes(10));
  EXPECT_EQ(Run({"health"}), 1) << "it may be dead since long";
  EXPECT_EQ(Out()["checks"][1]["reason"], "CLOCK_WENT_BACK");
  Put("journal/health.json", "{");
  EXPECT_EQ(Run({"health"}), 1);
}

}  // namespace
}  // namespace amana::runtime
