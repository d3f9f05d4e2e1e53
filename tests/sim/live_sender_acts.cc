// What the police do about what they are told.
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"
#include "tests/sim/live_sender.h"

namespace amana::sim {
namespace {

constexpr char kMore[] = R"({"synthetic":"more"})";

}  // namespace

void LiveSender::On(const sdk::EventView& view) {
  if (!view.referral.has_value() || !cases_.contains(*view.referral)) return;
  const StatementKey key = *view.referral;
  switch (view.kind) {
    case v1::EVENT_KIND_TASK_NEEDS_WRAP:
      owes_wraps_ = true;
      return;
    case v1::EVENT_KIND_TASK_ROUTED:
      if (cases_.at(key).urgency != v1::URGENCY_IMMEDIATE || chance_.Percent(20)) return;
      return After(absl::Minutes(4), [this, key] { Call(key); });
    case v1::EVENT_KIND_TASK_INFO_REQUESTED:
      if (chance_.Percent(25)) return;  // nobody looks
      return After(absl::Minutes(40), [this, view] { Reply(view); });
    case v1::EVENT_KIND_TASK_BLOCKED_CONSENT:
      if (view.reason == v1::REASON_CONSENT_WITHDRAWN || chance_.Percent(30)) return;
      return After(absl::Hours(1), [this, key] { Renew(key); });
    case v1::EVENT_KIND_TASK_ACCEPTED:
      if (!IsBrought(options_.seed, key, cases_.at(key).service) || chance_.Percent(4)) return;
      escort_.Resume(key);
      return After(absl::Hours(1), [this, key] { unexpected_.Update(escort_.Offer(key)); });
    case v1::EVENT_KIND_TASK_REVOKED:
    case v1::EVENT_KIND_TASK_CANCELLED:
    case v1::EVENT_KIND_TASK_REROUTED:
      // There is nothing to hand over for any more.
      return escort_.Stop(key);
    default:
      return;
  }
}

absl::Status LiveSender::Seal() {
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::Wrapped> done, keeper_.Answer());
  owes_wraps_ = false;
  for (const sdk::Wrapped& each : done) {
    if (each.status.ok()) continue;
    const std::string reason = ErrorReason(each.status);
    if (reason != "WRAP_NOT_ALLOWED") {
      owes_wraps_ = true;  // the link will be there again
      continue;
    }
    // A person decides, and one in five does not look.
    const StatementKey key = each.referral;
    if (!chance_.Percent(20)) After(absl::Minutes(20), [this, key] { Wrap(key); });
  }
  return absl::OkStatus();
}

std::optional<v1::TaskStatus> LiveSender::StatusOf(const StatementKey& key) {
  v1::GetReferralRequest request;
  *request.mutable_referral() = sdk::ToWire(key);
  const auto found = endpoint_->client().Call(sdk::kGetReferral, request);
  if (!found.ok() || found->tasks().empty()) return std::nullopt;
  return found->tasks(0);
}

void LiveSender::Say(const absl::StatusOr<int64_t>& entry) {
  // Refused before it was kept: it is too late, or has been said.
  if (entry.ok()) unexpected_.Update(endpoint_->sender().Send(*entry).status());
}

void LiveSender::Say(const absl::StatusOr<sdk::Queued>& queued) {
  if (queued.ok()) unexpected_.Update(endpoint_->sender().Send(queued->entry).status());
}

void LiveSender::Wrap(const StatementKey& key) {
  const std::optional<v1::TaskStatus> task = StatusOf(key);
  if (!task.has_value() || task->state() != v1::TASK_STATE_NEEDS_WRAP) return;
  const absl::StatusOr<Address> to = sdk::FromWire(task->recipient(), "recipient");
  if (!to.ok() || !endpoint_->sender().directory().Fetch(to->agency).ok()) return;
  Say(endpoint_->sender().QueueWraps(key, {*to}));
}

void LiveSender::Call(const StatementKey& key) {
  const std::optional<v1::TaskStatus> task = StatusOf(key);
  if (!task.has_value() || !task->has_recipient()) return;
  v1::CallRecord call;
  *call.mutable_referral() = sdk::ToWire(key);
  call.set_header_digest(cases_.at(key).header.bytes());
  call.set_task(task->task());
  call.set_offer_epoch(task->offer_epoch());
  *call.mutable_called() = task->recipient();
  call.set_called_unix_ms(absl::ToUnixMillis(absl::Now()) - 1);
  call.set_outcome(v1::CALL_OUTCOME_WILL_READ);
  Say(coordination_.RecordCall(std::move(call)));
}

void LiveSender::Reply(const sdk::EventView& question) {
  sdk::UpdateDraft draft;
  draft.referral = *question.referral;
  draft.task = question.task.value_or(0);
  draft.offer_epoch = question.offer_epoch;
  draft.asked = question.recipient.value_or(Address());
  draft.sections = {{v1::CATEGORY_RISK, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER, kMore}};
  Say(endpoint_->sender().QueueUpdate(std::move(draft)));
}

// The person is asked again, consents to every shelter, and the referral rests on that.
void LiveSender::Renew(const StatementKey& key) {
  const std::optional<v1::TaskStatus> task = StatusOf(key);
  if (!task.has_value() || task->state() != v1::TASK_STATE_BLOCKED_CONSENT) return;
  v1::ConsentRecord wider = cases_.at(key).consent.record;
  wider.set_version(wider.version() + 1);
  wider.clear_recipients();
  wider.clear_recipient_kinds();
  wider.add_recipient_kinds(v1::AGENCY_KIND_SHELTER);
  const absl::StatusOr<tests::ConsentUse> recorded = Record(wider);
  if (!recorded.ok()) return Cancel(key);  // known in this version: another case's
  cases_.at(key).consent = *recorded;
  v1::ConsentRef consent;
  consent.set_consent_id(wider.consent_id());
  consent.set_version(wider.version());
  consent.set_digest(recorded->digest.bytes());
  Say(endpoint_->sender().QueueAttachment(key, consent));
}

void LiveSender::Cancel(const StatementKey& key) {
  Say(endpoint_->sender().QueueCancellation(key, v1::REASON_NO_LONGER_NEEDED));
}

void LiveSender::Withdraw(const StatementKey& key) {
  const v1::ConsentRecord& consent = cases_.at(key).consent.record;
  v1::Withdrawal withdrawal;
  withdrawal.set_consent_id(consent.consent_id());
  withdrawal.set_subject_pseudonym(consent.subject_pseudonym());
  const absl::StatusOr<sdk::Queued> queued =
      endpoint_->sender().QueueWithdrawal(std::move(withdrawal));
  withdrawn_ += queued.ok() ? 1 : 0;
  Say(queued);
}

void LiveSender::Phoned(const StatementKey& key) {
  const std::optional<v1::TaskStatus> task = StatusOf(key);
  if (!task.has_value() || !cases_.contains(key)) return;
  const v1::HandoverSummary* const handover = escort_.Latest(key);
  if (handover != nullptr && LiveEscort::IsUnderWay(*handover)) return escort_.Remind(key);
  switch (task->state()) {
    case v1::TASK_STATE_NEEDS_WRAP:
      return Wrap(key);
    case v1::TASK_STATE_BLOCKED_CONSENT:
      return chance_.Percent(60) ? Renew(key) : Cancel(key);
    default:
      return Call(key);
  }
}

}  // namespace amana::sim
