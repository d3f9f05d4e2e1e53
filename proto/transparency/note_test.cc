#include "proto/transparency/note.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/vectors/tlog_log.h"

namespace amana::transparency {
namespace {

NoteSigner MakeSigner(std::string_view name) {
  return *NoteSigner::Create(name, *crypto::Ed25519PrivateKey::Generate());
}

std::string ReasonOf(std::string_view bytes, const NoteVerifier& verifier) {
  return ErrorReason(OpenNote(bytes, std::span(&verifier, 1)).status());
}

TEST(NoteTest, OpensTheStandardsExample) {
  const NoteVerifier key = *NoteVerifier::Parse(tests::kExampleVerifierKey);
  EXPECT_EQ(key.name(), "example.com/foo");
  EXPECT_EQ(key.key_id(), 0x530d903au);
  EXPECT_EQ(key.vkey(), tests::kExampleVerifierKey);
  const absl::StatusOr<OpenedNote> opened = OpenNote(tests::kExampleNote, std::span(&key, 1));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->text, "This is an example message.\n");
  ASSERT_EQ(opened->verified.size(), 1u);
  EXPECT_EQ(opened->verified[0].key_id, 0x530d903au);
  EXPECT_EQ(*FormatNote(*ParseNote(tests::kExampleNote)), tests::kExampleNote);
}

TEST(NoteTest, EveryChangedByteIsRefused) {
  const NoteSigner signer = MakeSigner("log.example");
  const std::string note = *signer.SignNote("line one\n\nline three\n");
  ASSERT_TRUE(OpenNote(note, std::span(&signer.verifier(), 1)).ok());
  for (size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenNote(changed, std::span(&signer.verifier(), 1)).ok()) << "byte " << i;
  }
  EXPECT_EQ(ReasonOf("x" + note, signer.verifier()), "NOTE_SIGNATURE_INVALID");
}

TEST(NoteTest, UnknownKeysAreIgnoredAndKnownOnesMustVerify) {
  const NoteSigner log = MakeSigner("log.example");
  const NoteSigner same_name = MakeSigner("log.example");
  const NoteSigner other = MakeSigner("other.example");
  const std::string text = "hello\n";
  Note note{text, {*other.Sign(text), *same_name.Sign(text), *log.Sign(text), *log.Sign(text)}};
  const absl::StatusOr<OpenedNote> opened =
      OpenNote(*FormatNote(note), std::span(&log.verifier(), 1));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->verified.size(), 1u);  // the repeated line counts once

  const std::vector<NoteVerifier> both = {log.verifier(), other.verifier()};
  EXPECT_EQ(OpenNote(*FormatNote(note), both)->verified.size(), 2u);

  note.signatures[0].signature = other.Sign("goodbye\n")->signature;
  EXPECT_TRUE(OpenNote(*FormatNote(note), std::span(&log.verifier(), 1)).ok());
  EXPECT_EQ(ErrorReason(OpenNote(*FormatNote(note), both).status()), "NOTE_SIGNATURE_INVALID");

  const NoteSigner nobody = MakeSigner("nobody.example");
  EXPECT_EQ(ReasonOf(*FormatNote(note), nobody.verifier()), "NOTE_UNTRUSTED");
  EXPECT_EQ(ErrorReason(OpenNote(*FormatNote(note), {}).status()), "NOTE_UNTRUSTED");
}

TEST(NoteTest, TextIsSplitAtTheLastEmptyLine) {
  const NoteSigner signer = MakeSigner("log.example");
  const std::string text = "a\n\n\xe2\x80\x94 log.example AAAAAAAA\n";  // looks like a signature
  const absl::StatusOr<Note> note = ParseNote(*signer.SignNote(text));
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(note->text, text);
  EXPECT_EQ(note->signatures.size(), 1u);
}

TEST(NoteTest, RefusesMalformedNotes) {
  const std::string line = "\xe2\x80\x94 name AAAAAAAA\n";
  ASSERT_TRUE(ParseNote("text\n\n" + line).ok());
  for (const std::string& bytes :
       {std::string(), std::string("text\n"), std::string("text\n\n"), "text\n" + line,
        "text\n\n" + line + "\n", "text\n\n" + line.substr(0, line.size() - 1), "te\txt\n\n" + line,
        "te\xff\n\n" + line, "text\n\n- name AAAAAAAA\n" + std::string(),
        std::string("text\n\n\xe2\x80\x94 AAAAAAAA\n"),
        std::string("text\n\n\xe2\x80\x94 na+me AAAAAAAA\n"),
        std::string("text\n\n\xe2\x80\x94 na me AAAAAAAA\n"),
        std::string("text\n\n\xe2\x80\x94 name AAAAAA==\n"),  // a key id and no signature
        std::string("text\n\n\xe2\x80\x94 name AAAAAAA\n"),
        std::string("text\n\n\xe2\x80\x94  AAAAAAAA\n")}) {
    EXPECT_EQ(ErrorReason(ParseNote(bytes).status()), "NOTE_MALFORMED") << bytes;
  }
}

TEST(NoteTest, Limits) {
  const std::string line = "\xe2\x80\x94 name AAAAAAAA\n";
  std::string note = "text\n\n";
  for (size_t i = 0; i < kMaxNoteSignatures; ++i) note += line;
  EXPECT_TRUE(ParseNote(note).ok());
  EXPECT_FALSE(ParseNote(note + line).ok());
  std::string large(kMaxNoteBytes, 'a');
  large += "\n\n";
  large += line;
  EXPECT_FALSE(ParseNote(large).ok());
  EXPECT_FALSE(FormatNote({"text\n", {}}).ok());
  EXPECT_FALSE(FormatNote({"text", {{"name", 1, "s"}}}).ok());
  EXPECT_FALSE(FormatNote({"text\n", {{"na me", 1, "s"}}}).ok());
  EXPECT_FALSE(FormatNote({"text\n", {{"name", 1, ""}}}).ok());
  EXPECT_FALSE(MakeSigner("log.example").Sign("no newline").ok());
  EXPECT_FALSE(MakeSigner("log.example").Sign("bell \a\n").ok());
}

TEST(NoteTest, SixteenSignaturesVerify) {
  Note note{"text\n", {}};
  std::vector<NoteVerifier> keys;
  for (int i = 0; i < 16; ++i) {
    const NoteSigner signer = MakeSigner("w" + std::to_string(i));
    note.signatures.push_back(*signer.Sign(note.text));
    keys.push_back(signer.verifier());
  }
  EXPECT_EQ(OpenNote(*FormatNote(note), keys)->verified.size(), 16u);
}

TEST(NoteSignerTest, NamesThatNoLineCanCarryAreRefused) {
  for (const std::string_view name : {"", "a b", "a+b", "a\nb"}) {
    const auto signer = NoteSigner::Create(name, *crypto::Ed25519PrivateKey::Generate());
    EXPECT_EQ(ErrorReason(signer.status()), "VERIFIER_KEY_INVALID");
  }
}

}  // namespace
}  // namespace amana::transparency
