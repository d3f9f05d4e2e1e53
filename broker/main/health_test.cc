#include "broker/main/health.h"

#include <limits>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"
#include "proto/crypto/key_file.h"
#include "tests/support/test_pki.h"

namespace amana::broker {
namespace {

TEST(HealthTest, OneBadCheckIsEnoughAndChangesAreLoggedOnce) {
  std::vector<std::string> lines;
  ScopedLogSink sink([&lines](std::string_view line) { lines.emplace_back(line); });
  Metrics metrics;
  absl::Status store;
  Health health(metrics,
                {{"store", [&store] { return store; }}, {"disk", [] { return absl::OkStatus(); }}});
  EXPECT_TRUE(health.Evaluate());
  EXPECT_TRUE(lines.empty());
  store = MakeError(absl::StatusCode::kDataLoss, "STORE_CORRUPT", "", "detail");
  EXPECT_FALSE(health.Evaluate());
  EXPECT_FALSE(health.Evaluate());
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("STORE_CORRUPT"), std::string::npos);
  const auto gauge = [&metrics](const char* check) {
    return metrics.GetGauge("amana_healthy", "1 when a check is OK", {{"check", check}}).value();
  };
  EXPECT_EQ(gauge("store"), 0);
  EXPECT_EQ(gauge("disk"), 1);
  store = absl::OkStatus();
  EXPECT_TRUE(health.Evaluate());
  EXPECT_EQ(lines.size(), 2u);
  EXPECT_EQ(gauge("store"), 1);
}

TEST(HealthTest, Disk) {
  TempDir dir;
  AMANA_EXPECT_OK(CheckDisk(RealFileSystem(), dir.path(), 1));
  EXPECT_EQ(
      ErrorReason(CheckDisk(RealFileSystem(), dir.path(), std::numeric_limits<uint64_t>::max())),
      "LOW_DISK_SPACE");
  EXPECT_EQ(ErrorReason(CheckDisk(RealFileSystem(), dir.File("none"), 1)), "FILE_NOT_FOUND");
}

TEST(HealthTest, Clock) {
  FakeClock clock(absl::FromUnixSeconds(1714560000));
  AMANA_EXPECT_OK(CheckClock(clock));
  clock.SetSynchronised(false);
  EXPECT_EQ(ErrorReason(CheckClock(clock)), "CLOCK_NOT_SYNCHRONISED");
}

TEST(HealthTest, TlsFiles) {
  TempDir dir;
  const auto write = [&dir](const std::string& name, const tests::TestIdentity& identity) {
    AMANA_EXPECT_OK(
        RealFileSystem().WriteAtomically(dir.File(name + ".pem"), identity.chain_pem, kPublicFile));
    AMANA_EXPECT_OK(
        crypto::WriteKeyFile(dir.File(name + ".key"), crypto::Secret(identity.key_pem)));
  };
  write("tls", tests::TestBrokerTls());
  write("other", tests::TestTls("police", crypto::Role::kSystem));
  write("signer", tests::TestSigner("police", crypto::Role::kSystem));
  struct Row {
    const char* certificate;
    const char* key;
    absl::Time now;
    const char* reason;
  };
  const absl::Time now = tests::TestNotBefore() + absl::Hours(24);
  const absl::Duration second = absl::Seconds(1);
  const Row rows[] = {
      {"tls.pem", "tls.key", now, ""},
      {"tls.pem", "tls.key", tests::TestNotBefore(), ""},
      {"tls.pem", "tls.key", tests::TestNotBefore() - second, "CERT_NOT_YET_VALID"},
      {"tls.pem", "tls.key", tests::TestNotAfter() + second, "CERT_EXPIRED"},
      {"tls.pem", "other.key", now, "KEY_INVALID"},
      {"tls.key", "tls.key", now, "CERT_MALFORMED"},
      {"signer.pem", "signer.key", now, "CERT_USAGE_INVALID"},
      {"none.pem", "tls.key", now, "FILE_NOT_FOUND"},
      {"tls.pem", "none.key", now, "FILE_NOT_FOUND"},
      {"tls.pem", "other.pem", now, "KEY_FILE_PERMISSIONS"},
  };
  for (const Row& row : rows) {
    const absl::Status status =
        CheckTlsFiles(RealFileSystem(), dir.File(row.certificate), dir.File(row.key), row.now);
    EXPECT_EQ(ErrorReason(status), row.reason) << row.certificate << " " << row.key;
  }
}

TEST(HealthTest, WhatOnlyAdvisesIsToldAndServedAllTheSame) {
  Metrics metrics;
  absl::Status guard, store;
  Health health(metrics, {{"store", [&] { return store; }},
                          {"guard", [&] { return guard; }, /*advisory=*/true}});
  EXPECT_TRUE(health.Evaluate());
  guard = absl::UnavailableError("synthetic");
  EXPECT_TRUE(health.Evaluate());
  EXPECT_NE(metrics.Text().find("amana_healthy{check=\"guard\"} 0"), std::string::npos);
  store = guard;
  guard = absl::OkStatus();
  EXPECT_FALSE(health.Evaluate());
}

}  // namespace
}  // namespace amana::broker
