#include "proto/transparency/succession.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note.h"

namespace amana::transparency {
namespace {

const NoteSigner& OldLog() {
  static const auto* const log = new NoteSigner(
      *NoteSigner::Create("log.example/one", *crypto::Ed25519PrivateKey::Generate()));
  return *log;
}
const crypto::Ed25519PrivateKey& NewKey() {
  static const auto* const key =
      new crypto::Ed25519PrivateKey(*crypto::Ed25519PrivateKey::Generate());
  return *key;
}
std::string NewVkey(std::string_view origin = "log.example/two") {
  return NoteVerifier::Create(origin, NoteKeyType::kEd25519, NewKey().PublicKey())->vkey();
}
Digest Root(char fill) { return *Digest::FromBytes(std::string(32, fill)); }
std::string Note(uint64_t size, char root, const NoteSigner& log = OldLog()) {
  return *SignCheckpoint(*Checkpoint::Create(log.verifier().name(), size, Root(root)), log);
}

v1::RecoveryStatement Statement() {
  v1::RecoveryStatement statement;
  statement.set_cause(v1::RECOVERY_CAUSE_STORE_LOST);
  statement.set_old_vkey(OldLog().verifier().vkey());
  statement.set_new_vkey(NewVkey());
  statement.set_kept_checkpoint(Note(100, 'a'));
  statement.set_newest_checkpoint(Note(150, 'b'));
  return statement;
}

TEST(SuccessionTest, SaysWhatIsKeptAndWhatMayBeLost) {
  const auto succession = Succession::Create(Statement());
  AMANA_ASSERT_OK(succession.status());
  EXPECT_EQ(succession->old_log().name(), "log.example/one");
  EXPECT_EQ(succession->new_log().name(), "log.example/two");
  EXPECT_EQ(succession->kept().size(), 100u);
  EXPECT_EQ(succession->kept().root(), Root('a'));
  EXPECT_EQ(succession->newest().size(), 150u);
  EXPECT_EQ(succession->lost(), 50u);
  EXPECT_THAT(succession->Text(), testing::HasSubstr("entries 100 to 149"));
  EXPECT_THAT(succession->Text(), testing::HasSubstr("log.example/two"));
}

TEST(SuccessionTest, OfALostKeyNothingElseNeedBeLost) {
  v1::RecoveryStatement statement = Statement();
  statement.set_cause(v1::RECOVERY_CAUSE_KEY_LOST);
  statement.set_newest_checkpoint(statement.kept_checkpoint());
  const auto succession = Succession::Create(statement);
  AMANA_ASSERT_OK(succession.status());
  EXPECT_EQ(succession->lost(), 0u);
  EXPECT_THAT(succession->Text(), testing::HasSubstr("its key is lost"));
}

TEST(SuccessionTest, RefusesWhatDoesNotFitTogether) {
  const NoteSigner foreign =
      *NoteSigner::Create("log.example/one", *crypto::Ed25519PrivateKey::Generate());
  const auto cosigner =
      *NoteVerifier::Create("w", NoteKeyType::kCosignatureV1, NewKey().PublicKey());
  struct Case {
    const char* what;
    std::function<void(v1::RecoveryStatement&)> change;
    const char* reason;
  };
  const Case kCases[] = {
      {"no key", [](auto& s) { s.set_old_vkey("x"); }, "SUCCESSION_INVALID"},
      {"a witness's key", [&](auto& s) { s.set_new_vkey(cosigner.vkey()); }, "SUCCESSION_INVALID"},
      {"one origin", [](auto& s) { s.set_new_vkey(NewVkey("log.example/one")); },
       "SUCCESSION_INVALID"},
      {"nothing kept",
       [](auto& s) {
         s.set_kept_checkpoint(
             *SignCheckpoint(*Checkpoint::Create("log.example/one", 0, EmptyRoot()), OldLog()));
       },
       "SUCCESSION_INVALID"},
      {"longer than the newest", [](auto& s) { s.set_kept_checkpoint(Note(151, 'a')); },
       "SUCCESSION_INVALID"},
      {"two roots of a size", [](auto& s) { s.set_kept_checkpoint(Note(150, 'a')); },
       "SUCCESSION_INVALID"},
      {"nothing lost", [](auto& s) { s.set_newest_checkpoint(s.kept_checkpoint()); },
       "SUCCESSION_INVALID"},
      {"no cause", [](auto& s) { s.clear_cause(); }, "SUCCESSION_INVALID"},
      {"a key that is not lost",
       [](auto& s) {
         s.set_cause(v1::RECOVERY_CAUSE_KEY_LOST);
         const auto key = *crypto::Ed25519PrivateKey::Generate();
         const NoteSigner one = *NoteSigner::Create("log.example/one", key);
         s.set_old_vkey(one.verifier().vkey());
         s.set_new_vkey(
             NoteVerifier::Create("log.example/two", NoteKeyType::kEd25519, key.PublicKey())
                 ->vkey());
         s.set_kept_checkpoint(Note(100, 'a', one));
         s.set_newest_checkpoint(Note(150, 'b', one));
       },
       "SUCCESSION_INVALID"},
      {"kept by another key", [&](auto& s) { s.set_kept_checkpoint(Note(100, 'a', foreign)); },
       "NOTE_UNTRUSTED"},
      {"newest by another key", [&](auto& s) { s.set_newest_checkpoint(Note(150, 'b', foreign)); },
       "NOTE_UNTRUSTED"},
  };
  for (const Case& c : kCases) {
    v1::RecoveryStatement statement = Statement();
    c.change(statement);
    EXPECT_EQ(ErrorReason(Succession::Create(statement).status()), c.reason) << c.what;
  }
}

}  // namespace
}  // namespace amana::transparency
