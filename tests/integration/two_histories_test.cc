// A broker whose operator shows two histories: its store and keys are copied, and each copy goes on
// by itself under one log key. The witness cosigns only one and keeps the proof; two auditors, each
// of whom sees an honest log, notice as soon as they compare; and a third party who has nothing but
// the log's public key can judge what they print.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"
#include "tests/support/witness_process.h"

namespace amana::tests {
namespace {

using Json = nlohmann::json;

// What the check of this name says in `amana audit verify`.
Json CheckOf(const Ran& verified, std::string_view name) {
  for (const Json& check : verified.said.value("checks", Json::array())) {
    if (check.value("name", "") == name) return check;
  }
  return {};
}

// An auditor's `amana audit gossip` that serves.
struct Gossiper {
  explicit Gossiper(const std::vector<std::string>& command) {
    ChildOptions options;
    options.command = command;
    child = ChildProcess::Start(options).value();
    const auto line = child->ReadLine(absl::Seconds(20));
    AMANA_EXPECT_OK(line);
    url = line.ok() ? Json::parse(*line).value("url", "") : "";
  }
  int Stop() {
    child->Signal(SIGTERM);
    const std::optional<int> status = child->Wait(absl::Seconds(20));
    return status && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
  }

  std::unique_ptr<ChildProcess> child;
  std::string url;
};

class TwoHistoriesTest : public testing::Test {
 protected:
  TwoHistoriesTest()
      : witness_(dir_.File("witness"), "w.example/one"), world_(Settings(witness_.settings())) {}

  static WorldOptions Settings(const std::string& witness) {
    WorldOptions options;
    options.broker_settings =
        witness + "[witnesses]\nquorum = 1\ntimeout = \"2s\"\nretry_longest = \"1s\"\n";
    return options;
  }

  // One history up to here, cosigned; from here on two.
  void SetUp() override {
    witness_.Start(LogVkey());
    AMANA_ASSERT_OK(broker_.Start());
    WaitWitnessed(DoSomething("agency.toml"));
    AMANA_ASSERT_OK(broker_.Stop());
    std::filesystem::copy(world_.data_dir(), dir_.File("data"),
                          std::filesystem::copy_options::recursive);
    AMANA_ASSERT_OK(broker_.Start());
    StartOther();
  }
  std::string LogVkey() const { return world_.File("broker/log.vkey"); }
  std::string Config(const std::string& endpoint, const std::string& file) const {
    return world_.File("endpoints/" + endpoint + "/" + file);
  }
  std::string Believing() const {
    world_.Write("endpoints/police/believing.toml",
                 "witnesses = [\"" + witness_.vkey() + "\"]\nwitness_quorum = 1\n" +
                     world_.Read("endpoints/police/agency.toml"));
    return Config("police", "believing.toml");
  }
  void WaitWitnessed(uint64_t index) const {
    ASSERT_EQ(RunAmana({"--config", Believing(), "audit", "wait", std::to_string(index),
                        "--witnessed", "--timeout", "20s"})
                  .code,
              0);
  }
  // The copy, with the same keys and the same witness, as other.toml of each endpoint finds it.
  void StartOther() {
    world_.Write("broker/other.toml",
                 absl::StrReplaceAll(world_.Read("broker/broker.toml"),
                                     {{world_.data_dir(), dir_.File("data")}}));
    ChildOptions options;
    options.command = {ProgramPath("amana-broker"), "--config", world_.File("broker/other.toml"),
                       "--listen", "127.0.0.1:0"};
    options.stderr_file = dir_.File("other.log");
    auto child = ChildProcess::Start(options);
    AMANA_ASSERT_OK(child.status());
    other_ = *std::move(child);
    const auto line = other_->ReadLine(absl::Seconds(20));
    ASSERT_TRUE(line.ok()) << RealFileSystem().Read(dir_.File("other.log")).value_or("");
    const int port = Json::parse(*line).value("port", 0);
    for (const std::string endpoint : {"police", "auditor"}) {
      world_.Write("endpoints/" + endpoint + "/other.toml",
                   absl::StrReplaceAll(world_.Read("endpoints/" + endpoint + "/agency.toml"),
                                       {{absl::StrCat("127.0.0.1:", broker_.port()),
                                         absl::StrCat("127.0.0.1:", port)}}));
    }
  }
  // An event that this broker takes; its index.
  uint64_t DoSomething(const std::string& config) {
    const auto endpoint =
        Endpoint::Open(Config("police", config), dir_.File("mail-" + config)).value();
    const auto queued = endpoint->sender().QueueConsent(SampleConsent(absl::Now()));
    const auto sent = endpoint->sender().Send(queued.value().entry);
    AMANA_EXPECT_OK(sent.status());
    return sent.ok() ? sent->log_index : 0;
  }
  Ran Mirror(const std::string& config, const std::string& folder) {
    return RunAmana({"--config", Config("auditor", config), "audit", "mirror", dir_.File(folder)});
  }
  Ran Verify(const std::string& config, const std::string& folder, const std::string& other) {
    return RunAmana({"--config", Config("auditor", config), "audit", "verify", dir_.File(folder),
                     "--other-checkpoint", other});
  }

  // Each serves what it sees, and asks the other; both keep the proof, and every later look at
  // either mirror says so.
  void Gossiping(const std::string& note_a, const std::string& note_b);
  // No broker, no keys but the log's public one, the mirror's files and the note.
  void ThirdParty(const std::string& mirror, const std::string& note);
  std::vector<std::string> Gossips(const std::string& folder) const {
    return {ProgramPath("amana"), "--json", "audit",   "gossip",
            dir_.File(folder),    "--vkey", LogVkey(), "--serve",
            "127.0.0.1:0"};
  }

  TempDir dir_;
  WitnessProcess witness_;
  BrokerWorld world_;
  BrokerProcess broker_{world_};
  std::unique_ptr<ChildProcess> other_;
};

void TwoHistoriesTest::Gossiping(const std::string& note_a, const std::string& note_b) {
  const Ran alone = RunAmana(
      {"audit", "gossip", "--vkey", LogVkey(), dir_.File("a"), "--peer", dir_.File("nobody")});
  EXPECT_EQ(alone.code, 3) << alone.said.dump(1);
  Gossiper one(Gossips("a")), two(Gossips("b"));
  ASSERT_FALSE(one.url.empty() || two.url.empty());
  const Ran asked_b = RunAmana({"audit", "gossip", "--vkey", LogVkey(), dir_.File("a"), "--peer",
                                two.url, "--peer", note_b});
  const Ran asked_a = RunAmana({"audit", "gossip", "--vkey", LogVkey(), dir_.File("b"), "--peer",
                                one.url, "--peer", note_a});
  for (const Ran* asked : {&asked_a, &asked_b}) {
    EXPECT_EQ(asked->code, 4) << asked->said.dump(1);
    // One of them is the shorter and cannot tell yet of the newest; by the note both can.
    EXPECT_NE(asked->said["peers"][0]["state"], "TROUBLE") << asked->said.dump(1);
    EXPECT_EQ(asked->said["peers"][1]["state"], "FORKED") << asked->said.dump(1);
    ASSERT_GE(asked->said["forks"].size(), 1u);
    const Ran judged = RunAmana(
        {"audit", "fork", "--vkey", LogVkey(), asked->said["forks"][0].get<std::string>()});
    EXPECT_EQ(judged.code, 4) << judged.said.dump(1);
    EXPECT_NE(judged.said.value("one", ""), judged.said.value("other", ""));
  }
  for (const std::string folder : {"a", "b"}) {
    const Ran later = RunAmana(
        {"--config", Config("auditor", "agency.toml"), "audit", "verify", dir_.File(folder)});
    EXPECT_EQ(later.code, 4);
    EXPECT_EQ(CheckOf(later, "EQUIVOCATION").value("error", ""), "LOG_FORKED");
  }
  EXPECT_EQ(one.Stop(), 4);
  EXPECT_EQ(two.Stop(), 4);
}

void TwoHistoriesTest::ThirdParty(const std::string& mirror, const std::string& note) {
  std::filesystem::create_directories(dir_.File("third"));
  std::filesystem::copy(dir_.File(mirror) + "/tile", dir_.File("third") + "/tile",
                        std::filesystem::copy_options::recursive);
  std::filesystem::copy_file(dir_.File(mirror) + "/checkpoint", dir_.File("third") + "/checkpoint");
  const Ran judged = RunAmana(
      {"audit", "verify", "--vkey", LogVkey(), dir_.File("third"), "--other-checkpoint", note});
  EXPECT_EQ(judged.code, 4) << judged.said.dump(1);
  EXPECT_EQ(CheckOf(judged, "EQUIVOCATION").value("error", ""), "LOG_FORKED");
  std::filesystem::remove_all(dir_.File("third"));
}

TEST_F(TwoHistoriesTest, TheWitnessAndBothAuditorsNoticeAndAnybodyCanJudge) {
  WaitWitnessed(DoSomething("agency.toml"));
  DoSomething("other.toml");
  // The witness has cosigned one; offered the other, it refuses and keeps both, signed by one key.
  ASSERT_TRUE(WaitUntil(absl::Seconds(15), [&] { return witness_.Evidence().code == 4; }));
  const Ran evidence = witness_.Evidence();
  EXPECT_EQ(evidence.said[0]["origin"], "test.amana.example/log");
  EXPECT_EQ(evidence.said[0]["kind"], "FORK");
  EXPECT_TRUE(WaitUntil(absl::Seconds(15), [&] {
    return RealFileSystem().Read(dir_.File("other.log"))->find("LOG_FORKED_AT_WITNESS") !=
           std::string::npos;
  }));

  // Each auditor alone sees an honest log.
  ASSERT_EQ(Mirror("agency.toml", "a").code, 0);
  ASSERT_EQ(Mirror("other.toml", "b").code, 0);
  for (const std::string folder : {"a", "b"}) {
    const Ran alone = RunAmana(
        {"--config", Config("auditor", "agency.toml"), "audit", "verify", dir_.File(folder)});
    EXPECT_EQ(alone.code, 0) << alone.said.dump(1);
  }

  // The auditors exchange their newest checkpoints, and see it once their mirrors are as long.
  const std::string note_a = dir_.File("a.checkpoint"), note_b = dir_.File("b.checkpoint");
  std::filesystem::copy_file(dir_.File("a/checkpoint"), note_a);
  std::filesystem::copy_file(dir_.File("b/checkpoint"), note_b);
  for (int i = 0; i < 3; ++i) {
    DoSomething("agency.toml");
    DoSomething("other.toml");
  }
  ASSERT_EQ(Mirror("agency.toml", "a").code, 0);
  ASSERT_EQ(Mirror("other.toml", "b").code, 0);
  const Ran by_a = Verify("agency.toml", "a", note_b);
  const Ran by_b = Verify("other.toml", "b", note_a);
  for (const Ran* verified : {&by_a, &by_b}) {
    EXPECT_EQ(verified->code, 4) << verified->said.dump(1);
    EXPECT_EQ(verified->said.value("verdict", ""), "TAMPERED");
    EXPECT_EQ(CheckOf(*verified, "EQUIVOCATION").value("error", ""), "LOG_FORKED");
    EXPECT_EQ(CheckOf(*verified, "REPLAY").value("outcome", ""), "PASSED");
  }

  Gossiping(note_a, note_b);
  other_.reset();
  AMANA_ASSERT_OK(broker_.Stop());
  ThirdParty("a", note_b);
  ThirdParty("b", note_a);

  // What the witness printed: two notes of one size are all that it takes.
  world_.Write("held", evidence.said[0].value("held", ""));
  world_.Write("offered", evidence.said[0].value("offered", ""));
  const Ran judged = RunAmana({"audit", "verify", "--vkey", LogVkey(), "--checkpoint",
                               world_.File("held"), "--other-checkpoint", world_.File("offered")});
  EXPECT_EQ(judged.code, 4) << judged.said.dump(1);
  EXPECT_EQ(CheckOf(judged, "EQUIVOCATION").value("error", ""), "LOG_FORKED");
}

}  // namespace
}  // namespace amana::tests
