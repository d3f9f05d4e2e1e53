// Whether an adapter can do its work now: its keys, its native side, the broker, what waits and for
// how long. No content, no native key.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_HEALTH_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_HEALTH_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/runtime/journal_deliveries.h"
#include "agency-adapters/runtime/journal_items.h"
#include "agency-adapters/sdk/identity.h"

namespace amana::runtime {

struct HealthLine {
  std::string name;  // "key.signing", "native.sftp", "broker", "backlog.deliveries"
  bool ok = true;
  std::string reason = {};  // a code; where ok, a warning
};

struct Waiting {
  int64_t items = 0;       // held, not yet signed
  int64_t queued = 0;      // in the outbox, without the broker's receipt
  int64_t deliveries = 0;  // not yet written natively
  int64_t dead = 0;        // letters
  absl::Duration oldest;   // age of the oldest of items and deliveries
};

struct HealthReport {
  absl::Time at;
  std::vector<HealthLine> lines = {};
  Waiting waiting = {};

  bool ok() const;
};

// Each key of the identity: that it signs or opens for its certificate (KEY_UNUSABLE), and what the
// pinned authorities say of that now (their reason); CERTIFICATE_EXPIRES_SOON warns 14 days before.
std::vector<HealthLine> CheckKeys(const sdk::Identity& identity, absl::Time now);
absl::StatusOr<Waiting> CountWaiting(ItemJournal& items, DeliveryJournal& deliveries,
                                     absl::Time now);
// From this age on what waits is no longer healthy: BACKLOG_OLD.
inline constexpr absl::Duration kOldBacklog = absl::Hours(1);

nlohmann::ordered_json ToJson(const HealthReport& report);
std::string ToText(const HealthReport& report);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_HEALTH_H_
