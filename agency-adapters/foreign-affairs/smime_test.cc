#include "agency-adapters/foreign-affairs/smime.h"

#include "absl/strings/escaping.h"
#include "agency-adapters/foreign-affairs/affairs_for_test.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "gmock/gmock.h"

namespace amana::foreign_affairs {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const std::string kContent = WriteContent("SYNTHETIC RECORD\n", "{\"fields\":{}}");

absl::StatusOr<SignedContent> Open(const std::string& mail) {
  const auto read = ReadMail(mail);
  if (!read.ok()) return read.status();
  return OpenMail(World().keys, read->root, World().now);
}

TEST(SmimeTest, WhatTheMinistrySendsIsOpened) {
  const std::string mail = World().Write("x", kContent, World().ministry);
  EXPECT_THAT(mail, Not(HasSubstr("SYNTHETIC")));
  const auto opened = Open(mail);
  AMANA_ASSERT_OK(opened);
  ASSERT_THAT(opened->content.parts, SizeIs(2));
  EXPECT_EQ(opened->content.parts[0].body, "SYNTHETIC RECORD\n");
  EXPECT_THAT(opened->digest, SizeIs(32));
  const auto again = Open(World().Write("y", kContent, World().ministry));
  EXPECT_EQ(again->digest, opened->digest) << "what was signed, whatever is around it";
}

TEST(SmimeTest, OnlyTheEncryptedAndSignedByAPinnedOneIsOpened) {
  const MailWorld& w = World();
  const auto reason = [](const std::string& mail) { return ErrorReason(Open(mail).status()); };
  EXPECT_EQ(reason(w.Write("x", kContent, w.stranger)), "CHAIN_UNTRUSTED");
  EXPECT_EQ(reason("From: a@b\r\n" + kContent), "MAIL_NOT_ENCRYPTED");
  const std::string bare = *crypto::CmsEncrypt(kContent, {w.ours.Certificate()}, w.now);
  const Envelope envelope{kTheirs, kOurs, "x", "1@mfa", w.now};
  EXPECT_EQ(reason(WriteEnveloped(envelope, bare)), "MAIL_NOT_SIGNED");
  const std::string to_other =
      *crypto::CmsEncrypt(WriteSigned(kContent, "x"), {w.stranger.Certificate()}, w.now);
  EXPECT_EQ(reason(WriteEnveloped(envelope, to_other)), "CMS_OPEN_FAILED");
  const std::string forged =
      *crypto::CmsEncrypt(WriteSigned(kContent, "no signature"), {w.ours.Certificate()}, w.now);
  EXPECT_EQ(reason(WriteEnveloped(envelope, forged)), "CMS_MALFORMED");
  const std::string signature =
      *crypto::CmsSignDetached(w.ministry.Identity(), "something else", w.now);
  const std::string moved =
      *crypto::CmsEncrypt(WriteSigned(kContent, signature), {w.ours.Certificate()}, w.now);
  EXPECT_EQ(reason(WriteEnveloped(envelope, moved)), "SIGNATURE_INVALID");
  EXPECT_EQ(reason(WriteEnveloped(envelope, "not CMS")), "CMS_MALFORMED");
}

TEST(SmimeTest, TheMinistryOpensWhatWeSend) {
  const MailWorld& w = World();
  const Envelope envelope{kOurs, kTheirs, "[REF x]", "1@referral.example.ke", w.now};
  const std::string mail = *SealMail(w.keys, envelope, kContent, w.now);
  const auto read = ReadMail(mail);
  AMANA_ASSERT_OK(read);
  const auto opened = OpenMail(w.Theirs(w.ministry), read->root, w.now);
  AMANA_ASSERT_OK(opened);
  EXPECT_EQ(opened->content.parts[0].body, "SYNTHETIC RECORD\n");
}

// Mail programs sign as the openssl program does: its own MIME, both forms of signature.
TEST(SmimeTest, TheMailOfAnotherProgramIsOpened) {
  const MailWorld& w = World();
  const TempDir dir;
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(dir.File("text"), "ACCEPT\n\n> [REF x]\n", 0600));
  for (const char* form : {"-nosmimecap", "-nodetach"}) {
    ASSERT_EQ(tests::RunOpenssl(dir.path(), {"cms", "-sign", "-text", form, "-in", "text",
                                             "-signer", w.ministry.cert_file, "-inkey",
                                             w.ministry.key_file, "-out", "signed"}),
              0);
    ASSERT_EQ(tests::RunOpenssl(dir.path(), {"cms", "-encrypt", "-aes-256-cbc", "-in", "signed",
                                             "-out", "mail", "-from", kTheirs, w.ours.cert_file}),
              0);
    const auto opened = Open(*RealFileSystem().Read(dir.File("mail")));
    AMANA_ASSERT_OK(opened) << form;
    EXPECT_EQ(opened->content.type, "text/plain");
    EXPECT_EQ(opened->content.body, "ACCEPT\r\n\r\n> [REF x]\r\n") << form;
  }
}

}  // namespace
}  // namespace amana::foreign_affairs
