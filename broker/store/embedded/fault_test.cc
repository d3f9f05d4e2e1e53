// A disk that fills up or fails, and bytes that change on it.
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "base/sqlite.h"
#include "base/sqlite_fault.h"
#include "broker/store/embedded/testing.h"
#include "gtest/gtest.h"

namespace amana::store {
namespace {

using sqlite::FaultVfs;

constexpr const char* kVfs = "store-fault";

EmbeddedWorld FaultyWorld() {
  return EmbeddedWorld([](EmbeddedOptions& options) { options.sqlite_vfs = kVfs; });
}

// The writer probes a full disk once a second.
absl::Status HealthWithin(const Store& store, absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  while (!store.Health().ok() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(20));
  return store.Health();
}

TEST(FaultTest, AFullDiskFailsTheBatchAndTheNextOneGoesOn) {
  FaultVfs vfs(kVfs);
  EmbeddedWorld world = FaultyWorld();
  auto store = world.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(1)));
  const LogHead before = store->Read().value()->log().Head().value();
  vfs.Fail(FaultVfs::kWrite, 1, SQLITE_FULL, true);
  absl::BlockingCounter open(5);
  for (uint32_t i = 10; i < 15; ++i) {
    store->Commit(AcceptSample(i), [&open](const absl::StatusOr<BatchPtr>& outcome) {
      EXPECT_EQ(ErrorReason(outcome.status()), "DISK_FULL");
      open.DecrementCount();
    });
  }
  open.Wait();
  EXPECT_EQ(ErrorReason(store->Health()), "DISK_FULL");
  {
    const auto look = store->Read().value();
    EXPECT_EQ(look->log().Head()->size, before.size);
    EXPECT_FALSE(look->referrals().Find(SampleKey(10)).value().has_value());
  }
  vfs.Heal();
  AMANA_EXPECT_OK(HealthWithin(*store, absl::Seconds(30)));
  const auto batch = store->CommitAndWait(AcceptSample(10));
  AMANA_ASSERT_OK(batch);
  EXPECT_EQ((*batch)->head().size, before.size + 1);
  const StoredEvent event = (*batch)->Event(before.size).value();
  EXPECT_EQ(event.event.sender_counter, 2u) << "no number is lost to a commit that was not";
  EXPECT_TRUE(Proves(*(*batch)->TlogProof(before.size), event, world.log_verifier()));
  store.reset();
  AMANA_EXPECT_OK(world.Open());
}

// Fails each write of a commit in turn.
TEST(FaultTest, AFullDiskAtAnyWrite) {
  FaultVfs vfs(kVfs);
  EmbeddedWorld world = FaultyWorld();
  auto store = world.Open().value();
  uint32_t committed = 0;
  for (int nth = 1; nth <= 24; ++nth) {
    vfs.Fail(FaultVfs::kWrite, nth, SQLITE_FULL, false);
    const auto outcome = store->CommitAndWait(AcceptSample(static_cast<uint32_t>(nth)));
    vfs.Heal();
    if (outcome.ok()) ++committed;
    const auto look = store->Read().value();
    EXPECT_EQ(look->referrals().Find(SampleKey(static_cast<uint32_t>(nth))).value().has_value(),
              outcome.ok());
    EXPECT_EQ(look->log().Head()->size, committed + 1);
  }
  store.reset();
  auto again = world.Open();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->Read().value()->log().Head()->size, committed + 1);
}

TEST(FaultTest, AFailingDiskMakesTheStoreUnavailable) {
  FaultVfs vfs(kVfs);
  EmbeddedWorld world = FaultyWorld();
  auto store = world.Open().value();
  vfs.Fail(FaultVfs::kWrite, 1, SQLITE_IOERR_WRITE, true);
  EXPECT_EQ(ErrorReason(store->CommitAndWait(AcceptSample(1)).status()), "STORE_UNAVAILABLE");
  EXPECT_FALSE(store->Health().ok());
  vfs.Heal();
  AMANA_EXPECT_OK(HealthWithin(*store, absl::Seconds(30)));
  AMANA_EXPECT_OK(store->CommitAndWait(AcceptSample(1)));
}

TEST(FaultTest, AFailedFsyncEndsTheProcess) {
  EmbeddedWorld world = FaultyWorld();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    FaultVfs vfs(kVfs);
    auto store = world.Open();
    if (!store.ok()) _exit(1);
    vfs.Fail(FaultVfs::kSync, 1, SQLITE_IOERR_FSYNC);
    (void)(*store)->CommitAndWait(AcceptSample(1));
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 74);
}

// --- bytes that change

class CorruptionTest : public testing::Test {
 protected:
  // A store with one referral, a grant, an answer, a consent, a withdrawal; closed.
  void SetUp() override {
    auto store = world_.Open().value();
    AMANA_ASSERT_OK(store->CommitAndWait([](Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(AcceptSample(1)(tx));
      AMANA_RETURN_IF_ERROR(tx.referrals().AddGrant(SampleGrant(1, 5)));
      AMANA_RETURN_IF_ERROR(
          tx.deliveries().KeepAnswer(SampleDelivery(1).key, "seen", SampleStatement(1)));
      AMANA_RETURN_IF_ERROR(tx.consents().Register(SampleConsent(1, 1), SampleStatement(2)));
      AMANA_RETURN_IF_ERROR(
          tx.consents().RegisterExclusion(SampleExclusion(1), SampleStatement(3)));
      AMANA_RETURN_IF_ERROR(
          tx.consents().Withdraw(SampleId<ConsentId>(1), SampleTime(), SampleStatement(4)));
      AMANA_RETURN_IF_ERROR(tx.reconsiderations().Begin(SampleReconsideration(1)).status());
      AMANA_RETURN_IF_ERROR(tx.erasures().Settle(SampleKey(1), {Ending::kEnded, {}, SampleTime()}));
      const HoldRecord hold{SampleKey(1).sender, SampleKey(1).referral, SampleKey(1).sender, true,
                            1};
      AMANA_RETURN_IF_ERROR(tx.erasures().SetHold(hold, {}));
      AMANA_RETURN_IF_ERROR(tx.directory().RecordRegistry(SampleId<Digest>(1)));
      return tx.directory().RememberCertificate(SampleId<CertId>(1), "SYNTHETIC");
    }));
    store->Close();
    std::filesystem::copy_file(world_.database(), world_.directory() + "/good");
  }
  void CopyBack() {
    std::filesystem::copy_file(world_.directory() + "/good", world_.database(),
                               std::filesystem::copy_options::overwrite_existing);
  }
  void Change(const std::string& sql) {
    auto db = sqlite::Database::Open(world_.database(), {}).value();
    AMANA_ASSERT_OK(db->Exec(sql));
  }
  // Opens, reads once, and closes.
  absl::Status Reading(const std::function<absl::Status(const Snapshot&)>& read) {
    auto store = world_.Open();
    if (!store.ok()) return store.status();
    absl::Status status = read(*(*store)->Read().value());
    EXPECT_EQ((*store)->Health().ok(), !absl::IsDataLoss(status));
    return status;
  }

  EmbeddedWorld world_;
};

TEST_F(CorruptionTest, ARowThatDoesNotMatchItsDigestIsRefused) {
  using Read = std::function<absl::Status(const Snapshot&)>;
  const StatementKey key = SampleKey(1);
  const Read tasks = [key](const Snapshot& s) { return s.referrals().Tasks(key).status(); };
  const Read delivery = [](const Snapshot& s) {
    return s.deliveries().Find(SampleDelivery(1).key).status();
  };
  const Read subject = [](const Snapshot& s) {
    return s.consents().OfSubject(SampleId<Pseudonym>(1)).status();
  };
  const std::pair<const char*, Read> kCases[] = {
      {"UPDATE referral SET urgency = urgency - 1",
       [key](const Snapshot& s) { return s.referrals().Find(key).status(); }},
      {"UPDATE referral SET body = zeroblob(length(body))",
       [key](const Snapshot& s) { return s.referrals().ReadBody(key).status(); }},
      {"UPDATE referral SET tag = zeroblob(16)",
       [key](const Snapshot& s) { return s.referrals().Find(key).status(); }},
      {"UPDATE referral SET log_end = log_end + 1",
       [key](const Snapshot& s) { return s.referrals().Find(key).status(); }},
      {"UPDATE task SET state = state + 1", tasks},
      {"UPDATE task SET agency = 'Not A Token'", tasks},
      {"UPDATE task SET decide_at = decide_at + 1", tasks},
      {"UPDATE task SET decide_at = NULL", tasks},
      {"UPDATE reconsideration SET cause_shown = 0",
       [](const Snapshot& s) { return s.reconsiderations().Find(1).status(); }},
      {"UPDATE wrap_grant SET unit = 'night'",
       [key](const Snapshot& s) {
         return s.referrals().FindGrant(key, SampleId<CertId>(5)).status();
       }},
      {"UPDATE delivery SET lease_epoch = 9", delivery},
      {"UPDATE delivery SET disclosed = 1", delivery},
      {"UPDATE statement SET log_index = log_index + 1",
       [](const Snapshot& s) {
         return s.deliveries().FindAnswer(SampleDelivery(1).key, "seen").status();
       }},
      {"UPDATE consent SET facts = zeroblob(length(facts))", subject},
      {"UPDATE withdrawal SET at = at + 1", subject},
      {"UPDATE exclusion SET facts = zeroblob(length(facts))", subject},
      {"UPDATE legal_hold SET held = 0",
       [key](const Snapshot& s) { return s.erasures().IsHeld(key.sender, key.referral).status(); }},
      {"UPDATE registry_load SET registry = zeroblob(32)",
       [](const Snapshot& s) { return s.directory().RegistryDigest().status(); }},
      {"UPDATE certificate SET der = x'00'",
       [](const Snapshot& s) {
         return s.directory().FindCertificate(SampleId<CertId>(1)).status();
       }},
      {"UPDATE event SET seed = zeroblob(32) WHERE log_index = 1",
       [](const Snapshot& s) { return s.log().ReadEvents(1, 1).status(); }},
  };
  for (const auto& [change, read] : kCases) {
    AMANA_EXPECT_OK(Reading(read)) << change;
    Change(change);
    EXPECT_EQ(ErrorReason(Reading(read)), "STORE_CORRUPT") << change;
    CopyBack();
  }
}

TEST_F(CorruptionTest, WhatIsToBeDoneLeavesOutWhatCannotBeRead) {
  {
    auto store = world_.Open().value();
    AMANA_ASSERT_OK(store->CommitAndWait([](Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(AcceptSample(2)(tx));
      DeliveryRecord due = SampleDelivery(2);
      due.due = SampleTime();
      return tx.deliveries().Move(due.state, due);
    }));
  }
  Change("UPDATE task SET state = state + 1 WHERE referral = 1");
  Change("UPDATE delivery SET lease_epoch = 9, due = 1 WHERE referral = 1");
  auto store = world_.Open().value();
  const auto look = store->Read().value();
  const absl::Time late = SampleTime() + absl::Hours(24 * 365);
  const StatementKey second = SampleKey(2);
  const auto expired = look->referrals().ExpiredTasks(late, 1).value();
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].key.referral, second);
  const auto next = look->deliveries().NextQueued(SampleDelivery(1).recipient).value();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->key.task.referral, second);
  const auto due = look->deliveries().Due(late, 1).value();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].key.task.referral, second);
  const auto to_decide = look->referrals().TasksToDecide(late, 1).value();
  ASSERT_EQ(to_decide.size(), 1u);
  EXPECT_EQ(to_decide[0].key.referral, second);
  EXPECT_EQ(ErrorReason(store->Health()), "STORE_CORRUPT");
}

TEST_F(CorruptionTest, AReviewThatCannotBeReadKeepsNoOtherFromComingDue) {
  {
    auto store = world_.Open().value();
    AMANA_ASSERT_OK(store->CommitAndWait([](Transaction& tx) -> absl::Status {
      for (const uint64_t opened_by : {1, 2}) {
        AMANA_RETURN_IF_ERROR(tx.grounds().OpenReview({.referral = SampleKey(1),
                                                       .opened_by = opened_by,
                                                       .kind = ReviewKind::kOverride,
                                                       .opened = SampleTime(),
                                                       .due = SampleTime()}));
      }
      return absl::OkStatus();
    }));
  }
  Change("UPDATE review SET opened = opened + 1 WHERE opened_by = 1");
  auto store = world_.Open().value();
  const auto look = store->Read().value();
  const auto due = look->grounds().DueReviews(SampleTime(), 1).value();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].opened_by, 2u);
  EXPECT_EQ(look->grounds().OpenReviews(SampleKey(1))->size(), 1u);
  EXPECT_EQ(ErrorReason(store->Health()), "STORE_CORRUPT");
}

TEST_F(CorruptionTest, NothingIsErasedBeforeItsTimeBecauseARowHasChanged) {
  Change("UPDATE legal_hold SET held = 0");
  const SettledBefore all = [](Ending, codes::CategorySet) { return SampleTime(); };
  for (const char* change : {"UPDATE settled SET since = 0", "UPDATE settled SET ending = 9",
                             "UPDATE settled SET categories = 128"}) {
    Change(change);
    auto store = world_.Open().value();
    EXPECT_TRUE(store->Read().value()->erasures().Due(all, 9)->empty()) << change;
    EXPECT_EQ(ErrorReason(store->Health()), "STORE_CORRUPT") << change;
  }
  auto store = world_.Open().value();
  const auto erased = store->CommitAndWait(
      [](Transaction& tx) { return tx.erasures().Erase(SampleKey(1)).status(); });
  EXPECT_EQ(ErrorReason(erased.status()), "STORE_CORRUPT");
}

TEST_F(CorruptionTest, AWorkThatReadsACorruptRowFails) {
  Change("UPDATE counter SET value = 7");
  auto store = world_.Open().value();
  EXPECT_EQ(ErrorReason(store->CommitAndWait(AcceptSample(2)).status()), "STORE_CORRUPT");
  EXPECT_EQ(ErrorReason(store->Health()), "STORE_CORRUPT");
}

TEST_F(CorruptionTest, ALogThatDoesNotFitItsCheckpointIsNotOpened) {
  const std::pair<const char*, const char*> kCases[] = {
      {"UPDATE event SET commitment = zeroblob(32) WHERE log_index = 0", "LOG_INCONSISTENT"},
      {"DELETE FROM event WHERE log_index = 1", "LOG_INCONSISTENT"},
      {"INSERT INTO event SELECT 2, referral, fields, seed, commitment, digest FROM event "
       "WHERE log_index = 1",
       "LOG_INCONSISTENT"},
      {"DELETE FROM log_head", "LOG_INCONSISTENT"},
      {"UPDATE log_head SET frontier = zeroblob(9)", "STORE_CORRUPT"},
      {"UPDATE log_head SET time = time - 1", "STORE_CORRUPT"},
  };
  for (const auto& [change, reason] : kCases) {
    CopyBack();
    Change(change);
    EXPECT_EQ(ErrorReason(world_.Open().status()), reason) << change;
  }
  CopyBack();
  EmbeddedOptions other_key = world_.options();
  other_key.log_key = crypto::Ed25519PrivateKey::Generate().value();
  EXPECT_EQ(ErrorReason(OpenEmbeddedStore(other_key).status()), "LOG_INCONSISTENT");
  EmbeddedOptions other_origin = world_.options();
  other_origin.origin = "other.example/amana";
  EXPECT_EQ(ErrorReason(OpenEmbeddedStore(other_origin).status()), "LOG_INCONSISTENT");
  AMANA_EXPECT_OK(world_.Open());
}

TEST_F(CorruptionTest, AFileThatIsNoDatabaseIsNotOpened) {
  std::filesystem::resize_file(world_.database(), 5000);
  EXPECT_FALSE(world_.Open().ok());
}

}  // namespace
}  // namespace amana::store
