#include "proto/crypto/cms.h"

#include "base/status.h"
#include "base/testing.h"
#include "tests/support/mail_pki.h"

namespace amana::crypto {
namespace {

using tests::MailKey;
using tests::MailParty;

// Made once: RSA keys are slow.
struct Parties {
  TempDir dir;
  MailParty ec = tests::MakeMailParty(dir.path(), "ec", MailKey::kP256);
  MailParty rsa = tests::MakeMailParty(dir.path(), "rsa", MailKey::kRsa2048);
  MailParty stranger = tests::MakeMailParty(dir.path(), "stranger", MailKey::kP256);
};
const Parties& World() {
  static const auto* const world = new Parties();
  return *world;
}

const std::string kText = "Content-Type: text/plain\r\n\r\nSYNTHETIC RECORD\r\n";

class CmsOfBothKeysTest : public testing::TestWithParam<bool> {
 protected:
  const MailParty& party() const { return GetParam() ? World().ec : World().rsa; }
  const absl::Time at_ = World().ec.Certificate().not_after() - absl::Hours(24);
};
INSTANTIATE_TEST_SUITE_P(Keys, CmsOfBothKeysTest, testing::Bool(),
                         [](const auto& param) { return param.param ? "P256" : "RSA"; });

TEST_P(CmsOfBothKeysTest, SignsDetached) {
  const auto signature = CmsSignDetached(party().Identity(), kText, at_);
  AMANA_ASSERT_OK(signature);
  EXPECT_EQ(signature->find("SYNTHETIC RECORD"), std::string::npos);
  const auto verified = CmsVerifyDetached(
      *signature, kText, {World().stranger.Certificate(), party().Certificate()}, at_);
  AMANA_ASSERT_OK(verified);
  EXPECT_EQ(verified->signer, party().Certificate().id());
  EXPECT_EQ(verified->signing_time, at_);
  EXPECT_EQ(verified->content, "");
}

TEST_P(CmsOfBothKeysTest, SignsOpaque) {
  const auto whole = CmsSignOpaque(party().Identity(), kText, at_);
  AMANA_ASSERT_OK(whole);
  const auto verified = CmsVerifyOpaque(*whole, {party().Certificate()}, at_);
  AMANA_ASSERT_OK(verified);
  EXPECT_EQ(verified->content, kText);
}

TEST_P(CmsOfBothKeysTest, EveryAlteredByteOfASignatureIsRefused) {
  const std::string whole = *CmsSignOpaque(party().Identity(), kText, at_);
  const std::vector<CmsCertificate> pinned = {party().Certificate()};
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string altered = whole;
    altered[i] = static_cast<char>(altered[i] ^ 0x20);
    const auto verified = CmsVerifyOpaque(altered, pinned, at_);
    // Not signed: the certificates that come with it, which nobody looks at, and a few lengths.
    EXPECT_TRUE(!verified.ok() || verified->content == kText) << i;
  }
  const std::string signature = *CmsSignDetached(party().Identity(), kText, at_);
  EXPECT_EQ(ErrorReason(CmsVerifyDetached(signature, kText + " ", pinned, at_).status()),
            "SIGNATURE_INVALID");
  EXPECT_EQ(ErrorReason(CmsVerifyDetached(signature, "", pinned, at_).status()),
            "SIGNATURE_INVALID");
}

TEST_P(CmsOfBothKeysTest, SealsForEachRecipient) {
  const auto sealed = CmsEncrypt(kText, {World().ec.Certificate(), World().rsa.Certificate()}, at_);
  AMANA_ASSERT_OK(sealed);
  EXPECT_EQ(sealed->find("SYNTHETIC RECORD"), std::string::npos);
  const auto opened = CmsDecrypt(*sealed, party().Identity());
  AMANA_ASSERT_OK(opened);
  EXPECT_EQ(*opened, kText);
}

TEST_P(CmsOfBothKeysTest, AlteredOrForSomebodyElseDoesNotOpen) {
  const std::string sealed = *CmsEncrypt(kText, {party().Certificate()}, at_);
  EXPECT_EQ(ErrorReason(CmsDecrypt(sealed, World().stranger.Identity()).status()),
            "CMS_OPEN_FAILED");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 0x01);
    const auto opened = CmsDecrypt(altered, party().Identity());
    EXPECT_TRUE(!opened.ok() || *opened == kText) << i;
    if (!opened.ok()) {
      const std::string reason = ErrorReason(opened.status());
      EXPECT_TRUE(reason == "CMS_OPEN_FAILED" || reason == "CMS_MALFORMED") << reason;
    }
  }
  std::string last = sealed;  // the tag is the last of it
  last.back() = static_cast<char>(last.back() ^ 0x01);
  EXPECT_EQ(ErrorReason(CmsDecrypt(last, party().Identity()).status()), "CMS_OPEN_FAILED");
}

TEST_P(CmsOfBothKeysTest, TheSignerIsPinnedAndInTime) {
  const std::string whole = *CmsSignOpaque(party().Identity(), kText, at_);
  const CmsCertificate certificate = party().Certificate();
  const auto reason = [&](const std::vector<CmsCertificate>& pinned, absl::Time at) {
    return ErrorReason(CmsVerifyOpaque(whole, pinned, at).status());
  };
  EXPECT_EQ(reason({}, at_), "CHAIN_UNTRUSTED");
  EXPECT_EQ(reason({World().stranger.Certificate()}, at_), "CHAIN_UNTRUSTED");
  EXPECT_EQ(reason({certificate}, certificate.not_after() + absl::Seconds(1)), "CERT_EXPIRED");
  EXPECT_EQ(reason({certificate}, at_ - absl::Hours(24 * 40)), "CERT_NOT_YET_VALID");
}

TEST(CmsTest, NoSigningOrSealingOutOfTime) {
  const CmsIdentity ec = World().ec.Identity();
  const absl::Time late = ec.certificate().not_after() + absl::Hours(1);
  EXPECT_EQ(ErrorReason(CmsSignOpaque(ec, kText, late).status()), "CERT_EXPIRED");
  EXPECT_EQ(ErrorReason(CmsEncrypt(kText, {ec.certificate()}, late).status()), "CERT_EXPIRED");
  EXPECT_EQ(ErrorReason(CmsEncrypt(kText, {}, late).status()), "KEY_INVALID");
}

TEST(CmsTest, ACertificateOfTheSameNameIsNotThePinnedOne) {
  const TempDir dir;
  const MailParty twin = tests::MakeMailParty(dir.path(), "ec", MailKey::kP256);
  const absl::Time at = twin.Certificate().not_after() - absl::Hours(24);
  const std::string whole = *CmsSignOpaque(twin.Identity(), kText, at);
  EXPECT_EQ(ErrorReason(CmsVerifyOpaque(whole, {World().ec.Certificate()}, at).status()),
            "CHAIN_UNTRUSTED");
}

TEST(CmsTest, KindsAreNotConfused) {
  const CmsIdentity ec = World().ec.Identity();
  const absl::Time at = ec.certificate().not_after() - absl::Hours(24);
  const std::vector<CmsCertificate> pinned = {ec.certificate()};
  const std::string opaque = *CmsSignOpaque(ec, kText, at);
  const std::string detached = *CmsSignDetached(ec, kText, at);
  const std::string sealed = *CmsEncrypt(kText, pinned, at);
  const auto malformed = [](const auto& result) {
    return ErrorReason(result.status()) == "CMS_MALFORMED";
  };
  EXPECT_TRUE(malformed(CmsVerifyDetached(opaque, kText, pinned, at)));
  EXPECT_TRUE(malformed(CmsVerifyOpaque(detached, pinned, at)));
  EXPECT_TRUE(malformed(CmsVerifyOpaque(sealed, pinned, at)));
  EXPECT_TRUE(malformed(CmsDecrypt(opaque, ec)));
  EXPECT_TRUE(malformed(CmsVerifyOpaque(opaque + "x", pinned, at)));
  EXPECT_TRUE(malformed(CmsDecrypt(sealed + "x", ec)));
  for (const std::string& nothing : {std::string(), std::string("x"), std::string(1000, '\x30')}) {
    EXPECT_TRUE(malformed(CmsVerifyOpaque(nothing, pinned, at)));
    EXPECT_TRUE(malformed(CmsDecrypt(nothing, ec)));
  }
}

TEST(CmsTest, SizeIsBounded) {
  const CmsIdentity ec = World().ec.Identity();
  const absl::Time at = ec.certificate().not_after() - absl::Hours(24);
  const std::string huge(kMaxCms + 1, 'x');
  EXPECT_EQ(ErrorReason(CmsSignOpaque(ec, huge, at).status()), "LENGTH_INVALID");
  EXPECT_EQ(ErrorReason(CmsEncrypt(huge, {ec.certificate()}, at).status()), "LENGTH_INVALID");
  EXPECT_EQ(ErrorReason(CmsDecrypt(huge, ec).status()), "LENGTH_INVALID");
  EXPECT_EQ(ErrorReason(CmsVerifyOpaque(huge, {}, at).status()), "LENGTH_INVALID");
}

}  // namespace
}  // namespace amana::crypto
