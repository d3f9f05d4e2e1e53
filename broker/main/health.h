// Whether the broker can serve: a list of named checks, looked at every second. What changes is
// logged once; each check is a metric.
#ifndef AMANA_BROKER_MAIN_HEALTH_H_
#define AMANA_BROKER_MAIN_HEALTH_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/metrics.h"

namespace amana::broker {

struct HealthCheck {
  std::string name;  // a code: "store"
  std::function<absl::Status()> check;
  bool advisory = false;  // told like the others, but the broker serves all the same
};

// The free space of the disk that `folder` is on. LOW_DISK_SPACE; errors of FileSystem::FreeBytes.
absl::Status CheckDisk(FileSystem& files, const std::string& folder, uint64_t min_free_bytes);
// CLOCK_NOT_SYNCHRONISED.
absl::Status CheckClock(const Clock& clock);
// The broker's own TLS certificate: readable, of its profile, valid now, for the key beside it. The
// errors of Certificate::FromPem and ReadKeyFile; CERT_EXPIRED, CERT_NOT_YET_VALID, KEY_INVALID,
// CERT_USAGE_INVALID.
absl::Status CheckTlsFiles(FileSystem& files, const std::string& certificate_path,
                           const std::string& key_path, absl::Time now);

// Used by one thread.
class Health {
 public:
  // `metrics` must outlive it.
  Health(Metrics& metrics, std::vector<HealthCheck> checks);
  // Runs all checks; true when all but advisory ones are OK.
  bool Evaluate();

 private:
  struct Known {
    HealthCheck check;
    Gauge gauge;        // 1: OK
    absl::Status last;  // as logged
  };
  std::vector<Known> known_;
};

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_HEALTH_H_
