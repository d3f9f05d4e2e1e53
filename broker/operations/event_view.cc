#include "broker/operations/event_view.h"

#include "base/status.h"

namespace amana::operations {
namespace {

constexpr size_t kMostRemembered = 10'000;

}  // namespace

absl::StatusOr<EventView> EventViewer::Of(const events::Event& event) {
  EventView view{.fields = events::VisibleFields(event, caller_.agency)};
  if (caller_.role != crypto::Role::kAuditor) return view;
  const bool party = view.fields.any();
  view.fields |= events::AuditorFields();
  if (!event.referral.has_value()) return view;
  AMANA_ASSIGN_OR_RETURN(const bool opened, IsOpened(*event.referral));
  if (opened) view.fields |= events::CaseFields();
  view.named = opened || !party;
  return view;
}

absl::StatusOr<bool> EventViewer::IsOpened(const StatementKey& referral) {
  const auto [found, added] = opened_.try_emplace({referral.sender, referral.referral}, false);
  if (!added) return found->second;
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<store::CaseRecord> opened,
      snapshot_.cases().Find(referral.sender, referral.referral, caller_.agency));
  return found->second = opened.has_value();
}

EventNames EventNamer::Of(const events::Event& event) {
  EventNames names;
  names.referral = OfReferral(*event.referral);
  names.sender = OfAgency(event.referral->sender);
  if (!event.actor_agency.empty()) names.actor = OfAgency(event.actor_agency);
  if (event.recipient.has_value()) names.recipient = OfAgency(event.recipient->agency);
  return names;
}

const events::AuditPseudonym& EventNamer::OfAgency(const AgencyId& agency) {
  const auto [found, added] = agencies_.try_emplace(agency);
  if (added) found->second = pseudonyms_.Of(agency);
  return found->second;
}

const events::AuditPseudonym& EventNamer::OfReferral(const StatementKey& referral) {
  if (referrals_.size() >= kMostRemembered) referrals_.clear();
  const auto [found, added] = referrals_.try_emplace({referral.sender, referral.referral});
  if (added) found->second = pseudonyms_.Of(referral.sender, referral.referral);
  return found->second;
}

}  // namespace amana::operations
