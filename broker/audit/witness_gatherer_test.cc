#include "broker/audit/witness_gatherer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>

#include "absl/synchronization/notification.h"
#include "base/testing.h"
#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/cosignature.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note.h"
#include "proto/transparency/witness_request.h"

namespace amana::audit {
namespace {

using transparency::Cosigner;
using transparency::NoteVerifier;

constexpr char kOrigin[] = "test.amana.example/log";
constexpr absl::Duration kPatience = absl::Seconds(20);

// What the standard asks of a witness, and ways not to do it.
class FakeWitness {
 public:
  explicit FakeWitness(const std::string& name)
      : cosigner_(*Cosigner::Create(name, *crypto::Ed25519PrivateKey::Generate())) {}

  NoteVerifier key() const { return cosigner_.verifier(); }

  http::Response Answer(const http::Request& request) {
    absl::MutexLock lock(&mu_);
    if (request.method == "GET") {
      return note_.empty() ? http::Response{.status = 404} : http::Response{.body = note_};
    }
    const auto asked = *transparency::ParseWitnessRequest(request.body);
    const auto checkpoint =
        *transparency::Checkpoint::Parse(transparency::ParseNote(asked.checkpoint)->text);
    const bool same = checkpoint.size() == size_ && checkpoint.root() != root_;
    if (asked.old_size != size_ || same) {
      return {
          .status = 409, .content_type = "text/x.tlog.size", .body = std::to_string(size_) + "\n"};
    }
    if (!transparency::VerifyConsistency(size_, checkpoint.size(), root_, checkpoint.root(),
                                         asked.proof)
             .ok()) {
      return {.status = 422};
    }
    size_ = checkpoint.size();
    root_ = checkpoint.root();
    note_ = asked.checkpoint;
    return {.body = *transparency::FormatSignatureLine(
                        *cosigner_.Cosign(checkpoint.Text(), 1'900'000'000)) +
                    "\n"};
  }
  void See(uint64_t size, const Digest& root, const std::string& note) {
    absl::MutexLock lock(&mu_);
    size_ = size;
    root_ = root;
    note_ = note;
  }
  uint64_t size() {
    absl::MutexLock lock(&mu_);
    return size_;
  }

 private:
  const Cosigner cosigner_;
  absl::Mutex mu_;
  uint64_t size_ = 0;
  Digest root_ = transparency::EmptyRoot();
  std::string note_;
};

// A store in which something happens between a look at it and what is made of that look.
class BusyStore : public store::Store {
 public:
  BusyStore(store::Store* store, std::function<void()> meanwhile)
      : store_(store), meanwhile_(std::move(meanwhile)) {}

  absl::StatusOr<std::unique_ptr<store::Snapshot>> Read() const override {
    auto snapshot = store_->Read();
    AMANA_RETURN_IF_ERROR((*snapshot)->log().Head().status());
    if (!happened_.exchange(true)) meanwhile_();
    return snapshot;
  }
  void Commit(store::Work work, store::Done done) override {
    store_->Commit(std::move(work), std::move(done));
  }
  void SetCommitListener(store::CommitListener listener) override {
    store_->SetCommitListener(std::move(listener));
  }
  absl::Status Health() const override { return store_->Health(); }
  void Close() override { store_->Close(); }

 private:
  store::Store* const store_;
  const std::function<void()> meanwhile_;
  mutable std::atomic<bool> happened_ = false;
};

class WitnessGathererTest : public testing::Test {
 protected:
  WitnessGathererTest()
      : key_(*crypto::Ed25519PrivateKey::Generate()),
        signer_(*transparency::NoteSigner::Create(kOrigin, key_)),
        store_(*store::OpenEmbeddedStore({.directory = dir_.File("store"),
                                          .clock = &clock_,
                                          .log_key = key_,
                                          .origin = kOrigin})) {
    for (const std::string name : {"w.example/a", "w.example/b", "w.example/c"}) {
      witnesses_.push_back(std::make_unique<FakeWitness>(name));
    }
  }
  ~WitnessGathererTest() override { store_->Close(); }

  void Append(int events) {
    AMANA_ASSERT_OK(store_->CommitAndWait([&](store::Transaction& tx) -> absl::Status {
      for (int i = 0; i < events; ++i) {
        events::Event event;
        event.kind = v1::EVENT_KIND_AUDIT_READ;
        AMANA_RETURN_IF_ERROR(tx.log().Append(event).status());
      }
      return absl::OkStatus();
    }));
  }
  store::LogHead Head() { return *(*store_->Read())->log().Head(); }

  // A witness that is down does not answer; one that is held answers when it is let go.
  absl::StatusOr<http::Response> Call(const http::Request& request) {
    const size_t which = static_cast<size_t>(request.path.at(8) - 'a');
    absl::Notification* held = nullptr;
    {
      absl::MutexLock lock(&mu_);
      if (down_[which])
        return MakeError(absl::StatusCode::kUnavailable, "HTTP_UNREACHABLE", "", "");
      held = held_[which];
    }
    if (held != nullptr) held->WaitForNotification();
    return witnesses_[which]->Answer(request);
  }
  void SetDown(size_t which, bool down) {
    absl::MutexLock lock(&mu_);
    down_[which] = down;
  }

  std::unique_ptr<WitnessGatherer> Gatherer(int quorum, const store::Store* store = nullptr) {
    WitnessGatherer::Options options;
    for (size_t i = 0; i < witnesses_.size(); ++i) {
      options.peers.push_back(
          {witnesses_[i]->key(), "https://" + std::string(1, static_cast<char>('a' + i)) + "/x"});
    }
    options.quorum = quorum;
    options.pause = absl::Milliseconds(1);
    options.backoff = absl::Milliseconds(1);
    return std::make_unique<WitnessGatherer>(
        store == nullptr ? store_.get() : store, &RealFileSystem(), dir_.File("witnessed"),
        signer_.verifier(), options, [this](const http::Request& request) { return Call(request); },
        [this](const std::string& name, const absl::Status& status) {
          absl::MutexLock lock(&mu_);
          told_[name] = std::string(ErrorReason(status));
        });
  }
  // Until the newest is of this size and has so many cosignatures.
  WitnessedCheckpoint WaitFor(WitnessGatherer& gatherer, uint64_t size, int cosignatures) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      const auto newest = gatherer.Newest();
      if (newest && newest->size == size && newest->cosignatures >= cosignatures) return *newest;
      absl::SleepFor(absl::Milliseconds(1));
    }
    ADD_FAILURE() << "no checkpoint of " << size << " with " << cosignatures << " cosignatures";
    return {};
  }
  std::string WaitTold(const std::string& name, const std::string& reason) {
    const absl::Time deadline = absl::Now() + kPatience;
    std::string told;
    while (absl::Now() < deadline && told != reason) {
      absl::MutexLock lock(&mu_);
      told = told_.contains(name) ? told_[name] : "nothing";
      if (told != reason) mu_.AwaitWithTimeout(absl::Condition(&never_), absl::Milliseconds(1));
    }
    return told;
  }
  std::vector<NoteVerifier> Keys() {
    std::vector<NoteVerifier> keys;
    for (const auto& witness : witnesses_) keys.push_back(witness->key());
    return keys;
  }

  TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'900'000'000)};
  crypto::Ed25519PrivateKey key_;
  transparency::NoteSigner signer_;
  std::unique_ptr<store::Store> store_;
  std::vector<std::unique_ptr<FakeWitness>> witnesses_;
  absl::Mutex mu_;
  bool never_ = false;
  bool down_[3] = {};
  absl::Notification* held_[3] = {};
  std::map<std::string, std::string> told_;
};

TEST_F(WitnessGathererTest, AllCosignEveryCheckpointThatIsBroughtToThem) {
  const auto gatherer = Gatherer(2);
  EXPECT_FALSE(gatherer->Newest().has_value());
  gatherer->Start();
  for (const int more : {0, 1, 300, 2}) {
    if (more > 0) Append(more);
    gatherer->Poke();
    const WitnessedCheckpoint newest = WaitFor(*gatherer, Head().size, 3);
    const auto opened = transparency::OpenCheckpoint(newest.note, signer_.verifier(), Keys());
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->checkpoint.root(), Head().root);
    EXPECT_EQ(opened->witnesses.size(), 3u);
  }
}

TEST_F(WitnessGathererTest, AQuorumIsEnoughAndWhoWasDownCatchesUp) {
  SetDown(2, true);
  const auto gatherer = Gatherer(2);
  gatherer->Start();
  WaitFor(*gatherer, Head().size, 2);
  Append(7);
  gatherer->Poke();
  WaitFor(*gatherer, Head().size, 2);
  EXPECT_EQ(WaitTold("w.example/c", "HTTP_UNREACHABLE"), "HTTP_UNREACHABLE");
  EXPECT_EQ(witnesses_[2]->size(), 0u);
  SetDown(2, false);
  WaitFor(*gatherer, Head().size, 3);
  EXPECT_EQ(WaitTold("w.example/c", ""), "");
  EXPECT_TRUE(IsOk(gatherer->Alarm()));
}

TEST_F(WitnessGathererTest, ASlowOneHoldsUpNobody) {
  absl::Notification go;
  held_[0] = &go;
  const auto gatherer = Gatherer(2);
  gatherer->Start();
  for (int i = 0; i < 5; ++i) {
    Append(3);
    gatherer->Poke();
    WaitFor(*gatherer, Head().size, 2);
  }
  go.Notify();
  WaitFor(*gatherer, Head().size, 3);
}

// The last commit before a quiet hour would wait for the next one.
TEST_F(WitnessGathererTest, WhatIsCommittedWhileTheLastIsLookedAtIsNotForgotten) {
  const uint64_t size = Head().size;
  WitnessGatherer* running = nullptr;
  const BusyStore busy(store_.get(), [&] {
    Append(3);
    running->Poke();
  });
  const auto gatherer = Gatherer(2, &busy);  // its threads end before the store that they read
  running = gatherer.get();
  gatherer->Start();
  WaitFor(*gatherer, size + 3, 3);
}

TEST_F(WitnessGathererTest, WithoutAQuorumNothingIsWitnessed) {
  SetDown(0, true);
  SetDown(1, true);
  const auto gatherer = Gatherer(2);
  gatherer->Start();
  EXPECT_EQ(WaitTold("w.example/a", "HTTP_UNREACHABLE"), "HTTP_UNREACHABLE");
  EXPECT_EQ(WaitTold("w.example/b", "HTTP_UNREACHABLE"), "HTTP_UNREACHABLE");
  EXPECT_FALSE(gatherer->Newest().has_value());
}

TEST_F(WitnessGathererTest, WhatWasWitnessedIsThereAfterARestart) {
  uint64_t size = 0;
  {
    const auto gatherer = Gatherer(3);
    gatherer->Start();
    size = WaitFor(*gatherer, Head().size, 3).size;
  }
  EXPECT_EQ(Gatherer(3)->Newest()->size, size);
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(dir_.File("witnessed"), Head().checkpoint, kPublicFile));
  EXPECT_FALSE(Gatherer(1)->Newest().has_value());  // cosigned by nobody
}

TEST_F(WitnessGathererTest, AStoreThatIsBehindOrDifferentIsNoticedBeforeAnythingIsSigned) {
  EXPECT_TRUE(IsOk(Gatherer(2)->CheckStore()));  // they know nothing yet
  const auto seen = [&](uint64_t size, const Digest& root) {
    const auto checkpoint = *transparency::Checkpoint::Create(kOrigin, size, root);
    witnesses_[1]->See(size, root, *transparency::SignCheckpoint(checkpoint, signer_));
  };
  const store::LogHead old = Head();
  Append(5);
  seen(old.size, old.root);
  EXPECT_TRUE(IsOk(Gatherer(2)->CheckStore()));
  seen(Head().size, Head().root);
  EXPECT_TRUE(IsOk(Gatherer(2)->CheckStore()));

  const Digest other = crypto::Sha256("another history");
  seen(old.size, other);
  EXPECT_EQ(ErrorReason(Gatherer(2)->CheckStore()), "LOG_FORKED_AT_WITNESS");
  seen(Head().size + 1, other);
  EXPECT_EQ(ErrorReason(Gatherer(2)->CheckStore()), "LOG_BEHIND_WITNESS");
  SetDown(1, true);  // may not keep the broker from starting
  EXPECT_TRUE(IsOk(Gatherer(2)->CheckStore()));
  EXPECT_EQ(WaitTold("w.example/b", "HTTP_UNREACHABLE"), "HTTP_UNREACHABLE");
}

TEST_F(WitnessGathererTest, AnotherHistoryAtAWitnessIsToldWhileRunning) {
  const store::LogHead old = Head();
  const auto other =
      *transparency::Checkpoint::Create(kOrigin, old.size, crypto::Sha256("another history"));
  witnesses_[0]->See(other.size(), other.root(), *transparency::SignCheckpoint(other, signer_));
  const auto ahead =
      *transparency::Checkpoint::Create(kOrigin, old.size + 100, crypto::Sha256("another history"));
  witnesses_[1]->See(ahead.size(), ahead.root(), *transparency::SignCheckpoint(ahead, signer_));
  Append(5);
  const auto gatherer = Gatherer(1);
  SetDown(0, true);  // one failure does not hide another
  EXPECT_EQ(ErrorReason(gatherer->CheckStore()), "LOG_BEHIND_WITNESS");
  EXPECT_EQ(WaitTold("w.example/a", "HTTP_UNREACHABLE"), "HTTP_UNREACHABLE");
  SetDown(0, false);
  gatherer->Start();
  EXPECT_EQ(WaitTold("w.example/a", "LOG_FORKED_AT_WITNESS"), "LOG_FORKED_AT_WITNESS");
  EXPECT_EQ(WaitTold("w.example/b", "LOG_BEHIND_WITNESS"), "LOG_BEHIND_WITNESS");
  EXPECT_EQ(WaitFor(*gatherer, Head().size, 1).cosignatures, 1);
  EXPECT_FALSE(gatherer->Alarm().ok());
}

// Or any witness could stop the broker.
TEST_F(WitnessGathererTest, AWitnessThatClaimsWhatTheLogHasNotSignedAlarmsNobody) {
  witnesses_[0]->See(Head().size + 1000, crypto::Sha256("a claim"), "");
  witnesses_[1]->See(Head().size, crypto::Sha256("a claim"), "a claim");
  const auto gatherer = Gatherer(1);
  gatherer->Start();
  EXPECT_EQ(WaitTold("w.example/a", "WITNESS_REFUSED"), "WITNESS_REFUSED");
  EXPECT_EQ(WaitTold("w.example/b", "WITNESS_REFUSED"), "WITNESS_REFUSED");
  WaitFor(*gatherer, Head().size, 1);
  EXPECT_TRUE(IsOk(gatherer->Alarm()));
}

}  // namespace
}  // namespace amana::audit
