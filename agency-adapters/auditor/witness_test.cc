#include "agency-adapters/auditor/witness.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "base/durable_file.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/note.h"
#include "proto/transparency/reference_tree_for_test.h"

namespace amana::auditor {
namespace {

using transparency::Checkpoint;
using transparency::Cosigner;
using transparency::EmptyRoot;
using transparency::FormatWitnessRequest;
using transparency::Hashes;
using transparency::NoteSigner;
using transparency::NoteVerifier;
using transparency::testing::ConsistencyProof;
using transparency::testing::Leaves;
using transparency::testing::MakeLeaves;
using transparency::testing::Mth;

constexpr char kOrigin[] = "synthetic.example/log";

NoteSigner MakeLog(const std::string& origin = kOrigin) {
  return NoteSigner::Create(origin, crypto::Ed25519PrivateKey::Generate().value()).value();
}

// A log that can sign whatever it is told to, and a witness of it.
class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() { Open(); }

  void Open() {
    witness_.reset();
    book_.reset();
    book_ = WitnessBook::Open(folder_.path() + "/witness").value();
    witness_ = std::make_unique<Witness>(cosigner_, std::vector{log_.verifier()}, *book_, clock_);
  }

  std::string Note(const Hashes& leaves, size_t size, const NoteSigner* by = nullptr) {
    const auto root = Mth(Leaves(leaves).first(size));
    const NoteSigner& signer = by == nullptr ? log_ : *by;
    const auto checkpoint = Checkpoint::Create(signer.verifier().name(), size, root).value();
    return transparency::SignCheckpoint(checkpoint, signer).value();
  }
  std::string Body(const Hashes& leaves, size_t old_size, size_t size) {
    return FormatWitnessRequest(
        {old_size, ConsistencyProof(old_size, Leaves(leaves).first(size)), Note(leaves, size)});
  }
  int Add(const std::string& body) { return witness_->AddCheckpoint(body).status; }
  uint64_t HeldSize() {
    const auto newest = book_->Newest(kOrigin).value();
    return newest ? newest->size : 0;
  }

  TempDir folder_;
  FakeClock clock_{absl::FromUnixSeconds(1'900'000'000)};
  NoteSigner log_ = MakeLog();
  Cosigner cosigner_ =
      Cosigner::Create("witness.example/w1", crypto::Ed25519PrivateKey::Generate().value()).value();
  std::unique_ptr<WitnessBook> book_;
  std::unique_ptr<Witness> witness_;
  Hashes leaves_ = MakeLeaves(40);
};

TEST_F(WitnessTest, EveryStepOfALogIsCosignedAndKeptWhole) {
  size_t old_size = 0;
  for (const size_t size : {0, 1, 2, 7, 8, 8, 33, 40}) {
    const std::string body = Body(leaves_, old_size, size);
    const WitnessAnswer answer = witness_->AddCheckpoint(body);
    ASSERT_EQ(answer.status, 200) << answer.body;
    // As the standard says a log may do: the answer after the checkpoint is a note of both.
    const std::string note = Note(leaves_, size) + answer.body;
    const auto opened =
        transparency::OpenCheckpoint(note, log_.verifier(), std::array{cosigner_.verifier()});
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_EQ(opened->witnesses.size(), 1u);
    EXPECT_EQ(opened->witnesses[0].unix_seconds, 1'900'000'000u);
    EXPECT_EQ(witness_->Newest(crypto::Sha256(kOrigin).hex()).body, note);
    old_size = size;
    Open();  // and all of it is there after a restart
  }
  EXPECT_TRUE(book_->Kept().value().empty());
}

TEST_F(WitnessTest, AnotherSizeThanHeldIsToldTheSize) {
  ASSERT_EQ(Add(Body(leaves_, 0, 8)), 200);
  for (const size_t old_size : {0, 5, 9}) {
    const WitnessAnswer answer = witness_->AddCheckpoint(Body(leaves_, old_size, 12));
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
    EXPECT_EQ(answer.body, "8\n");
  }
  EXPECT_EQ(Add(Body(leaves_, 5, 7)), 409);  // an old checkpoint again: never back
  EXPECT_EQ(HeldSize(), 8u);
}

TEST_F(WitnessTest, TwoHistoriesAreRefusedAndKeptAsEvidence) {
  const Hashes other = MakeLeaves(40, "another history ");
  ASSERT_EQ(Add(Body(leaves_, 0, 8)), 200);
  const std::string held = book_->Newest(kOrigin).value()->note;

  EXPECT_EQ(Add(Body(other, 8, 8)), 409);
  EXPECT_EQ(Add(Body(other, 3, 8)), 409);  // whatever old size it names
  EXPECT_EQ(Add(Body(other, 8, 20)), 422);
  EXPECT_EQ(Add(Body(other, 8, 20)), 422);  // the same once more is kept once
  const auto kept = book_->Kept().value();
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].kind, EvidenceKind::kFork);
  EXPECT_EQ(kept[0].held, held);
  EXPECT_EQ(kept[0].offered, Note(other, 8));
  EXPECT_EQ(kept[1].kind, EvidenceKind::kUnproven);
  EXPECT_EQ(kept[1].offered, Note(other, 20));
  EXPECT_EQ(WitnessBook::ReadEvidence(folder_.path() + "/witness").value().size(), 2u);
  EXPECT_EQ(HeldSize(), 8u);
  EXPECT_EQ(Add(Body(leaves_, 8, 20)), 200);  // the history it knows goes on
}

TEST_F(WitnessTest, UnprovenOffersAreKeptUpToABound) {
  ASSERT_EQ(Add(Body(leaves_, 0, 8)), 200);
  const Hashes other = MakeLeaves(200, "another history ");
  for (size_t size = 9; size < 9 + WitnessBook::kMaxKept + 10; ++size) {
    ASSERT_EQ(Add(Body(other, 8, size)), 422);
  }
  EXPECT_EQ(book_->Kept().value().size(), static_cast<size_t>(WitnessBook::kMaxKept));
  EXPECT_EQ(Add(Body(other, 8, 8)), 409);  // a fork is kept whatever is there
  EXPECT_EQ(book_->Kept().value().size(), static_cast<size_t>(WitnessBook::kMaxKept) + 1);
}

// Checkpoints are public: who has one can offer it with a proof that is none, as often as he
// likes, and with whatever signatures of others.
TEST_F(WitnessTest, WhoOffersAGenuineCheckpointWithoutAProofAccusesNobodyForLong) {
  ASSERT_EQ(Add(Body(leaves_, 0, 8)), 200);
  for (const char* stranger : {"evil.example/1", "evil.example/2", "evil.example/3"}) {
    const NoteSigner other = MakeLog(stranger);
    const std::string beside = Note(leaves_, 20, &other);
    const std::string note =
        Note(leaves_, 20) + beside.substr(beside.find("\n\n") + 2);  // another's signature line
    EXPECT_EQ(Add(FormatWitnessRequest({8, {}, note})), 422);
  }
  const auto kept = book_->Kept().value();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].kind, EvidenceKind::kUnproven);
  EXPECT_EQ(kept[0].offered, Note(leaves_, 20));
  ASSERT_EQ(Add(Body(leaves_, 8, 20)), 200);  // the log itself shows that it contains it
  EXPECT_TRUE(book_->Kept().value().empty());
}

TEST_F(WitnessTest, ForksAreKeptUpToABound) {
  ASSERT_EQ(Add(Body(leaves_, 0, 8)), 200);
  for (int i = 0; i < WitnessBook::kMaxKept + 10; ++i) {
    ASSERT_EQ(Add(Body(MakeLeaves(8, "history " + std::to_string(i)), 8, 8)), 409);
  }
  EXPECT_EQ(book_->Kept().value().size(), static_cast<size_t>(WitnessBook::kMaxKept));
}

TEST_F(WitnessTest, WhatIsNotOfTheLogIsRefused) {
  const NoteSigner stranger = MakeLog("stranger.example/log");
  const NoteSigner impostor = MakeLog();  // the same name, another key
  const auto body = [&](const std::string& note) { return FormatWitnessRequest({0, {}, note}); };
  EXPECT_EQ(Add(body(Note(leaves_, 8, &stranger))), 404);
  EXPECT_EQ(Add(body(Note(leaves_, 8, &impostor))), 403);
  std::string forged = Note(leaves_, 8);
  forged.replace(forged.find("\n8\n"), 3, "\n9\n");
  EXPECT_EQ(Add(body(forged)), 403);
  EXPECT_EQ(Add(body("no note")), 400);
  EXPECT_EQ(Add(""), 400);
  EXPECT_EQ(Add(FormatWitnessRequest({9, {}, Note(leaves_, 8)})), 400);
  EXPECT_EQ(Add(FormatWitnessRequest({0, Hashes(1), Note(leaves_, 8)})), 422);
  EXPECT_EQ(HeldSize(), 0u);
  EXPECT_EQ(witness_->Newest("").status, 404);
  EXPECT_EQ(witness_->Newest(crypto::Sha256(kOrigin).hex()).status, 404);
}

// Many at once for different continuations of one size: only one may win each time.
TEST_F(WitnessTest, OfTwoAtOnceOneWins) {
  ASSERT_EQ(Add(Body(leaves_, 0, 2)), 200);
  for (size_t size = 3; size < 38; size += 2) {
    int statuses[2];
    std::thread a([&] { statuses[0] = Add(Body(leaves_, size - 1, size)); });
    std::thread b([&] { statuses[1] = Add(Body(leaves_, size - 1, size + 1)); });
    a.join();
    b.join();
    EXPECT_EQ(statuses[0] + statuses[1], 200 + 409);
    if (HeldSize() == size) {
      ASSERT_EQ(Add(Body(leaves_, size, size + 1)), 200);
    }
  }
}

TEST_F(WitnessTest, ABookHasOneHolder) {
  EXPECT_EQ(ErrorReason(WitnessBook::Open(folder_.path() + "/witness").status()),
            "ALREADY_RUNNING");
}

TEST_F(WitnessTest, SignaturesOfOthersAreNotPassedOn) {
  std::string note = Note(leaves_, 8);
  const std::string line = note.substr(note.find("\xe2\x80\x94"));
  ASSERT_EQ(Add(FormatWitnessRequest({0, {}, note + line + line})), 200);
  const auto kept = transparency::ParseNote(book_->Newest(kOrigin).value()->note).value();
  EXPECT_EQ(kept.signatures.size(), 2u);
}

}  // namespace
}  // namespace amana::auditor
