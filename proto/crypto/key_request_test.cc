#include "proto/crypto/key_request.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/pki.h"

namespace amana::crypto {
namespace {

unsigned ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

const SpiffeId kSpiffe = *ParseSpiffeId("spiffe://test.example/agency/police/system/west");

TEST(KeyRequestTest, MakesAKeyAndTheRequestForIt) {
  const TempDir dir;
  const auto request = NewKeyAndCsr(dir.File("new/keys"), "signing", kSpiffe, CertUsage::kSigning);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->key_path, dir.File("new/keys/signing.key"));
  EXPECT_EQ(request->csr_path, dir.File("new/keys/signing.csr"));
  EXPECT_EQ(ModeOf(request->key_path), 0400u);
  EXPECT_EQ(ModeOf(request->csr_path), 0644u);
  EXPECT_EQ(ModeOf(dir.File("new/keys")), 0700u);
  const auto pem = ReadKeyFile(request->key_path);
  ASSERT_TRUE(pem.ok()) << pem.status();
  const auto key = EcdsaPrivateKey::FromPem(*pem);
  ASSERT_TRUE(key.ok());
  const auto csr = Csr::FromPem(request->csr_pem);
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_EQ(csr->public_key(), key->PublicKey());
  ASSERT_TRUE(csr->requested().has_value());
  EXPECT_EQ(*csr->requested(), kSpiffe);
}

TEST(KeyRequestTest, NeverOverwritesAKey) {
  const TempDir dir;
  AMANA_ASSERT_OK(NewKeyAndCsr(dir.path(), "tls", kSpiffe, CertUsage::kTls));
  const auto before = ReadKeyFile(dir.File("tls.key"));
  EXPECT_EQ(ErrorReason(NewKeyAndCsr(dir.path(), "tls", kSpiffe, CertUsage::kTls).status()),
            "FILE_EXISTS");
  const auto after = ReadKeyFile(dir.File("tls.key"));
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_TRUE(after->SameAs(*before));
}

TEST(KeyRequestTest, RefusesBadNamesAndAuthorities) {
  const TempDir dir;
  for (const std::string name : {"", ".hidden", "a/b", "..", "with space"}) {
    EXPECT_EQ(ErrorReason(NewKeyAndCsr(dir.path(), name, kSpiffe, CertUsage::kTls).status()),
              "KEY_INVALID");
  }
  EXPECT_EQ(ErrorReason(NewKeyAndCsr(dir.path(), "ca", kSpiffe, CertUsage::kCa).status()),
            "CERT_USAGE_INVALID");
  EXPECT_EQ(ErrorReason(NewKeyAndCsr(dir.path(), "tls", SpiffeId(), CertUsage::kTls).status()),
            "SPIFFE_ID_INVALID");
}

}  // namespace
}  // namespace amana::crypto
