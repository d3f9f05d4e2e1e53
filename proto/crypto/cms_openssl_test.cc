// The openssl program reads what we write and writes what we read.
#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/cms.h"
#include "tests/support/mail_pki.h"

namespace amana::crypto {
namespace {

using tests::MailKey;
using tests::MailParty;
using tests::RunOpenssl;

class CmsOpensslTest : public testing::TestWithParam<MailKey> {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(File("text"), kText, 0600));
  }

  std::string File(const std::string& name) const { return dir_.File(name); }
  std::string Contents(const std::string& name) const {
    return RealFileSystem().Read(File(name)).value_or("(absent)");
  }
  int Cms(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"cms", "-binary"});
    return RunOpenssl(dir_.path(), std::move(arguments));
  }

  const std::string kText = "Content-Type: text/plain\r\n\r\nSYNTHETIC RECORD\r\n";
  const TempDir dir_;
  const MailParty party_ = tests::MakeMailParty(dir_.path(), "party", GetParam());
  const absl::Time at_ = party_.Certificate().not_after() - absl::Hours(24);
};
INSTANTIATE_TEST_SUITE_P(Keys, CmsOpensslTest, testing::Values(MailKey::kP256, MailKey::kRsa2048),
                         [](const auto& param) {
                           return param.param == MailKey::kP256 ? "P256" : "RSA";
                         });

TEST_P(CmsOpensslTest, ReadsWhatWeSign) {
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(
      File("sig"), *CmsSignDetached(party_.Identity(), kText, at_), 0600));
  EXPECT_EQ(Cms({"-verify", "-inform", "DER", "-in", "sig", "-content", "text", "-CAfile",
                 party_.cert_file, "-out", "out"}),
            0);
  EXPECT_EQ(Contents("out"), kText);
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(
      File("opaque"), *CmsSignOpaque(party_.Identity(), kText, at_), 0600));
  EXPECT_EQ(Cms({"-verify", "-inform", "DER", "-in", "opaque", "-CAfile", party_.cert_file, "-out",
                 "out2"}),
            0);
  EXPECT_EQ(Contents("out2"), kText);
}

TEST_P(CmsOpensslTest, OpensWhatWeSeal) {
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(
      File("sealed"), *CmsEncrypt(kText, {party_.Certificate()}, at_), 0600));
  EXPECT_EQ(Cms({"-decrypt", "-inform", "DER", "-in", "sealed", "-recip", party_.cert_file,
                 "-inkey", party_.key_file, "-out", "out"}),
            0);
  EXPECT_EQ(Contents("out"), kText);
}

TEST_P(CmsOpensslTest, WeReadWhatItSigns) {
  ASSERT_EQ(Cms({"-sign", "-in", "text", "-signer", party_.cert_file, "-inkey", party_.key_file,
                 "-outform", "DER", "-out", "sig"}),
            0);
  AMANA_EXPECT_OK(CmsVerifyDetached(Contents("sig"), kText, {party_.Certificate()}, at_));
  ASSERT_EQ(Cms({"-sign", "-nodetach", "-in", "text", "-signer", party_.cert_file, "-inkey",
                 party_.key_file, "-outform", "DER", "-out", "opaque"}),
            0);
  const auto opaque = CmsVerifyOpaque(Contents("opaque"), {party_.Certificate()}, at_);
  AMANA_ASSERT_OK(opaque);
  EXPECT_EQ(opaque->content, kText);
}

TEST_P(CmsOpensslTest, WeOpenWhatItSeals) {
  for (const char* cipher : {"-aes-256-gcm", "-aes-128-gcm", "-aes-256-cbc", "-aes128"}) {
    ASSERT_EQ(Cms({"-encrypt", cipher, "-in", "text", "-outform", "DER", "-out", "sealed",
                   party_.cert_file}),
              0)
        << cipher;
    const auto opened = CmsDecrypt(Contents("sealed"), party_.Identity());
    AMANA_ASSERT_OK(opened) << cipher;
    EXPECT_EQ(*opened, kText);
  }
}

TEST_P(CmsOpensslTest, WeakAlgorithmsAreRefused) {
  ASSERT_EQ(
      Cms({"-encrypt", "-des3", "-in", "text", "-outform", "DER", "-out", "des", party_.cert_file}),
      0);
  EXPECT_EQ(ErrorReason(CmsDecrypt(Contents("des"), party_.Identity()).status()),
            "CMS_OPEN_FAILED");
  ASSERT_EQ(Cms({"-sign", "-md", "sha1", "-in", "text", "-signer", party_.cert_file, "-inkey",
                 party_.key_file, "-outform", "DER", "-out", "sha1"}),
            0);
  const auto pinned = {party_.Certificate()};
  EXPECT_EQ(ErrorReason(CmsVerifyDetached(Contents("sha1"), kText, pinned, at_).status()),
            "CMS_ALGORITHM_REFUSED");
}

TEST_P(CmsOpensslTest, OneSignerWithAttributes) {
  const MailParty second = tests::MakeMailParty(dir_.path(), "second", MailKey::kP256);
  ASSERT_EQ(Cms({"-sign", "-in", "text", "-signer", party_.cert_file, "-inkey", party_.key_file,
                 "-signer", second.cert_file, "-inkey", second.key_file, "-outform", "DER", "-out",
                 "two"}),
            0);
  const auto pinned = {party_.Certificate(), second.Certificate()};
  EXPECT_EQ(ErrorReason(CmsVerifyDetached(Contents("two"), kText, pinned, at_).status()),
            "CMS_MALFORMED");
  ASSERT_EQ(Cms({"-sign", "-noattr", "-in", "text", "-signer", party_.cert_file, "-inkey",
                 party_.key_file, "-outform", "DER", "-out", "bare"}),
            0);
  EXPECT_EQ(ErrorReason(CmsVerifyDetached(Contents("bare"), kText, pinned, at_).status()),
            "CMS_MALFORMED");
}

}  // namespace
}  // namespace amana::crypto
