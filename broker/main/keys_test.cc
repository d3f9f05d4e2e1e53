#include "broker/main/keys.h"

#include <sys/stat.h>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"
#include "proto/crypto/pki.h"
#include "proto/transparency/note_verifier.h"

namespace amana::broker {
namespace {

unsigned ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

KeysRequest Request(const TempDir& dir) {
  return {.dir = dir.File("keys"),
          .trust_domain = "test.amana.example",
          .agency = "amana",
          .origin = "log.example/amana"};
}

TEST(KeysTest, MakesKeysThatNobodyElseReadsAndARequestForTheBrokersRole) {
  TempDir dir;
  const absl::StatusOr<BrokerKeys> keys = MakeBrokerKeys(Request(dir));
  AMANA_ASSERT_OK(keys);
  EXPECT_EQ(ModeOf(keys->log_key_path), 0400u);
  EXPECT_EQ(ModeOf(keys->tls_key_path), 0400u);
  EXPECT_EQ(ModeOf(keys->pseudonym_key_path), 0400u);

  const auto log_key = ReadLogKey(keys->log_key_path);
  AMANA_ASSERT_OK(log_key);
  const auto verifier = transparency::NoteVerifier::Parse(keys->vkey);
  AMANA_ASSERT_OK(verifier);
  EXPECT_EQ(verifier->name(), "log.example/amana");
  EXPECT_EQ(transparency::NoteVerifier::Create(
                "log.example/amana", transparency::NoteKeyType::kEd25519, log_key->PublicKey())
                ->vkey(),
            keys->vkey);
  EXPECT_EQ(RealFileSystem().Read(dir.File("keys/log.vkey")).value(), keys->vkey + "\n");

  const auto csr = crypto::Csr::FromPem(RealFileSystem().Read(keys->tls_csr_path).value());
  AMANA_ASSERT_OK(csr);
  ASSERT_TRUE(csr->requested().has_value());
  EXPECT_EQ(crypto::ToUri(*csr->requested()), "spiffe://test.amana.example/agency/amana/broker");
}

TEST(KeysTest, NeverReplacesAKey) {
  TempDir dir;
  const auto first = MakeBrokerKeys(Request(dir));
  AMANA_ASSERT_OK(first);
  const std::string kept = RealFileSystem().Read(first->log_key_path).value();
  EXPECT_EQ(ErrorReason(MakeBrokerKeys(Request(dir)).status()), "FILE_EXISTS");
  EXPECT_EQ(RealFileSystem().Read(first->log_key_path).value(), kept);
}

TEST(KeysTest, RefusesNamesThatCannotBe) {
  TempDir dir;
  KeysRequest request = Request(dir);
  request.trust_domain = "Not A Domain";
  EXPECT_EQ(ErrorReason(MakeBrokerKeys(request).status()), "SPIFFE_ID_INVALID");
  request = Request(dir);
  request.agency = "A!";
  EXPECT_EQ(ErrorReason(MakeBrokerKeys(request).status()), "ID_INVALID");
  request = Request(dir);
  request.origin = "a+b";
  EXPECT_EQ(ErrorReason(MakeBrokerKeys(request).status()), "VERIFIER_KEY_INVALID");
  EXPECT_EQ(ErrorField(MakeBrokerKeys(request).status()), "origin");
  EXPECT_EQ(RealFileSystem().Exists(dir.File("keys")).value(), false);
}

}  // namespace
}  // namespace amana::broker
