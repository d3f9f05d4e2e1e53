// The broker and its witnesses, as programs: evidence becomes WITNESSED, a witness that is away
// keeps nobody waiting, and an old copy of the store, or another history under the log's name, is
// noticed by those who have seen more.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"
#include "tests/support/witness_process.h"

namespace amana::tests {
namespace {

class WitnessTest : public testing::Test {
 protected:
  WitnessTest()
      : one_(dir_.File("one"), "w.example/one"),
        two_(dir_.File("two"), "w.example/two"),
        three_(dir_.File("three"), "w.example/three"),
        world_(Settings(one_.settings() + two_.settings() + three_.settings() +
                        "[witnesses]\nquorum = 2\ntimeout = \"2s\"\nretry_longest = \"1s\"\n")) {}

  static WorldOptions Settings(const std::string& broker) {
    WorldOptions options;
    options.broker_settings = broker;
    return options;
  }
  void SetUp() override {
    for (WitnessProcess* witness : {&one_, &two_, &three_}) witness->Start(LogVkey());
    AMANA_ASSERT_OK(broker_.Start());
    TrustWitnesses();
  }
  std::string LogVkey() const { return world_.File("broker/log.vkey"); }
  // What police/desk believes.
  void TrustWitnesses() {
    const std::string file = world_.agency_config("police");
    const std::string text = "witnesses = [\"" + one_.vkey() + "\", \"" + two_.vkey() + "\", \"" +
                             three_.vkey() + "\"]\nwitness_quorum = 2\n" +
                             RealFileSystem().Read(file).value();
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(Believing(), text, kPublicFile));
  }
  bool Logged(const std::string& what) const {
    return broker_.LogEnd().find(what) != std::string::npos;
  }
  std::string Believing() const { return world_.File("endpoints/police/believing.toml"); }
  Ran Wait(uint64_t index, const std::string& timeout = "40s") {
    return RunAmana({"--config", Believing(), "audit", "wait", std::to_string(index), "--witnessed",
                     "--timeout", timeout});
  }
  // So many events of the police's own; the index of the last.
  uint64_t DoSomething(int events = 1) {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    uint64_t index = 0;
    for (int i = 0; i < events; ++i) {
      const auto queued = endpoint->sender().QueueConsent(SampleConsent(absl::Now()));
      AMANA_EXPECT_OK(queued);
      const auto sent = endpoint->sender().Send(queued->entry);
      AMANA_EXPECT_OK(sent);
      if (sent.ok()) index = sent->log_index;
    }
    return index;
  }
  void CopyData(const std::string& from, const std::string& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  }

  TempDir dir_;
  WitnessProcess one_, two_, three_;
  BrokerWorld world_;
  BrokerProcess broker_{world_};
};

TEST_F(WitnessTest, EvidenceBecomesWitnessedAndWhoIsAwayHoldsUpNobody) {
  const uint64_t first = DoSomething();
  Ran waited = Wait(first);
  ASSERT_EQ(waited.code, 0) << waited.said;
  EXPECT_EQ(waited.said["state"], "WITNESSED");
  EXPECT_GE(waited.said["witnesses"].size(), 2u);
  EXPECT_EQ(waited.said["index"], first);

  three_.Kill();
  waited = Wait(DoSomething());
  ASSERT_EQ(waited.code, 0) << waited.said;
  EXPECT_EQ(waited.said["witnesses"].size(), 2u);

  // Without a quorum submissions are answered as ever; only WITNESSED is waited for in vain.
  two_.Kill();
  const uint64_t unseen = DoSomething();
  EXPECT_GT(unseen, first);
  EXPECT_EQ(Wait(unseen, "1s").code, 1);
  EXPECT_EQ(Wait(first).code, 0);

  two_.Start(LogVkey());
  EXPECT_EQ(Wait(unseen).code, 0);
  AMANA_ASSERT_OK(broker_.Stop());
  three_.Start(LogVkey());
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_EQ(Wait(DoSomething()).code, 0);
  for (WitnessProcess* witness : {&one_, &two_, &three_}) {
    EXPECT_EQ(witness->Evidence().code, 0) << witness->name();
    witness->Stop();
  }
}

TEST_F(WitnessTest, AnOldCopyOfTheStoreIsNotSignedWith) {
  AMANA_ASSERT_OK(broker_.Stop());
  CopyData(world_.data_dir(), dir_.File("old"));
  AMANA_ASSERT_OK(broker_.Start());
  ASSERT_EQ(Wait(DoSomething()).code, 0);
  AMANA_ASSERT_OK(broker_.Stop());
  CopyData(world_.data_dir(), dir_.File("new"));

  // Not even the files of the log that stand beside the store would tell.
  CopyData(dir_.File("old"), world_.data_dir());
  EXPECT_FALSE(broker_.Start().ok());
  EXPECT_TRUE(Logged("LOG_BEHIND_WITNESS")) << broker_.LogEnd();

  // Nobody looks: the old copy goes on, as another history. Those who look later keep the proof.
  one_.Kill();
  two_.Kill();
  three_.Kill();
  broker_.set_directory = false;
  AMANA_ASSERT_OK(broker_.Start());
  DoSomething(10);
  for (WitnessProcess* witness : {&one_, &two_, &three_}) witness->Start(LogVkey());
  EXPECT_TRUE(WaitUntil(absl::Seconds(40), [&] { return one_.Evidence().code != 0; }));
  const Ran evidence = one_.Evidence();
  ASSERT_GE(evidence.said.size(), 1u) << evidence.said;
  EXPECT_EQ(evidence.said[0]["origin"], "test.amana.example/log");
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] { return Logged("LOG_FORKED_AT_WITNESS"); }));
  AMANA_ASSERT_OK(broker_.Stop());

  EXPECT_FALSE(broker_.Start().ok());  // now that they are there
  EXPECT_TRUE(Logged("LOG_FORKED_AT_WITNESS")) << broker_.LogEnd();
  CopyData(dir_.File("new"), world_.data_dir());
  AMANA_EXPECT_OK(broker_.Start());
}

}  // namespace
}  // namespace amana::tests
