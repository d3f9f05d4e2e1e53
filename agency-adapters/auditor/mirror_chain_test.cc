#include "agency-adapters/auditor/mirror_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/sdk/log_succession.h"
#include "agency-adapters/sdk/succession_for_test.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::auditor {
namespace {

using sdk::testing::FakeBroker;
using sdk::testing::RecoveredLog;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr uint64_t kKept = 300;
constexpr uint64_t kNewest = 310;

FileSystem& Files() { return RealFileSystem(); }

// A log that is mirrored, ends, and goes on as another.
class MirrorChainTest : public ::testing::Test {
 protected:
  MirrorChainTest() {
    Grow(kKept);
    kept_ = one_.Checkpoint();
    Grow(kNewest);
    newest_ = one_.Checkpoint();
    two_ = Recover(one_, kKept, kept_, newest_, "log.example/two");
  }
  void Grow(uint64_t to) {
    while (one_.log_size() < to) one_.Append({});
  }
  absl::Status Mirror(FakeBroker& broker, const std::string& folder) {
    broker.answers["/amana.v1.AuditService/GetCertificate"] = [](const std::string&) {
      return absl::NotFoundError("no such certificate");
    };
    AMANA_RETURN_IF_ERROR(Files().CreateDirectories(folder));
    AMANA_ASSIGN_OR_RETURN(const auto book, MirrorBook::Open(folder));
    return Follow(*broker.Connect(), Files(), folder, broker.log(), *book).status();
  }
  std::string Continued(const FakeBroker& log, const std::vector<std::string>& accepted) {
    const auto folder = GoOn(Files(), dir_.path(), accepted, log.log());
    return folder.ok() ? folder->substr(dir_.path().size()) : ErrorReason(folder.status());
  }
  CheckResult Judged(size_t at, std::vector<v1::Receipt> receipts = {},
                     std::vector<std::string> notes = {}) {
    const auto logs = LogsOf(Files(), dir_.path()).value();
    const sdk::Identity identity = sdk::testing::PoliceIdentity(logs[at].begun->new_log());
    return CheckStep({Files(), at == 0 ? nullptr : &logs[at - 1], logs[at],
                      sdk::CheckSuccession(logs[at].statement, identity).status(),
                      std::move(receipts), std::move(notes)});
  }
  std::string Reason(size_t at = 1) { return ErrorReason(Judged(at).failure); }

  TempDir dir_;
  FakeBroker one_{3, "log.example/one"};
  std::string kept_, newest_;
  RecoveredLog two_;
};

TEST_F(MirrorChainTest, AnOrdinaryMirrorIsOneLog) {
  EXPECT_EQ(Continued(one_, {}), "");
  AMANA_ASSERT_OK(Mirror(one_, dir_.path()));
  EXPECT_EQ(Continued(one_, {two_.statement}), "");
  const auto logs = LogsOf(Files(), dir_.path()).value();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_FALSE(logs[0].begun.has_value());
  EXPECT_THAT(OriginsOf(Files(), logs), ElementsAre("log.example/one"));
}

TEST_F(MirrorChainTest, GoesOnAndLosesNothingOfTheOldLog) {
  AMANA_ASSERT_OK(Mirror(one_, dir_.path()));
  const std::string old = Files().Read(dir_.File("checkpoint")).value();
  // Nobody has accepted it.
  EXPECT_EQ(Continued(*two_.log, {}), "");
  EXPECT_EQ(LogsOf(Files(), dir_.path())->size(), 1u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Continued(*two_.log, {two_.statement}), "/next");
    AMANA_ASSERT_OK(Mirror(*two_.log, dir_.File("next")));
  }
  EXPECT_EQ(Files().Read(dir_.File("checkpoint")).value(), old);
  const auto logs = LogsOf(Files(), dir_.path()).value();
  EXPECT_THAT(OriginsOf(Files(), logs), ElementsAre("log.example/one", "log.example/two"));
  AMANA_EXPECT_OK(CheckGoesOn(Files(), &logs[0], logs[1]));
  const CheckResult judged = Judged(1);
  AMANA_EXPECT_OK(judged.failure);
  EXPECT_THAT(judged.why, HasSubstr("log.example/one has ended: of it entries 300 to 309 may be "
                                    "lost, and here are entries 300 to 309"));
}

TEST_F(MirrorChainTest, WhatMayBeLostAndIsNotHereIsNamed) {
  struct Case {
    uint64_t mirrored;
    std::string lost;
  };
  for (const Case& c : {Case{305, "entries 305 to 309"}, Case{100, "entries 300 to 309"}}) {
    const TempDir dir;
    // As much of the old log as was mirrored when it ended.
    one_.Truncate(c.mirrored);
    AMANA_ASSERT_OK(Mirror(one_, dir.path()));
    AMANA_ASSERT_OK(GoOn(Files(), dir.path(), {two_.statement}, two_.log->log()).status());
    AMANA_ASSERT_OK(Mirror(*two_.log, dir.File("next")));
    const auto logs = LogsOf(Files(), dir.path()).value();
    const CheckResult judged = CheckStep({Files(), &logs[0], logs[1], absl::OkStatus()});
    EXPECT_EQ(ErrorReason(judged.failure), "ENTRIES_LOST");
    EXPECT_EQ(VerdictOf(judged.failure), Verdict::kIncomplete);
    EXPECT_THAT(std::string(judged.failure.message()), HasSubstr(c.lost));
    EXPECT_THAT(judged.why, HasSubstr("entries 300 to 309 may be lost"));
  }
}

// Two who opened the new log can only say what they knew. What somebody else was shown is told.
TEST_F(MirrorChainTest, ALossThatIsGreaterThanWasSaidIsTold) {
  one_.Append({});
  const std::string later = one_.Checkpoint();
  AMANA_ASSERT_OK(GoOn(Files(), dir_.path(), {two_.statement}, two_.log->log()).status());
  AMANA_ASSERT_OK(Mirror(*two_.log, dir_.path()));
  EXPECT_THAT(Judged(0, {}, {newest_}).why, Not(HasSubstr("knew nothing of")));
  const std::string told = "those who signed knew nothing of entry 310, which the log had";
  EXPECT_THAT(Judged(0, {}, {later}).why, HasSubstr(told));
  EXPECT_THAT(Judged(0, {one_.ReceiptOf(7)}).why, HasSubstr(told));
}

TEST_F(MirrorChainTest, AMirrorOfAnotherHistoryThanIsSaidDoesNotGoOn) {
  one_.Fork();
  one_.shows = [](uint64_t index) { return index > 0; };
  AMANA_ASSERT_OK(Mirror(one_, dir_.path()));
  EXPECT_EQ(Continued(*two_.log, {two_.statement}), "LOG_FORKED");
  EXPECT_EQ(LogsOf(Files(), dir_.path())->size(), 1u);
}

TEST_F(MirrorChainTest, ASuccessorWithoutTheKeptEntriesIsFound) {
  one_.Truncate(100);  // all that was mirrored is kept, so only the new log can contradict it
  AMANA_ASSERT_OK(Mirror(one_, dir_.path()));
  AMANA_ASSERT_OK(GoOn(Files(), dir_.path(), {two_.statement}, two_.log->log()).status());
  two_.log->Fork();
  two_.log->shows = [](uint64_t index) { return index > 0; };
  AMANA_ASSERT_OK(Mirror(*two_.log, dir_.File("next")));
  EXPECT_EQ(Reason(), "LOG_FORKED");
}

TEST_F(MirrorChainTest, TheSuccessorsFirstEntryMustBeTheStatement) {
  AMANA_ASSERT_OK(Mirror(one_, dir_.path()));
  AMANA_ASSERT_OK(GoOn(Files(), dir_.path(), {two_.statement}, two_.log->log()).status());
  two_.log->Truncate(kKept);
  AMANA_ASSERT_OK(Mirror(*two_.log, dir_.File("next")));
  EXPECT_EQ(Reason(), "LOG_INCOMPLETE");
  two_.log->Append({});
  AMANA_ASSERT_OK(Mirror(*two_.log, dir_.File("next")));
  EXPECT_EQ(Reason(), "LOG_TAMPERED");
}

TEST_F(MirrorChainTest, AChangedStatementIsFound) {
  AMANA_ASSERT_OK(Mirror(one_, dir_.path()));
  AMANA_ASSERT_OK(GoOn(Files(), dir_.path(), {two_.statement}, two_.log->log()).status());
  AMANA_ASSERT_OK(Mirror(*two_.log, dir_.File("next")));
  v1::SignedRecovery file;
  ASSERT_TRUE(file.ParseFromString(two_.statement));
  file.mutable_signatures()->RemoveLast();
  AMANA_ASSERT_OK(
      Files().WriteAtomically(dir_.File("next/succession"), file.SerializeAsString(), kPublicFile));
  EXPECT_EQ(Reason(), "RECOVERY_UNSIGNED");
  AMANA_ASSERT_OK(Files().WriteAtomically(dir_.File("next/succession"), "x", kPublicFile));
  EXPECT_EQ(ErrorReason(LogsOf(Files(), dir_.path()).status()), "RECOVERY_INVALID");
}

TEST_F(MirrorChainTest, TwoRecoveriesInARowAreBothFollowed) {
  AMANA_ASSERT_OK(Mirror(one_, dir_.path()));
  two_.log->Append({});
  const std::string kept = two_.log->Checkpoint();
  const uint64_t size = two_.log->log_size();
  two_.log->Append({});
  const RecoveredLog three =
      Recover(*two_.log, size, kept, two_.log->Checkpoint(), "log.example/three");
  // The second was not mirrored while it was there.
  EXPECT_EQ(Continued(*three.log, {three.statement, two_.statement}), "/next/next");
  AMANA_ASSERT_OK(Mirror(*three.log, dir_.File("next/next")));
  EXPECT_EQ(Continued(*three.log, {three.statement, two_.statement}), "/next/next");
  const auto logs = LogsOf(Files(), dir_.path()).value();
  EXPECT_THAT(OriginsOf(Files(), logs),
              ElementsAre("log.example/one", "log.example/two", "log.example/three"));
  EXPECT_EQ(Reason(1), "");
  EXPECT_EQ(Reason(2), "ENTRIES_LOST");
  AMANA_ASSERT_OK(Mirror(*two_.log, dir_.File("next")));
  EXPECT_EQ(Reason(2), "");
}

TEST_F(MirrorChainTest, AMirrorMayBeginWithASuccessor) {
  EXPECT_EQ(Continued(*two_.log, {two_.statement}), "");
  AMANA_ASSERT_OK(Mirror(*two_.log, dir_.path()));
  const CheckResult judged = Judged(0);
  AMANA_EXPECT_OK(judged.failure);
  EXPECT_THAT(judged.why, HasSubstr("nothing of that is here"));
  // Receipts of the old log: of kept entries they are proven by the new one.
  v1::Receipt kept = one_.ReceiptOf(7);
  AMANA_EXPECT_OK(Judged(0, {kept}).failure);
  EXPECT_EQ(ErrorReason(Judged(0, {one_.ReceiptOf(305)}).failure), "ENTRIES_LOST");
  EXPECT_EQ(ErrorReason(Judged(0, {two_.log->ReceiptOf(7)}).failure), "NOTE_UNTRUSTED");
  one_.Fork();
  EXPECT_EQ(VerdictOf(Judged(0, {one_.ReceiptOf(0)}).failure), Verdict::kTampered);
}

}  // namespace
}  // namespace amana::auditor
