#include "proto/transparency/tlog_proof.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/reference_tree_for_test.h"
#include "proto/transparency/text.h"
#include "proto/transparency/tree_batch.h"
#include "tests/vectors/tlog_log.h"

namespace amana::transparency {
namespace {

Hashes ForeignLeaves() {
  Hashes leaves;
  for (const std::string_view entry : tests::kLogEntries) leaves.push_back(HashLeaf(entry));
  return leaves;
}

// The foreign log's entries under the foreign log's signature, proven by our proofs.
TEST(TlogProofTest, EveryEntryOfTheForeignLogIsProven) {
  const NoteVerifier log = *NoteVerifier::Parse(tests::kLogVerifierKey);
  const Hashes leaves = ForeignLeaves();
  for (const tests::LogCheckpoint& checkpoint : tests::kLogCheckpoints) {
    const testing::Leaves tree(leaves.data(), checkpoint.size);
    EXPECT_EQ(OpenCheckpoint(checkpoint.note, log)->checkpoint.root(), testing::Mth(tree));
    for (uint64_t index = 0; index < checkpoint.size; ++index) {
      const TlogProof made{index, testing::Path(index, tree), std::string(checkpoint.note), ""};
      const absl::StatusOr<TlogProof> proof = ParseTlogProof(FormatTlogProof(made));
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_TRUE(VerifyTlogProof(*proof, leaves[index], log).ok());
      const Digest other = leaves[(index + 1) % leaves.size()];
      EXPECT_EQ(ErrorReason(VerifyTlogProof(*proof, other, log).status()), "PROOF_INVALID");
    }
  }
}

// The texts of transparency-dev/formats proof/tlog_proof_test.go, TestMarshal.
TEST(TlogProofTest, TextsOfTheGoImplementation) {
  const Digest h1 = crypto::Sha256("hash1");
  const Digest h2 = crypto::Sha256("hash2");
  const std::string b1 = EncodeBase64(h1.view());
  const std::string b2 = EncodeBase64(h2.view());
  const std::vector<std::pair<TlogProof, std::string>> table = {
      {{5, {h1, h2}, "test checkpoint\n", ""},
       "c2sp.org/tlog-proof@v1\nindex 5\n" + b1 + "\n" + b2 + "\n\ntest checkpoint\n"},
      {{10, {h1}, "checkpoint data\n", "extra information"},
       "c2sp.org/tlog-proof@v1\nextra " + EncodeBase64("extra information") + "\nindex 10\n" + b1 +
           "\n\ncheckpoint data\n"},
      {{0, {}, "checkpoint\n", ""}, "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"},
  };
  for (const auto& [proof, text] : table) {
    EXPECT_EQ(FormatTlogProof(proof), text);
    const absl::StatusOr<TlogProof> parsed = ParseTlogProof(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->index, proof.index);
    EXPECT_EQ(parsed->path, proof.path);
    EXPECT_EQ(parsed->checkpoint, proof.checkpoint);
    EXPECT_EQ(parsed->extra, proof.extra);
  }
}

TEST(TlogProofTest, RefusesMalformedText) {
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  const std::string hash = EncodeBase64(HashLeaf("x").view()) + "\n";
  std::string long_path;
  for (int i = 0; i < 65; ++i) long_path += hash;
  for (const std::string& text :
       {std::string(), std::string("wrong-header\nindex 0\n\ncheckpoint\n"), head,
        head + "extra !!notbase64!!\nindex 0\n\ncheckpoint\n", head + "extra \nindex 0\n\nc\n",
        head + "\n\ncheckpoint\n", head + "index notanumber\n\ncheckpoint\n",
        head + "index -5\n\ncheckpoint\n", head + "index 05\n\ncheckpoint\n",
        head + "index 0\nextra YQ==\n\nc\n", head + "index 0\n!!notbase64!!\n\ncheckpoint\n",
        head + "index 0\nAAAA\n\ncheckpoint\n", head + "index 0\n" + hash + "checkpoint\n",
        head + "index 0\n" + hash, head + "index 0\n\n", head + "index 0\r\n\r\nc\n",
        head + "index 0\n" + long_path + "\nc\n",
        head + "index 0\n\n" + std::string(kMaxTlogProofBytes, 'c')}) {
    EXPECT_EQ(ErrorReason(ParseTlogProof(text).status()), "PROOF_MALFORMED") << text.substr(0, 60);
  }
}

TEST(TlogProofTest, AReceiptFromABatchVerifiesAndEveryChangedByteFails) {
  const NoteSigner log = *NoteSigner::Create("log.example", *crypto::Ed25519PrivateKey::Generate());
  const Hashes leaves = testing::MakeLeaves(21);
  TreeBatch batch{CompactRange()};
  for (const Digest& leaf : leaves) batch.Append(leaf);
  const Checkpoint checkpoint = *Checkpoint::Create("log.example", batch.size(), batch.Root());
  const TlogProof proof{9, *batch.InclusionProof(9), *SignCheckpoint(checkpoint, log), ""};
  const std::string text = FormatTlogProof(proof);
  ASSERT_TRUE(VerifyTlogProof(*ParseTlogProof(text), leaves[9], log.verifier()).ok());
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] ^= 1;
    const absl::StatusOr<TlogProof> parsed = ParseTlogProof(changed);
    const bool believed = parsed.ok() && VerifyTlogProof(*parsed, leaves[9], log.verifier()).ok();
    EXPECT_FALSE(believed) << "byte " << i;
  }
}

TEST(TlogProofTest, OtherLogsProofsAreUntrusted) {
  const NoteVerifier other =
      NoteSigner::Create("log.example", *crypto::Ed25519PrivateKey::Generate())->verifier();
  const Hashes leaves = ForeignLeaves();
  const TlogProof proof{3, testing::Path(3, leaves),
                        std::string(tests::kLogCheckpoints.back().note), ""};
  EXPECT_EQ(ErrorReason(VerifyTlogProof(proof, leaves[3], other).status()), "NOTE_UNTRUSTED");
}

}  // namespace
}  // namespace amana::transparency
