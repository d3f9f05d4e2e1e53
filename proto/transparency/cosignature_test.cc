#include "proto/transparency/cosignature.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/cosigned_message.h"
#include "proto/transparency/merkle.h"
#include "tests/vectors/tlog_log.h"

namespace amana::transparency {
namespace {

TEST(CosignatureTest, ForeignCosignatureVerifies) {
  const NoteVerifier log = *NoteVerifier::Parse(tests::kLogVerifierKey);
  const std::vector<NoteVerifier> witnesses = {*NoteVerifier::Parse(tests::kCosignerVerifierKey)};
  const std::string note =
      std::string(tests::kLogCheckpoints.back().note) + std::string(tests::kCosignatureLine);
  const absl::StatusOr<OpenedCheckpoint> opened = OpenCheckpoint(note, log, witnesses);
  ASSERT_TRUE(opened.ok()) << opened.status();
  ASSERT_EQ(opened->witnesses.size(), 1u);
  EXPECT_EQ(opened->witnesses[0].unix_seconds, tests::kCosignatureSeconds);
  EXPECT_EQ(opened->witnesses[0].type, NoteKeyType::kCosignatureV1);

  // The same line under the log's checkpoint of another size is not the witness's word.
  const std::string moved =
      std::string(tests::kLogCheckpoints.front().note) + std::string(tests::kCosignatureLine);
  EXPECT_EQ(ErrorReason(OpenCheckpoint(moved, log, witnesses).status()), "NOTE_SIGNATURE_INVALID");
}

TEST(CosignatureTest, OurOwnVerifyAndBindTheTime) {
  const Cosigner witness =
      *Cosigner::Create("witness.example", *crypto::Ed25519PrivateKey::Generate());
  const std::string text = Checkpoint::Create("log.example", 1, HashLeaf("x"))->Text();
  const NoteSignature line = *witness.Cosign(text, 1700000001);
  EXPECT_EQ(*witness.verifier().Verify(text, line.signature), 1700000001u);
  const TimestampedSignature parts = *SplitCosignature(line.signature);
  EXPECT_FALSE(witness.verifier().Verify(text, JoinCosignature(1, parts.signature)).ok());
  EXPECT_FALSE(witness.verifier().Verify(text + "x\n", line.signature).ok());
}

TEST(CosignatureTest, OnlyCheckpointsAndPossibleTimes) {
  const Cosigner witness =
      *Cosigner::Create("witness.example", *crypto::Ed25519PrivateKey::Generate());
  const std::string text = Checkpoint::Create("log.example", 1, HashLeaf("x"))->Text();
  EXPECT_EQ(ErrorReason(witness.Cosign("hello\n", 1).status()), "CHECKPOINT_MALFORMED");
  EXPECT_EQ(ErrorReason(witness.Cosign(text, uint64_t{1} << 63).status()), "OUT_OF_RANGE");
  EXPECT_FALSE(Cosigner::Create("a b", *crypto::Ed25519PrivateKey::Generate()).ok());
}

}  // namespace
}  // namespace amana::transparency
