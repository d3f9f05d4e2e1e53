#include "proto/crypto/cms_identity.h"

#include "base/status.h"
#include "base/testing.h"
#include "tests/support/mail_pki.h"

namespace amana::crypto {
namespace {

using tests::MailKey;
using tests::MailParty;
using tests::MakeMailParty;

TEST(CmsIdentityTest, ReadsCertificatesOfOthers) {
  const TempDir dir;
  const MailParty ec = MakeMailParty(dir.path(), "ec", MailKey::kP256);
  const MailParty rsa = MakeMailParty(dir.path(), "rsa", MailKey::kRsa2048);
  const auto bundle = CmsCertificate::BundleFromPem("said before\n" + ec.cert_pem + rsa.cert_pem);
  AMANA_ASSERT_OK(bundle);
  ASSERT_EQ(bundle->size(), 2u);
  EXPECT_EQ((*bundle)[0].id(), ec.Certificate().id());
  EXPECT_EQ((*bundle)[1].id(), rsa.Certificate().id());
  EXPECT_NE(ec.Certificate().id(), rsa.Certificate().id());
  for (const CmsCertificate& certificate : *bundle) {
    AMANA_EXPECT_OK(certificate.CheckSigning());
    AMANA_EXPECT_OK(certificate.CheckSealing());
  }
}

TEST(CmsIdentityTest, RefusesWhatIsNoCertificate) {
  const TempDir dir;
  const MailParty ec = MakeMailParty(dir.path(), "ec", MailKey::kP256);
  EXPECT_EQ(ErrorReason(CmsCertificate::FromPem("").status()), "CERT_MALFORMED");
  EXPECT_EQ(ErrorReason(CmsCertificate::FromPem(ec.key_pem).status()), "CERT_MALFORMED");
  std::string broken = ec.cert_pem;
  broken[broken.size() / 2] = '!';
  EXPECT_EQ(ErrorReason(CmsCertificate::BundleFromPem(ec.cert_pem + broken).status()),
            "CERT_MALFORMED");
}

TEST(CmsIdentityTest, RefusesAWeakKey) {
  const TempDir dir;
  const MailParty weak = MakeMailParty(dir.path(), "weak", MailKey::kRsa1024);
  EXPECT_EQ(ErrorReason(CmsCertificate::FromPem(weak.cert_pem).status()), "CERT_PROFILE_INVALID");
}

TEST(CmsIdentityTest, SaysWhatACertificateMayDo) {
  const TempDir dir;
  const CmsCertificate signs =
      MakeMailParty(dir.path(), "signs", MailKey::kP256, {"keyUsage=critical,digitalSignature"})
          .Certificate();
  AMANA_EXPECT_OK(signs.CheckSigning());
  EXPECT_EQ(ErrorReason(signs.CheckSealing()), "CERT_USAGE_INVALID");
  const CmsCertificate opens =
      MakeMailParty(dir.path(), "opens", MailKey::kP256, {"keyUsage=critical,keyAgreement"})
          .Certificate();
  AMANA_EXPECT_OK(opens.CheckSealing());
  EXPECT_EQ(ErrorReason(opens.CheckSigning()), "CERT_USAGE_INVALID");
  const CmsCertificate server =
      MakeMailParty(dir.path(), "server", MailKey::kRsa2048, {"extendedKeyUsage=serverAuth"})
          .Certificate();
  EXPECT_EQ(ErrorReason(server.CheckSigning()), "CERT_USAGE_INVALID");
  EXPECT_EQ(ErrorReason(server.CheckSealing()), "CERT_USAGE_INVALID");
}

TEST(CmsIdentityTest, JudgesTheTimeItIsGiven) {
  const TempDir dir;
  const CmsCertificate certificate = MakeMailParty(dir.path(), "ec", MailKey::kP256).Certificate();
  const absl::Time last = certificate.not_after();
  AMANA_EXPECT_OK(certificate.CheckTime(last));
  EXPECT_EQ(ErrorReason(certificate.CheckTime(last + absl::Seconds(1))), "CERT_EXPIRED");
  EXPECT_EQ(ErrorReason(certificate.CheckTime(last - absl::Hours(24 * 31))), "CERT_NOT_YET_VALID");
}

TEST(CmsIdentityTest, AKeyBelongsToItsCertificate) {
  const TempDir dir;
  const MailParty mine = MakeMailParty(dir.path(), "mine", MailKey::kP256);
  const MailParty other = MakeMailParty(dir.path(), "other", MailKey::kP256);
  AMANA_EXPECT_OK(CmsIdentity::Create(mine.Certificate(), Secret(mine.key_pem)));
  EXPECT_EQ(ErrorReason(CmsIdentity::Create(mine.Certificate(), Secret(other.key_pem)).status()),
            "KEY_INVALID");
  EXPECT_EQ(ErrorReason(CmsIdentity::Create(mine.Certificate(), Secret(mine.cert_pem)).status()),
            "KEY_INVALID");
}

}  // namespace
}  // namespace amana::crypto
