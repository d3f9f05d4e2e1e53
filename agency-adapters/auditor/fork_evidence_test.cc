#include "agency-adapters/auditor/fork_evidence.h"

#include <gtest/gtest.h>

#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/transparency/checkpoint.h"

namespace amana::auditor {
namespace {

using sdk::testing::FakeBroker;

Digest RootOf(const std::string& note, const transparency::NoteVerifier& log) {
  return transparency::OpenCheckpoint(note, log)->checkpoint.root();
}

// What the log was at 4 entries, 5, and 4 of another history.
class ForkEvidenceTest : public testing::Test {
 protected:
  void SetUp() override {
    at_4_ = log_.Checkpoint();
    log_.Append({});
    at_5_ = log_.Checkpoint();
    log_.Truncate(4);
    log_.Fork();
    other_4_ = log_.Checkpoint();
  }
  std::string Judged(const Fork& fork) { return ErrorReason(JudgeFork(fork, log_.log())); }

  FakeBroker log_{4};
  std::string at_4_, at_5_, other_4_;
  TempDir dir_;
};

TEST_F(ForkEvidenceTest, TwoOfOneSizeAreTheProof) {
  AMANA_EXPECT_OK(JudgeFork({at_4_, other_4_, {}}, log_.log()));
  EXPECT_EQ(Judged({at_4_, at_4_, {}}), "FORK_UNPROVEN");
  EXPECT_EQ(Judged({at_4_, other_4_ + "x", {}}), "NOTE_MALFORMED");
  EXPECT_EQ(ErrorReason(JudgeFork({at_4_, other_4_, {}}, FakeBroker().log())), "NOTE_UNTRUSTED");
}

TEST_F(ForkEvidenceTest, OfTwoSizesItTakesWhatTheLongerOneWas) {
  const Digest was = RootOf(at_4_, log_.log());
  Fork fork{at_5_, other_4_, was, {}};
  EXPECT_EQ(Judged(fork), "FORK_UNPROVEN");  // nothing ties it to the longer one
  fork.proof = {was};
  EXPECT_EQ(Judged(fork), "FORK_UNPROVEN");
  fork.other = at_4_;
  EXPECT_EQ(Judged(fork), "FORK_UNPROVEN");                        // that is no other history
  EXPECT_EQ(Judged({other_4_, at_5_, was, {}}), "FORK_UNPROVEN");  // the wrong way round
}

TEST_F(ForkEvidenceTest, IsKeptOnceAndReadAsItWas) {
  const Fork fork{at_5_, other_4_, RootOf(at_4_, log_.log()), {RootOf(at_5_, log_.log())}};
  EXPECT_TRUE(ForksOf(RealFileSystem(), dir_.path())->empty());
  const auto kept = KeepFork(RealFileSystem(), dir_.path(), fork);
  AMANA_ASSERT_OK(kept);
  EXPECT_EQ(KeepFork(RealFileSystem(), dir_.path(), fork).value(), *kept);
  EXPECT_EQ(ForksOf(RealFileSystem(), dir_.path()).value(), (std::vector<std::string>{*kept}));
  const auto read = ReadFork(RealFileSystem(), *kept);
  AMANA_ASSERT_OK(read);
  EXPECT_EQ(read->one, fork.one);
  EXPECT_EQ(read->other, fork.other);
  EXPECT_EQ(read->root, fork.root);
  EXPECT_EQ(read->proof, fork.proof);

  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(*kept + "/root", "no digest", kPublicFile));
  EXPECT_EQ(ErrorReason(ReadFork(RealFileSystem(), *kept).status()), "FORK_MALFORMED");
  // One that was cut short is not there, and is made again.
  AMANA_ASSERT_OK(RealFileSystem().Remove(*kept + "/one"));
  EXPECT_TRUE(ForksOf(RealFileSystem(), dir_.path())->empty());
  EXPECT_EQ(KeepFork(RealFileSystem(), dir_.path(), fork).value(), *kept);
  EXPECT_EQ(ReadFork(RealFileSystem(), *kept)->root, fork.root);
}

TEST_F(ForkEvidenceTest, AHundredAreEnough) {
  const Fork fork{at_4_, other_4_, {}};
  for (size_t i = 0; i < kMaxForks; ++i) {
    AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(dir_.File("forks/" + std::to_string(i))));
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(
        dir_.File("forks/" + std::to_string(i) + "/one"), "", kPublicFile));
  }
  EXPECT_EQ(ErrorReason(KeepFork(RealFileSystem(), dir_.path(), fork).status()), "FORKS_TOO_MANY");
}

}  // namespace
}  // namespace amana::auditor
