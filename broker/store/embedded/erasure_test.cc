// What erasure leaves on the disk: nothing of the body, in no file, whatever happens meanwhile.
#include "broker/store/embedded/erasure_for_test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/errors.h"
#include "proto/crypto/random.h"

namespace amana::store {
namespace {

GrantRecord RandomGrant(uint32_t number, uint32_t cert) {
  GrantRecord grant = SampleGrant(number, cert);
  grant.grant = crypto::RandomBytes(700);
  return grant;
}

// Small bodies lie within pages, large ones in pages of their own; grants come late.
TEST_F(ErasureTest, NoWindowOfWhatWasErasedIsFound) {
#ifdef __SANITIZE_THREAD__
  constexpr uint32_t kReferrals = 16;  // where the search takes the longest
#else
  constexpr uint32_t kReferrals = 40;
#endif
  std::vector<std::vector<std::string>> plain(kReferrals), stored(kReferrals);
  auto store = world_.Open().value();
  for (uint32_t i = 0; i < kReferrals; ++i) {
    const std::string body = crypto::RandomBytes(i % 3 == 0 ? 500 + 20 * i : 5300 + 720 * i);
    const GrantRecord grant = RandomGrant(i, 5);
    plain[i] = {body, grant.grant, crypto::RandomBytes(900)};
    AMANA_ASSERT_OK(store->CommitAndWait(Accept(i, body)));
    AMANA_ASSERT_OK(store->CommitAndWait([&](Transaction& tx) {
      const absl::Status added = tx.referrals().AddUpdate({SampleKey(i), 1, plain[i][2]});
      return added.ok() ? tx.referrals().AddGrant(grant) : added;
    }));
  }
  for (uint32_t i = 0; i < kReferrals; ++i) {
    ASSERT_EQ((stored[i] = Stored(i)).size(), 4u);
    EXPECT_TRUE(AnyWindowIn(world_.directory(), stored[i])) << "the search finds what is there";
  }
  const auto check = [&](uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; ++i) {
      EXPECT_FALSE(AnyWindowIn(world_.directory(), plain[i])) << i;
      EXPECT_EQ(AnyWindowIn(world_.directory(), stored[i]), i % 4 == 1) << i;
    }
  };
  for (uint32_t i = 0; i < kReferrals; ++i) {
    EXPECT_TRUE(i % 4 == 1 || store->CommitAndWait(Erase(i)).ok()) << i;
  }
  AwaitEmptyWal();
  check(0, kReferrals);
  for (uint32_t i = 0; i < kReferrals; ++i) EXPECT_EQ(Read(*store, i).ok(), i % 4 == 1) << i;
  // What comes later takes the free pages, and keeps nothing of them.
  for (uint32_t i = 100; i < 110; ++i) {
    AMANA_ASSERT_OK(store->CommitAndWait(Accept(i, crypto::RandomBytes(9400))));
  }
  store.reset();
  check(0, kReferrals);
}

TEST_F(ErasureTest, AnEquivocationGoesWithItsReferral) {
  auto store = world_.Open().value();
  StatementRecord other = SampleStatement(1);
  other.envelope = crypto::RandomBytes(900);
  AMANA_ASSERT_OK(store->CommitAndWait([&other](Transaction& tx) -> absl::Status {
    AMANA_RETURN_IF_ERROR(AcceptSample(1)(tx));
    return tx.referrals().KeepEquivocation(SampleKey(1), other).status();
  }));
  store->Close();
  EXPECT_FALSE(AnyWindowIn(world_.directory(), {other.envelope})) << "encrypted";
  std::string stored;
  {
    auto db = sqlite::Database::Open(world_.database(), {}).value();
    auto query = db->Prepare("SELECT envelope FROM statement").value();
    ASSERT_TRUE(query.Step().value());
    stored = std::string(query.Bytes(0));
  }
  EXPECT_TRUE(AnyWindowIn(world_.directory(), {stored}));
  store = world_.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(Erase(1)));
  store.reset();
  EXPECT_FALSE(AnyWindowIn(world_.directory(), {stored}));
}

// The bytes go although somebody reads the database all the time; the key goes at once.
TEST_F(ErasureTest, AReaderDelaysTheBytesAndNotTheKey) {
  auto store = world_.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(Accept(1, crypto::RandomBytes(5500))));
  const std::vector<std::string> stored = Stored(1);
  auto look = store->Read().value();
  AMANA_EXPECT_OK(look->referrals().ReadBody(SampleKey(1)));
  AMANA_ASSERT_OK(store->CommitAndWait(Erase(1)));
  EXPECT_EQ(ErrorReason(look->referrals().ReadBody(SampleKey(1)).status()), "KEY_GONE")
      << "an older view of the database has no key any more";
  AMANA_EXPECT_OK(store->Health());
  EXPECT_GT(std::filesystem::file_size(world_.database() + "-wal"), 0u);
  look.reset();
  AwaitEmptyWal();
  EXPECT_FALSE(AnyWindowIn(world_.directory(), stored));
}

// The slot of the key is whole, or half overwritten.
TEST_F(ErasureTest, ADeathBetweenCommitAndTheEndOfTheKeyIsMadeGood) {
  for (const FaultFileSystem::Call call : {FaultFileSystem::kRead, FaultFileSystem::kWrite}) {
    const uint32_t number = call + 1;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = world_.Open();
      if (!store.ok() || !(*store)->CommitAndWait(AcceptSample(number)).ok()) _exit(1);
      files_.Fail(call, 1, IoError("keys", "EIO"));
      (void)(*store)->CommitAndWait(Erase(number));
      _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), 74);
    const auto slot = [this, call] {
      return RealFileSystem().ReadRange(KeyFile(), call == FaultFileSystem::kRead ? 64 : 64 * 3,
                                        64);
    };
    const std::string key = slot().value().substr(24, 16);
    EXPECT_NE(key, std::string(16, '\0')) << "it is still there: this is about that death";
    auto store = world_.Open().value();
    EXPECT_EQ(ErrorReason(Read(*store, number)), "ERASED");
    EXPECT_EQ(slot()->substr(0, 40), std::string(1, '\2') + std::string(39, '\0'));
    AMANA_EXPECT_OK(store->CommitAndWait(AcceptSample(number + 10)).status());
    AMANA_EXPECT_OK(store->CommitAndWait(Erase(number + 10)).status());
  }
}

TEST_F(ErasureTest, AFailedFsyncOfTheKeyFileEndsTheProcess) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = world_.Open();
    if (!store.ok() || !(*store)->CommitAndWait(AcceptSample(1)).ok()) _exit(1);
    files_.Fail(FaultFileSystem::kSync, 1, FsyncFailedError("keys", "EIO"));
    (void)(*store)->CommitAndWait(Erase(1));
    _exit(2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 74);
}

TEST_F(ErasureTest, AnErasureThatIsUndoneLeavesTheKey) {
  auto store = world_.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(1)));
  EXPECT_FALSE(store
                   ->CommitAndWait([](Transaction& tx) -> absl::Status {
                     AMANA_RETURN_IF_ERROR(Erase(1)(tx));
                     return absl::AbortedError("no");
                   })
                   .ok());
  AMANA_EXPECT_OK(store->CommitAndWait(AcceptSample(2)));
  AMANA_EXPECT_OK(Read(*store, 1));
}

TEST_F(ErasureTest, ABackupOfTheDatabaseCannotBeReadOnceTheKeyCopiesHaveLapsed) {
  TempDir elsewhere;
  copies_ = elsewhere.File("copies");
  const std::string backup = elsewhere.File("store.db");
  auto store = world_.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(1)));
  AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(2)));
  const auto copies = [this] {
    std::vector<std::string> names;
    for (const std::string& name : RealFileSystem().List(copies_).value_or(names)) {
      if (name.ends_with(".amana")) names.push_back(copies_ + "/" + name);
    }
    return names;
  };
  const auto await = [](const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!condition() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(10));
    EXPECT_TRUE(condition());
  };
  await([&] { return copies().size() == 1; });
  store.reset();
  std::filesystem::copy_file(world_.database(), backup);
  const auto restore = [&](const std::string& keys) {
    std::filesystem::copy_file(backup, world_.database(),
                               std::filesystem::copy_options::overwrite_existing);
    if (!keys.empty()) {
      std::filesystem::copy_file(keys, KeyFile(),
                                 std::filesystem::copy_options::overwrite_existing);
    }
  };
  store = world_.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(Erase(1)));
  store.reset();
  std::filesystem::copy_file(KeyFile(), elsewhere.File("now"));

  restore("");
  store = world_.Open().value();
  EXPECT_EQ(ErrorReason(Read(*store, 1)), "KEY_GONE");
  AMANA_EXPECT_OK(Read(*store, 2));
  AMANA_EXPECT_OK(store->Health());
  store.reset();

  restore(copies().front());
  store = world_.Open().value();
  AMANA_EXPECT_OK(Read(*store, 1)) << "a copy that has not lapsed opens it: the search is honest";
  store.reset();

  restore(elsewhere.File("now"));
  world_.clock().Advance(absl::Hours(24));
  const std::string lapsed = copies().front();
  store = world_.Open().value();
  await([&, now = copies()]() mutable { return (now = copies()).size() == 1 && now[0] != lapsed; });
  store.reset();
  restore(copies().front());
  store = world_.Open().value();
  EXPECT_EQ(ErrorReason(Read(*store, 1)), "KEY_GONE");
  AMANA_EXPECT_OK(Read(*store, 2));
}

// The erasure stands in the database: an older key file that is put back is brought up to it.
TEST_F(ErasureTest, AKeyThatComesBackWithAnOlderKeyFileIsDestroyedAgain) {
  auto store = world_.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(1)));
  store.reset();
  const std::string before = RealFileSystem().Read(KeyFile()).value();
  store = world_.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(Erase(1)));
  store.reset();
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(KeyFile(), before, kPrivateFile));
  store = world_.Open().value();
  EXPECT_EQ(RealFileSystem().Read(KeyFile()).value()[64], 2);
}

TEST_F(ErasureTest, WithoutItsKeysTheStoreIsNotOpened) {
  auto store = world_.Open().value();
  for (uint32_t i = 0; i < 5; ++i) AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(i)));
  store.reset();
  const std::string good = RealFileSystem().Read(KeyFile()).value();
  std::filesystem::resize_file(KeyFile(), 64 * 5);
  const absl::Status truncated = world_.Open().status();
  EXPECT_EQ(ErrorReason(truncated), "KEY_FILE_TRUNCATED");
  EXPECT_NE(truncated.message().find("cannot be read without them"), std::string::npos);
  std::filesystem::remove(KeyFile());
  EXPECT_EQ(ErrorReason(world_.Open().status()), "KEY_FILE_MISSING");
  EmbeddedWorld other;
  { AMANA_ASSERT_OK(other.Open()); }
  std::filesystem::copy_file(other.directory() + "/keys.amana", KeyFile());
  EXPECT_EQ(ErrorReason(world_.Open().status()), "KEY_FILE_FOREIGN");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(KeyFile(), good, kPrivateFile));
  AMANA_EXPECT_OK(Read(*world_.Open().value(), 4));
}

TEST_F(ErasureTest, WithoutRoomForKeysNothingIsAccepted) {
  auto store = world_.Open().value();
  files_.LimitSpace(0);
  uint32_t accepted = 0;
  absl::Status status;
  for (; accepted < 200; ++accepted) {
    status = store->CommitAndWait(AcceptSample(accepted)).status();
    if (!status.ok()) break;
  }
  EXPECT_EQ(accepted, 64u);
  EXPECT_EQ(ErrorReason(status), "DISK_FULL");
  EXPECT_FALSE(store->Read().value()->referrals().Find(SampleKey(accepted)).value().has_value());
  files_.LimitSpace(std::nullopt);
  AMANA_EXPECT_OK(store->CommitAndWait(AcceptSample(accepted)));
  AMANA_EXPECT_OK(Read(*store, accepted));
}

}  // namespace
}  // namespace amana::store
