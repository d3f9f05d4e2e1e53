#include "agency-adapters/cli/bench/bench_pool.h"

#include <set>

#include "agency-adapters/cli/bench/bench_site.h"
#include "amana/v1/referral_service.pb.h"
#include "base/testing.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/submission.h"

namespace amana::cli {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1900000000);

class PoolTest : public testing::Test {
 protected:
  void SetUp() override {
    auto site = MakeBenchSite(folder_.path(), kNow);
    AMANA_ASSERT_OK(site);
    site->sender.broker = "127.0.0.1:1";
    auto identity = sdk::Identity::Create(site->sender);
    AMANA_ASSERT_OK(identity);
    identity_.emplace(*std::move(identity));
    auto consent = MakeBenchConsent(*identity_, site->recipient.address, kNow);
    AMANA_ASSERT_OK(consent);
    consent_ = *std::move(consent);
    auto sealer = Sealer::Create(*identity_, site->recipient, consent_.record);
    AMANA_ASSERT_OK(sealer);
    sealer_.emplace(*std::move(sealer));
  }

  const crypto::EcdsaPublicKey& SigningKey() {
    return (*identity_->Signer())->certificate.public_key();
  }
  static SteadyTime Soon() { return After(SteadyNow(), 30); }

  const TempDir folder_;
  std::optional<sdk::Identity> identity_;
  BenchConsent consent_;
  std::optional<Sealer> sealer_;
  ReferralPool pool_;
};

TEST_F(PoolTest, WhatIsSealedIsAWholeSignedSubmission) {
  const auto sealed = sealer_->Seal(kNow);
  AMANA_ASSERT_OK(sealed);
  v1::SubmitRequest request;
  ASSERT_TRUE(request.ParseFromString(sealed->request));
  const auto statement = envelope::ReferralStatement::Create(request.submission().header());
  AMANA_ASSERT_OK(statement);
  EXPECT_EQ(statement->key().referral, sealed->referral);
  EXPECT_EQ(statement->digest(), sealed->digest);
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(statement->envelope(), SigningKey()));
  const auto grants = envelope::CheckSubmission(request.submission(), *statement);
  AMANA_ASSERT_OK(grants);
  EXPECT_EQ(grants->size(), 1u);
  EXPECT_EQ(request.submission().sections_size(), 3);
  EXPECT_TRUE(statement->header().test());
}

TEST_F(PoolTest, TheConsentIsSigned) {
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(consent_.envelope, SigningKey()));
}

TEST_F(PoolTest, GivesEachReferralOnceAndIsFilledUp) {
  std::set<std::string> seen;
  const auto no = [] { return false; };
  AMANA_ASSERT_OK(pool_.Fill(*sealer_, 5, kNow, Soon(), no));
  for (int i = 0; i < 3; ++i) seen.insert(pool_.Take()->referral.hex());
  EXPECT_EQ(pool_.left(), 2u);
  AMANA_ASSERT_OK(pool_.Fill(*sealer_, 4, kNow, Soon(), no));
  EXPECT_EQ(pool_.left(), 4u);
  while (const SealedReferral* referral = pool_.Take()) seen.insert(referral->referral.hex());
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(pool_.left(), 0u);
}

TEST_F(PoolTest, StopsInTime) {
  AMANA_ASSERT_OK(pool_.Fill(*sealer_, 1000000, kNow, SteadyNow(), [] { return false; }));
  AMANA_ASSERT_OK(pool_.Fill(*sealer_, 1000000, kNow, Soon(), [] { return true; }));
  EXPECT_EQ(pool_.left(), 0u);
}

}  // namespace
}  // namespace amana::cli
