// What one caller is shown of events, and the names that an auditor knows their parts by.
#ifndef AMANA_BROKER_OPERATIONS_EVENT_VIEW_H_
#define AMANA_BROKER_OPERATIONS_EVENT_VIEW_H_

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "broker/events/pseudonyms.h"
#include "broker/events/visibility.h"
#include "broker/identity/caller.h"
#include "broker/store/store.h"

namespace amana::operations {

struct EventView {
  events::FieldSet fields;  // that are shown
  // An auditor is told the pseudonyms. Of an event about no referral he is not: what the directory
  // says of agencies by their ids would tell him whose they are. Nor where he sees an agency or the
  // referral itself, but for a case that was opened, where that is the purpose.
  bool named = false;
};

// Over one snapshot, which must outlive it. Not thread-safe.
class EventViewer {
 public:
  EventViewer(const identity::Caller& caller, const store::Snapshot& snapshot)
      : caller_(caller), snapshot_(snapshot) {}

  // Errors of the store.
  absl::StatusOr<EventView> Of(const events::Event& event);

 private:
  absl::StatusOr<bool> IsOpened(const StatementKey& referral);

  const identity::Caller& caller_;
  const store::Snapshot& snapshot_;
  absl::flat_hash_map<std::pair<AgencyId, ReferralId>, bool> opened_;  // as far as was looked
};

// Of one event; none where there is no such part.
struct EventNames {
  events::AuditPseudonym referral;
  events::AuditPseudonym sender;
  std::optional<events::AuditPseudonym> actor;
  std::optional<events::AuditPseudonym> recipient;
};

// Makes them, and remembers those of agencies and of the last referrals. Not thread-safe.
class EventNamer {
 public:
  explicit EventNamer(events::Pseudonyms pseudonyms) : pseudonyms_(std::move(pseudonyms)) {}

  // Of an event about a referral.
  EventNames Of(const events::Event& event);
  events::AuditPseudonym Of(const AgencyId& agency) { return OfAgency(agency); }

 private:
  const events::AuditPseudonym& OfAgency(const AgencyId& agency);
  const events::AuditPseudonym& OfReferral(const StatementKey& referral);

  const events::Pseudonyms pseudonyms_;
  absl::flat_hash_map<AgencyId, events::AuditPseudonym> agencies_;
  absl::flat_hash_map<std::pair<AgencyId, ReferralId>, events::AuditPseudonym> referrals_;
};

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_EVENT_VIEW_H_
