#include "agency-adapters/auditor/gossip.h"

#include <gtest/gtest.h>

#include <map>

#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::auditor {
namespace {

using sdk::testing::FakeBroker;

class GossipTest : public testing::Test {
 protected:
  void SetUp() override { Mirror(); }
  void Mirror() {
    const auto book = MirrorBook::Open(dir_.path()).value();
    AMANA_ASSERT_OK(
        Follow(*broker_.Connect(), RealFileSystem(), dir_.path(), broker_.log(), *book).status());
  }
  PeerReport Ask(const std::string& note) {
    shown_["peer"] = note;
    const auto reports = gossip_.Round({"peer"});
    AMANA_EXPECT_OK(reports);
    return reports.ok() ? reports->at(0) : PeerReport{};
  }
  size_t Forks() { return ForksOf(RealFileSystem(), dir_.path())->size(); }
  // Of the same key, with another first entry, so long.
  std::string OfOtherHistory(uint64_t size) {
    broker_.Fork();
    const uint64_t now = broker_.log_size();
    for (uint64_t i = now; i < size; ++i) broker_.Append({});
    std::string note = broker_.Checkpoint();
    broker_.Truncate(now);
    broker_.Fork();  // back again
    return note;
  }

  TempDir dir_;
  FakeBroker broker_{700};
  std::map<std::string, absl::StatusOr<std::string>> shown_;
  Gossip gossip_{RealFileSystem(), dir_.path(), broker_.log(),
                 [this](const std::string& peer) { return shown_.at(peer); }};
};

TEST_F(GossipTest, PeersOfOneLogAgreeNowOrLater) {
  const std::string here = broker_.Checkpoint();
  EXPECT_EQ(gossip_.newest(), "");
  EXPECT_EQ(Ask(here).state, PeerState::kAgrees);
  EXPECT_EQ(gossip_.newest(), here);
  for (int i = 0; i < 300; ++i) broker_.Append({});
  const std::string longer = broker_.Checkpoint();
  PeerReport report = Ask(longer);
  EXPECT_EQ(report.state, PeerState::kAhead);
  EXPECT_EQ(report.size, 1000u);
  Mirror();
  EXPECT_EQ(Ask(here).state, PeerState::kAgrees);  // shorter, and what was ahead is done with
  EXPECT_EQ(Ask(longer).state, PeerState::kAgrees);
  EXPECT_EQ(Forks(), 0u);
}

TEST_F(GossipTest, AnotherHistoryIsProvenAndKept) {
  const std::string shorter = OfOtherHistory(700);
  for (int i = 0; i < 33; ++i) broker_.Append({});
  Mirror();
  for (const std::string& other : {shorter, OfOtherHistory(733)}) {
    const PeerReport report = Ask(other);
    EXPECT_EQ(report.state, PeerState::kForked);
    const auto fork = ReadFork(RealFileSystem(), report.evidence);
    AMANA_ASSERT_OK(fork);
    AMANA_EXPECT_OK(JudgeFork(*fork, broker_.log()));
    EXPECT_EQ(fork->one, broker_.Checkpoint());
    EXPECT_EQ(Ask(other).evidence, report.evidence);  // once more: nothing new
  }
  EXPECT_EQ(Forks(), 2u);
  // A peer of this history still agrees: whose checkpoint it was is known by the evidence alone.
  EXPECT_EQ(Ask(broker_.Checkpoint()).state, PeerState::kAgrees);
}

TEST_F(GossipTest, WhatWasAheadIsComparedOnceTheMirrorIsAsLong) {
  const std::string other = OfOtherHistory(750);
  EXPECT_EQ(Ask(other).state, PeerState::kAhead);
  for (int i = 0; i < 60; ++i) broker_.Append({});
  Mirror();
  // The peer has gone, or hides what it showed; another process compares.
  Gossip after_a_start(RealFileSystem(), dir_.path(), broker_.log(),
                       [](const std::string&) { return absl::UnavailableError("away"); });
  const auto reports = after_a_start.Round({"peer"});
  AMANA_ASSERT_OK(reports);
  EXPECT_EQ(reports->at(0).state, PeerState::kForked);
  EXPECT_EQ(Forks(), 1u);
  EXPECT_EQ(after_a_start.Round({"peer"})->at(0).state, PeerState::kTrouble);
}

TEST_F(GossipTest, TwoPeersAheadAreComparedWithEachOther) {
  shown_["a"] = OfOtherHistory(750);
  for (int i = 0; i < 50; ++i) broker_.Append({});
  shown_["b"] = broker_.Checkpoint();
  const auto reports = gossip_.Round({"a", "b"});
  AMANA_ASSERT_OK(reports);
  EXPECT_EQ(reports->at(0).state, PeerState::kAhead);
  EXPECT_EQ(reports->at(1).state, PeerState::kForked);
  AMANA_EXPECT_OK(
      JudgeFork(ReadFork(RealFileSystem(), reports->at(1).evidence).value(), broker_.log()));
}

TEST_F(GossipTest, RubbishIsThePeersTroubleAlone) {
  const std::string good = broker_.Checkpoint();
  const struct {
    const char* name;
    std::string note, reason;
  } cases[] = {{"nothing", "", "NOTE_MALFORMED"},
               {"no note", "hello\n", "NOTE_MALFORMED"},
               {"cut", good.substr(0, good.size() / 2), "NOTE_MALFORMED"},
               {"another log's", FakeBroker(700).Checkpoint(), "NOTE_UNTRUSTED"}};
  for (const auto& c : cases) {
    const PeerReport report = Ask(c.note);
    EXPECT_EQ(report.state, PeerState::kTrouble) << c.name;
    EXPECT_EQ(ErrorReason(report.trouble), c.reason) << c.name;
  }
  EXPECT_EQ(Forks(), 0u);
  EXPECT_EQ(Ask(good).state, PeerState::kAgrees);
}

TEST_F(GossipTest, AMirrorThatHasRottedAccusesNobodyAndServesNothing) {
  const auto rot = [&](const std::string& tile) {
    std::string bytes = RealFileSystem().Read(dir_.File(tile)).value();
    bytes[17] ^= 1;
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File(tile), bytes, kPublicFile));
  };
  // A tile that only the tree of a shorter checkpoint needs.
  broker_.Truncate(100);
  shown_["peer"] = broker_.Checkpoint();
  rot("tile/0/000");
  EXPECT_EQ(ErrorReason(gossip_.Round({"peer"}).status()), "LOG_TAMPERED");
  EXPECT_EQ(Forks(), 0u);
  // One that this mirror's own checkpoint needs.
  Gossip other(RealFileSystem(), dir_.path(), broker_.log(), nullptr);
  rot("tile/0/002.p/188");
  EXPECT_EQ(ErrorReason(other.Round({}).status()), "LOG_TAMPERED");
  EXPECT_EQ(other.newest(), "");
}

TEST_F(GossipTest, ServesItsCheckpointAndReadsThoseOfOthers) {
  const auto server = ServeNewest(gossip_, {});
  AMANA_ASSERT_OK(server);
  http::ClientOptions options;
  options.max_body = kMaxPeerNote;
  const auto client = http::Client::Create(options).value();
  const PeerReader read = ReadPeer(*client, RealFileSystem());
  const std::string url = "http://" + (*server)->address();
  EXPECT_EQ(ErrorReason(read(url).status()), "PEER_REFUSED");  // it has looked at nothing yet
  AMANA_ASSERT_OK(gossip_.Round({}));
  EXPECT_EQ(read(url).value(), broker_.Checkpoint());
  EXPECT_EQ(read(url + "/").value(), broker_.Checkpoint());
  EXPECT_EQ(read(dir_.File("checkpoint")).value(), broker_.Checkpoint());

  const auto status = [&](const std::string& method, const std::string& path) {
    return client->Call({.method = method, .path = url + path})->status;
  };
  EXPECT_EQ(status("GET", "/"), 404);
  EXPECT_EQ(status("GET", "/tile/0/000"), 404);
  EXPECT_EQ(status("GET", "/events.db"), 404);
  EXPECT_EQ(status("POST", "/checkpoint"), 405);

  EXPECT_EQ(ErrorReason(read(dir_.File("nobody")).status()), "FILE_NOT_FOUND");
  EXPECT_EQ(ErrorReason(read("http://127.0.0.1:1").status()), "HTTP_UNREACHABLE");
  const std::string large(kMaxPeerNote + 1, 'x');
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("large"), large, kPublicFile));
  EXPECT_EQ(ErrorReason(read(dir_.File("large")).status()), "PEER_NOTE_TOO_LARGE");
  const auto huge =
      http::Server::Start({}, [&](const http::Request&) { return http::Response{.body = large}; });
  EXPECT_EQ(ErrorReason(read("http://" + (*huge)->address()).status()), "HTTP_ANSWER_TOO_LARGE");
}

}  // namespace
}  // namespace amana::auditor
