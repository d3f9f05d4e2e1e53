// Which events a question asks for. Every condition looks at what the caller is shown of an event
// and at nothing else, so that no answer tells what is hidden. Pure; any thread.
#ifndef AMANA_BROKER_OPERATIONS_EVENT_FILTER_H_
#define AMANA_BROKER_OPERATIONS_EVENT_FILTER_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/audit_query.pb.h"
#include "broker/operations/event_view.h"

namespace amana::operations {

class EventFilter {
 public:
  // FIELD_INVALID, naming the field: an id or pseudonym of another length, a code that is none, a
  // state in which no task ends, times that leave nothing between them; an auditor who asks for an
  // agency or a referral by its id, anybody else who asks by pseudonyms.
  static absl::StatusOr<EventFilter> Create(const v1::EventFilter& asked, bool is_auditor);

  // All but pseudonyms.
  bool FitsFields(const events::Event& event, const events::FieldSet& shown) const;
  // The pseudonyms; null: the caller is told none of the event.
  bool FitsNames(const EventNames* names) const;
  bool asks_for_names() const { return referral_name_ || agency_name_ || counterpart_name_; }

  // What an index is asked for; none of pseudonyms. Whatever fits the filter has them.
  store::TermGroups Terms() const;
  // By the auditor's names.
  const std::optional<events::AuditPseudonym>& referral_name() const { return referral_name_; }
  const std::optional<events::AuditPseudonym>& agency_name() const { return agency_name_; }
  const std::optional<events::AuditPseudonym>& counterpart_name() const {
    return counterpart_name_;
  }

  // The one referral that it is about, of a party.
  const std::optional<ReferralId>& referral() const { return referral_; }
  const std::optional<absl::Time>& from() const { return from_; }
  const std::optional<absl::Time>& until() const { return until_; }

 private:
  EventFilter() = default;
  absl::Status SetIds(const v1::EventFilter& asked, bool is_auditor);
  absl::Status SetCodes(const v1::EventFilter& asked);
  absl::Status SetTimes(const v1::EventFilter& asked);

  std::optional<ReferralId> referral_;
  std::optional<events::AuditPseudonym> referral_name_, agency_name_, counterpart_name_;
  std::optional<AgencyId> agency_, counterpart_;
  std::optional<ConsentId> consent_;
  std::optional<CertId> cert_;
  std::optional<absl::Time> from_, until_;
  std::optional<uint8_t> rule_;
  std::vector<v1::Reason> reasons_;
  // Each ascending; one of each list that is not empty must fit.
  std::vector<v1::EventKind> kinds_, outcomes_, breaches_;
};

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_EVENT_FILTER_H_
