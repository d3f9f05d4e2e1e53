#include "broker/audit/rollback_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/durable_file_fault.h"
#include "base/errors.h"
#include "base/testing.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/merkle.h"

namespace amana::audit {
namespace {

using testing::HasSubstr;

constexpr char kOrigin[] = "test.amana.example/log";
constexpr absl::Duration kPatience = absl::Seconds(20);

class RollbackGuardTest : public testing::Test {
 protected:
  RollbackGuardTest()
      : key_(*crypto::Ed25519PrivateKey::Generate()),
        signer_(*transparency::NoteSigner::Create(kOrigin, key_)) {}
  ~RollbackGuardTest() override {
    for (const auto& store : stores_) store->Close();
  }

  store::Store& Open(const std::string& name) {
    stores_.push_back(*store::OpenEmbeddedStore(
        {.directory = dir_.File(name), .clock = &clock_, .log_key = key_, .origin = kOrigin}));
    return *stores_.back();
  }
  static void Append(store::Store& store, int events) {
    AMANA_ASSERT_OK(store.CommitAndWait([&](store::Transaction& tx) -> absl::Status {
      for (int i = 0; i < events; ++i) {
        events::Event event;
        event.kind = v1::EVENT_KIND_AUDIT_READ;
        AMANA_RETURN_IF_ERROR(tx.log().Append(event).status());
      }
      return absl::OkStatus();
    }));
  }
  static store::LogHead Head(store::Store& store) { return *(*store.Read())->log().Head(); }

  std::unique_ptr<RollbackGuard> Guard() {
    return std::make_unique<RollbackGuard>(
        &fault_,
        RollbackGuard::Options{.file = file_,
                               .pause = absl::Milliseconds(1),
                               .retry = absl::Milliseconds(10),
                               .patience = absl::Milliseconds(50)},
        signer_, [this](const absl::Status& status) {
          absl::MutexLock lock(&mu_);
          told_.emplace_back(status.ok() ? "OK" : ErrorReason(status));
        });
  }
  // What a start says.
  std::string StartReason(store::Store* store, bool accept_new = false) {
    const auto guard = Guard();
    absl::Status status = guard->Begin(store != nullptr, accept_new);
    if (status.ok() && store != nullptr) status = guard->CheckStore(**store->Read());
    EXPECT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
    return std::string(ErrorReason(status));
  }
  uint64_t SizeOnDisk() {
    const auto note = RealFileSystem().Read(file_);
    if (!note.ok()) return 0;
    return transparency::OpenCheckpoint(*note, signer_.verifier())->checkpoint.size();
  }
  bool SizeBecomes(uint64_t size) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (SizeOnDisk() != size && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
    return SizeOnDisk() == size;
  }

  TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  FaultFileSystem fault_{RealFileSystem()};
  const std::string file_ = dir_.File("guard/checkpoint");
  crypto::Ed25519PrivateKey key_;
  transparency::NoteSigner signer_;
  std::vector<std::unique_ptr<store::Store>> stores_;
  absl::Mutex mu_;
  std::vector<std::string> told_;
};

TEST_F(RollbackGuardTest, BeginsWithTheLogAndFollowsIt) {
  EXPECT_EQ(StartReason(nullptr), "");
  EXPECT_EQ(SizeOnDisk(), 0u);
  AMANA_EXPECT_OK(RealFileSystem().Read(file_).status());
  EXPECT_EQ(StartReason(nullptr), "");  // died before there was a store

  store::Store& store = Open("store");
  const auto guard = Guard();
  AMANA_ASSERT_OK(guard->Begin(true, false));
  EXPECT_FALSE(guard->LogHasBegun());
  AMANA_ASSERT_OK(guard->CheckStore(**store.Read()));
  guard->Start();
  EXPECT_TRUE(SizeBecomes(1));
  store.SetCommitListener([&](const std::vector<Address>&, const store::CommittedBatch& batch) {
    guard->Note(batch.head());
  });
  Append(store, 3);
  EXPECT_TRUE(SizeBecomes(4));
  for (int i = 0; i < 50; ++i) Append(store, 1);
  guard->Note(Head(store));                         // the listener may come after the answer
  guard->Note(store::LogHead{2, Digest(), "old"});  // an older one changes nothing
  guard->Stop();
  EXPECT_EQ(SizeOnDisk(), 54u);
  AMANA_EXPECT_OK(guard->Health());
  EXPECT_EQ(StartReason(&store), "");
  const auto again = Guard();
  AMANA_ASSERT_OK(again->Begin(true, false));
  EXPECT_TRUE(again->LogHasBegun());
}

TEST_F(RollbackGuardTest, AnOldCopyAndAnotherHistoryAreRefused) {
  store::Store& store = Open("store");
  store::Store& copy = Open("copy");  // another LOG_OPENED: another history from the first leaf on
  Append(store, 300);
  EXPECT_EQ(StartReason(&store, /*accept_new=*/true), "");
  EXPECT_EQ(SizeOnDisk(), 301u);
  EXPECT_EQ(StartReason(&store), "");

  EXPECT_EQ(StartReason(&copy), "LOG_BEHIND_GUARD");
  Append(copy, 299);
  EXPECT_EQ(StartReason(&copy), "LOG_BEHIND_GUARD");
  Append(copy, 1);
  EXPECT_EQ(StartReason(&copy), "LOG_FORKED_AT_GUARD");
  Append(copy, 300);
  EXPECT_EQ(StartReason(&copy), "LOG_FORKED_AT_GUARD");
  EXPECT_EQ(StartReason(nullptr), "LOG_BEHIND_GUARD");  // no store at all
  EXPECT_EQ(SizeOnDisk(), 301u);                        // whoever is refused leaves no trace

  const auto guard = Guard();
  AMANA_ASSERT_OK(guard->Begin(true, false));
  const absl::Status refused = guard->CheckStore(**copy.Read());
  EXPECT_THAT(std::string(refused.message()), HasSubstr("at 301 entries"));
  Append(store, 5);
  EXPECT_EQ(StartReason(&store), "");  // it may lag
}

TEST_F(RollbackGuardTest, OneThatIsGoneIsNotMadeAnewUnasked) {
  store::Store& store = Open("store");
  EXPECT_EQ(StartReason(&store), "GUARD_MISSING");
  EXPECT_FALSE(RealFileSystem().Exists(file_).value());
  EXPECT_EQ(StartReason(&store, true), "");
  EXPECT_EQ(SizeOnDisk(), 1u);
  EXPECT_EQ(StartReason(&store, true), "GUARD_NOT_NEW");
  AMANA_ASSERT_OK(RealFileSystem().Remove(file_));
  EXPECT_EQ(StartReason(&store), "GUARD_MISSING");
  EXPECT_EQ(StartReason(nullptr, true), "");  // a log that begins is no harm, whatever is said
  EXPECT_EQ(SizeOnDisk(), 0u);
}

TEST_F(RollbackGuardTest, WhatTheLogDidNotSignIsNoGuard) {
  store::Store& store = Open("store");
  const auto other = *transparency::NoteSigner::Create("other.example/log",
                                                       *crypto::Ed25519PrivateKey::Generate());
  const auto empty =
      *transparency::Checkpoint::Create("other.example/log", 0, transparency::EmptyRoot());
  const std::string good = Head(store).checkpoint;
  for (const std::string& text :
       {std::string(), std::string("nonsense"), *transparency::SignCheckpoint(empty, other),
        good.substr(0, good.size() - 1)}) {
    AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(FolderOf(file_)));
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(file_, text, kPublicFile));
    EXPECT_EQ(StartReason(&store), "GUARD_FOREIGN") << text;
    EXPECT_EQ(StartReason(&store, true), "GUARD_FOREIGN") << text;
  }
}

TEST_F(RollbackGuardTest, AFullDiskIsToldAndKeepsNobodyWaiting) {
  store::Store& store = Open("store");
  ASSERT_EQ(StartReason(&store, true), "");
  const auto guard = Guard();
  AMANA_ASSERT_OK(guard->Begin(true, false));
  AMANA_ASSERT_OK(guard->CheckStore(**store.Read()));
  guard->Start();
  store.SetCommitListener([&](const std::vector<Address>&, const store::CommittedBatch& batch) {
    guard->Note(batch.head());
  });
  fault_.LimitSpace(0);
  Append(store, 3);
  const absl::Time deadline = absl::Now() + kPatience;
  while (guard->Health().ok() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
  EXPECT_EQ(ErrorReason(guard->Health()), "DISK_FULL");
  Append(store, 3);  // the store goes on
  EXPECT_EQ(SizeOnDisk(), 1u);
  fault_.LimitSpace(std::nullopt);
  EXPECT_TRUE(SizeBecomes(7));
  guard->Stop();
  AMANA_EXPECT_OK(guard->Health());
  absl::MutexLock lock(&mu_);
  EXPECT_EQ(told_, (std::vector<std::string>{"DISK_FULL", "OK"}));
}

TEST_F(RollbackGuardTest, ADiskThatHangsIsTold) {
  store::Store& store = Open("store");
  ASSERT_EQ(StartReason(&store, true), "");
  const auto guard = Guard();  // not started: nobody writes
  AMANA_ASSERT_OK(guard->Begin(true, false));
  AMANA_ASSERT_OK(guard->CheckStore(**store.Read()));
  AMANA_EXPECT_OK(guard->Health());
  Append(store, 1);
  guard->Note(Head(store));
  const absl::Time deadline = absl::Now() + kPatience;
  while (guard->Health().ok() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
  EXPECT_EQ(ErrorReason(guard->Health()), "GUARD_LAGS");
}

TEST_F(RollbackGuardTest, ANewOneThatCannotBeWrittenStopsTheStart) {
  store::Store& store = Open("store");
  const auto guard = Guard();
  AMANA_ASSERT_OK(guard->Begin(true, true));
  fault_.LimitSpace(0);
  EXPECT_EQ(ErrorReason(guard->CheckStore(**store.Read())), "DISK_FULL");
  fault_.Fail(FaultFileSystem::kRead, 1, IoError("guard", "synthetic"));
  EXPECT_EQ(ErrorReason(Guard()->Begin(true, true)), "IO_ERROR");  // not the same as missing
}

}  // namespace
}  // namespace amana::audit
