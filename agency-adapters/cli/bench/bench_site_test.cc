#include "agency-adapters/cli/bench/bench_site.h"

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::cli {
namespace {

TEST(BenchSiteTest, TheSenderIsAnIdentityAndTrustsTheRecipient) {
  const TempDir folder;
  const absl::Time now = absl::FromUnixSeconds(1900000000);
  auto site = MakeBenchSite(folder.path(), now);
  AMANA_ASSERT_OK(site);
  site->sender.broker = "127.0.0.1:1";
  const auto identity = sdk::Identity::Create(site->sender);
  AMANA_ASSERT_OK(identity);
  AMANA_EXPECT_OK(identity->Signer());
  AMANA_EXPECT_OK(
      identity->authorities().Verify(site->recipient.sealing, now, crypto::CertUsage::kSealing));
  EXPECT_EQ(ToString(site->recipient.address), "bench-haven/intake");
  EXPECT_EQ(ToString(*identity->address()), "bench-police/desk");
}

TEST(BenchSiteTest, AnyMomentWillDo) {
  const TempDir folder;
  const absl::Time now = absl::FromUnixSeconds(1900000000) + absl::Milliseconds(999);
  AMANA_EXPECT_OK(MakeBenchSite(folder.path(), now));
}

TEST(BenchSiteTest, SaysWhichQuotasItRaises) {
  const TempDir folder;
  const auto site = MakeBenchSite(folder.path(), absl::FromUnixSeconds(1900000000));
  AMANA_ASSERT_OK(site);
  const auto config = RealFileSystem().Read(site->broker_config);
  AMANA_ASSERT_OK(config);
  EXPECT_FALSE(site->quotas_raised.empty());
  for (const std::string& quota : site->quotas_raised) {
    EXPECT_NE(config->find("\n" + quota + "\n"), std::string::npos) << quota;
  }
}

TEST(BenchSiteTest, KeysAreForTheirOwnerOnly) {
  const TempDir folder;
  AMANA_ASSERT_OK(MakeBenchSite(folder.path(), absl::FromUnixSeconds(1900000000)));
  AMANA_EXPECT_OK(ReadSecretFile(folder.File("broker/tls.key")));
  AMANA_EXPECT_OK(ReadSecretFile(folder.File("broker/log.key")));
}

}  // namespace
}  // namespace amana::cli
