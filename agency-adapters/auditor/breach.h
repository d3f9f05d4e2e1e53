// Everything that a stolen key touched, as far as a mirror shows it.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_BREACH_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_BREACH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/sdk/event_view.h"
#include "base/ids.h"
#include "proto/crypto/x509.h"

namespace amana::auditor {

enum class How {
  kSigned,    // signed with the key, in the period
  kFollowed,  // of a referral about which the key had signed something before; to the log's end
  kReached,   // a delivery to the unit that the certificate is of, in the period
};
std::string_view HowName(How how);  // "SIGNED", "FOLLOWED", "REACHED"

struct TouchedEvent {
  How how = How::kSigned;
  uint64_t index = 0;
  sdk::EventView view;
};

struct TouchedReferral {
  uint64_t signed_events = 0, deliveries = 0;
  std::set<Address> recipients = {};  // that it was delivered to
};

struct Breach {
  std::optional<crypto::Certificate> certificate = {};  // where the mirror has it
  std::vector<TouchedEvent> events = {};                // in the log's order
  std::map<StatementKey, TouchedReferral> referrals = {};
  std::map<v1::EventKind, uint64_t> signed_kinds = {};
  uint64_t hidden = 0;  // events of the period that do not show by which certificate they are
};

// `from` included, `until` not; an event that shows no time is in every period. Errors of reading;
// EVENT_INVALID.
absl::StatusOr<Breach> TouchedBy(MirrorBook& book, const CertId& certificate,
                                 std::optional<absl::Time> from, std::optional<absl::Time> until);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_BREACH_H_
