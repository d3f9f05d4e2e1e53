#include "broker/main/health.h"

#include <utility>

#include "base/log.h"
#include "base/status.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/x509.h"

namespace amana::broker {
namespace {

absl::Status Unhealthy(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "", message);
}

}  // namespace

absl::Status CheckDisk(FileSystem& files, const std::string& folder, uint64_t min_free_bytes) {
  AMANA_ASSIGN_OR_RETURN(const uint64_t free, files.FreeBytes(folder));
  if (free >= min_free_bytes) return absl::OkStatus();
  return Unhealthy("LOW_DISK_SPACE", "less space is free than limits.min_free_mib");
}

absl::Status CheckClock(const Clock& clock) {
  if (clock.Synchronised()) return absl::OkStatus();
  return Unhealthy("CLOCK_NOT_SYNCHRONISED", "the clock is not to be trusted");
}

absl::Status CheckTlsFiles(FileSystem& files, const std::string& certificate_path,
                           const std::string& key_path, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const std::string pem, files.Read(certificate_path));
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate certificate, crypto::Certificate::FromPem(pem));
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret key_pem, crypto::ReadKeyFile(key_path));
  AMANA_ASSIGN_OR_RETURN(const crypto::EcdsaPrivateKey key,
                         crypto::EcdsaPrivateKey::FromPem(key_pem));
  if (certificate.usage() != crypto::CertUsage::kTls) {
    return Unhealthy("CERT_USAGE_INVALID", "tls.certificate is no TLS certificate");
  }
  if (!(key.PublicKey() == certificate.public_key())) {
    return Unhealthy("KEY_INVALID", "tls.key is not the key of tls.certificate");
  }
  if (now < certificate.not_before()) {
    return Unhealthy("CERT_NOT_YET_VALID", "tls.certificate is not yet valid");
  }
  if (now > certificate.not_after()) {
    return Unhealthy("CERT_EXPIRED", "tls.certificate has expired");
  }
  return absl::OkStatus();
}

Health::Health(Metrics& metrics, std::vector<HealthCheck> checks) {
  for (HealthCheck& check : checks) {
    const Gauge gauge =
        metrics.GetGauge("amana_healthy", "1 when a check is OK", {{"check", check.name}});
    known_.push_back({std::move(check), gauge, absl::OkStatus()});
  }
}

bool Health::Evaluate() {
  bool healthy = true;
  for (Known& known : known_) {
    const absl::Status now = known.check.check();
    known.gauge.Set(now.ok() ? 1 : 0);
    healthy = healthy && (now.ok() || known.check.advisory);
    if (ErrorReason(now) == ErrorReason(known.last) && now.code() == known.last.code()) continue;
    known.last = now;
    Log(now.ok() ? LogLevel::kInfo : LogLevel::kError, "health",
        {{"check", LogSafe::Code(known.check.name)}, {"status", LogSafe(now)}});
  }
  return healthy;
}

}  // namespace amana::broker
