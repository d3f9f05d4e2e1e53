#include "proto/transparency/note_verifier.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/vectors/tlog_log.h"

namespace amana::transparency {
namespace {

TEST(NoteVerifierTest, ReadsForeignKeysAndWritesThemBack) {
  for (const std::string_view vkey :
       {tests::kLogVerifierKey, tests::kExampleVerifierKey, tests::kCosignerVerifierKey,
        tests::kCosignerPlainVerifierKey}) {
    const absl::StatusOr<NoteVerifier> key = NoteVerifier::Parse(vkey);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->vkey(), vkey);
  }
  EXPECT_EQ(NoteVerifier::Parse(tests::kCosignerVerifierKey)->type(), NoteKeyType::kCosignatureV1);
}

TEST(NoteVerifierTest, RefusesOtherSpellings) {
  const std::string good(tests::kExampleVerifierKey);
  ASSERT_TRUE(NoteVerifier::Parse(good).ok());
  for (const std::string& vkey :
       {std::string(), std::string("name"), std::string("name+530d903a"), good + "=",
        good.substr(0, good.size() - 1), "x" + good, "+" + good,
        std::string("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        std::string("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        std::string("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        std::string("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv")}) {
    EXPECT_EQ(ErrorReason(NoteVerifier::Parse(vkey).status()), "VERIFIER_KEY_INVALID") << vkey;
  }
}

TEST(NoteVerifierTest, SignatureOfTheWrongLengthIsInvalid) {
  const NoteVerifier plain = *NoteVerifier::Parse(tests::kCosignerPlainVerifierKey);
  const NoteVerifier timed = *NoteVerifier::Parse(tests::kCosignerVerifierKey);
  for (const size_t length : {0, 63, 64, 65, 71, 72, 73}) {
    const std::string signature(length, 'x');
    EXPECT_EQ(ErrorReason(plain.Verify("t\n", signature).status()), "NOTE_SIGNATURE_INVALID");
    EXPECT_EQ(ErrorReason(timed.Verify("t\n", signature).status()), "NOTE_SIGNATURE_INVALID");
  }
}

}  // namespace
}  // namespace amana::transparency
