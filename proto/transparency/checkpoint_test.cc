#include "proto/transparency/checkpoint.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/text.h"
#include "tests/support/shared.h"
#include "tests/vectors/tlog_log.h"

namespace amana::transparency {
namespace {

NoteSigner MakeSigner(std::string_view name) {
  return *NoteSigner::Create(name, *crypto::Ed25519PrivateKey::Generate());
}

TEST(CheckpointTest, OpensTheForeignLogs) {
  const NoteVerifier log = *NoteVerifier::Parse(tests::kLogVerifierKey);
  for (const tests::LogCheckpoint& vector : tests::kLogCheckpoints) {
    const absl::StatusOr<OpenedCheckpoint> opened = OpenCheckpoint(vector.note, log);
    ASSERT_TRUE(opened.ok()) << vector.size << ": " << opened.status();
    EXPECT_EQ(opened->checkpoint.size(), vector.size);
    EXPECT_EQ(opened->checkpoint.origin(), "example.com/log/testdata");
    EXPECT_TRUE(vector.note.starts_with(opened->checkpoint.Text()));
  }
}

TEST(CheckpointSharedTest, OpensAllTheForeignLogs) {
  const auto root = tests::SharedFile("vectors/tlog");
  if (!root) return;
  const NoteVerifier log = *NoteVerifier::Parse(tests::kLogVerifierKey);
  for (uint64_t size = 0; size <= 15; ++size) {
    const auto opened =
        OpenCheckpoint(tests::ReadWhole(*root / ("checkpoint." + std::to_string(size))), log);
    ASSERT_TRUE(opened.ok()) << size << ": " << opened.status();
    EXPECT_EQ(opened->checkpoint.size(), size);
  }
}

TEST(CheckpointTest, SignedOnesOpenAndChangedOnesDoNot) {
  const NoteSigner log = MakeSigner("log.example/amana");
  const Checkpoint checkpoint =
      *Checkpoint::Create("log.example/amana", 42, HashLeaf("x"), {"extension one", "two"});
  const absl::StatusOr<std::string> note = SignCheckpoint(checkpoint, log);
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(OpenCheckpoint(*note, log.verifier())->checkpoint, checkpoint);
  for (size_t i = 0; i < note->size(); ++i) {
    std::string changed = *note;
    changed[i] ^= 2;
    EXPECT_FALSE(OpenCheckpoint(changed, log.verifier()).ok()) << "byte " << i;
  }
}

TEST(CheckpointTest, OriginMustBeTheSigners) {
  const NoteSigner log = MakeSigner("log.example");
  const Checkpoint other = *Checkpoint::Create("other.example", 1, HashLeaf("x"));
  EXPECT_EQ(ErrorReason(SignCheckpoint(other, log).status()), "CHECKPOINT_ORIGIN_MISMATCH");
  const std::string forged = *log.SignNote(other.Text());
  EXPECT_EQ(ErrorReason(OpenCheckpoint(forged, log.verifier()).status()),
            "CHECKPOINT_ORIGIN_MISMATCH");
}

TEST(CheckpointTest, AWitnessAloneIsNotTheLog) {
  const NoteSigner log = MakeSigner("log.example");
  const NoteSigner witness = MakeSigner("witness.example");
  const std::string text = Checkpoint::Create("log.example", 1, HashLeaf("x"))->Text();
  const std::vector<NoteVerifier> witnesses = {witness.verifier()};
  EXPECT_EQ(
      ErrorReason(OpenCheckpoint(*witness.SignNote(text), log.verifier(), witnesses).status()),
      "NOTE_UNTRUSTED");
  const std::string both = *FormatNote({text, {*witness.Sign(text), *log.Sign(text)}});
  const auto opened = OpenCheckpoint(both, log.verifier(), witnesses);
  ASSERT_TRUE(opened.ok());
  ASSERT_EQ(opened->witnesses.size(), 1u);
  EXPECT_EQ(opened->witnesses[0].key_name, "witness.example");
  EXPECT_TRUE(OpenCheckpoint(both, log.verifier())->witnesses.empty());
}

TEST(CheckpointTest, ParsesStrictly) {
  const std::string root = EncodeBase64(HashLeaf("x").view());
  const std::string empty = EncodeBase64(EmptyRoot().view());
  for (const std::string& text : {"o\n1\n" + root + "\n", "o\n0\n" + empty + "\n",
                                  "an origin\n18446744073709551615\n" + root + "\next\n"}) {
    const absl::StatusOr<Checkpoint> checkpoint = Checkpoint::Parse(text);
    ASSERT_TRUE(checkpoint.ok()) << text;
    EXPECT_EQ(checkpoint->Text(), text);
  }
  for (const std::string& text :
       {std::string(), std::string("o\n1\n"), "\n1\n" + root + "\n", "o\n01\n" + root + "\n",
        "o\n-1\n" + root + "\n", "o\n\n" + root + "\n", "o\n18446744073709551616\n" + root + "\n",
        "o\n1\n" + root, std::string("o\n1\nAAAA\n"), "o\n1\n" + root + "=\n",
        "o\n1\n" + root + "\n\n", "o\n1\n" + root + "\next", "o\n1\n" + root + "\n\next\n",
        "o\n1\n " + root + "\n", "o\n0\n" + root + "\n"}) {
    EXPECT_EQ(ErrorReason(Checkpoint::Parse(text).status()), "CHECKPOINT_MALFORMED") << text;
  }
  EXPECT_FALSE(Checkpoint::Create("", 1, HashLeaf("x")).ok());
  EXPECT_FALSE(Checkpoint::Create("a\nb", 1, HashLeaf("x")).ok());
  EXPECT_FALSE(Checkpoint::Create("a", 1, HashLeaf("x"), {""}).ok());
  EXPECT_FALSE(Checkpoint::Create("a", 1, HashLeaf("x"), {"b\nc"}).ok());
}

}  // namespace
}  // namespace amana::transparency
