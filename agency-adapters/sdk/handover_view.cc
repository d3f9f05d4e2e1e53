#include "agency-adapters/sdk/handover_view.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/note_reader.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

bool TwoSign(v1::HandoverState state) {
  return state == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED || state == v1::HANDOVER_STATE_CORRECTED;
}

absl::StatusOr<VerifiedStep> CheckStep(const v1::HandoverStepRecord& record,
                                       const Identity& identity) {
  VerifiedStep step;
  AMANA_ASSIGN_OR_RETURN(step.statement, envelope::ParseHandoverStep(record.step()));
  AMANA_ASSIGN_OR_RETURN(
      const crypto::Certificate signer,
      CheckPersonsStatement(record.step(), step.statement.message.meta(), record.certificate(),
                            step.statement.actor.agency, identity));
  step.signer = signer.id();
  step.person = *signer.spiffe().person;
  step.log_index = record.log_index();
  return step;
}

// One of two signatures: the second one over the same digest, by the other side, completes.
absl::Status Sign(const VerifiedStep& step, HandoverView& view) {
  const v1::HandoverStep& message = step.statement.message;
  const Digest matter =
      envelope::MatterDigest(envelope::MatterOf(message, view.responsible, view.recipient));
  if (matter.view() != message.handover_digest()) return HandoverMismatch("handover_digest");
  const bool recipients = step.statement.actor == view.recipient;
  const bool second = view.signed_by.has_value() &&
                      (*view.signed_by == view.recipient) != recipients &&
                      view.signed_digest == matter;
  if (!second) {
    view.signed_by = recipients ? view.recipient : view.responsible;
    view.signed_state = message.state();
    view.signed_digest = matter;
    view.signed_correction = message.correction();
    view.signed_reason = message.reason();
    return absl::OkStatus();
  }
  view.state = message.state();
  view.last_step = matter;
  view.signed_by.reset();
  return absl::OkStatus();
}

void SetWindow(const v1::HandoverStep& step, HandoverView& view) {
  if (!step.has_window()) return;
  view.window_from = FromUnixMillis(step.window().from_unix_ms());
  view.window_until = FromUnixMillis(step.window().until_unix_ms());
}

// Where the broker's own summary says otherwise than the steps it shows.
absl::Status Compare(const v1::HandoverSummary& summary, const HandoverView& view) {
  if (summary.state() != view.state) return HandoverMismatch("state");
  if (summary.last_step() != view.last_step.view()) return HandoverMismatch("last_step");
  if (summary.has_signed_by() != view.signed_by.has_value()) return HandoverMismatch("signed_by");
  if (view.signed_by.has_value() && summary.signed_digest() != view.signed_digest.view()) {
    return HandoverMismatch("signed_digest");
  }
  return absl::OkStatus();
}

}  // namespace

const VerifiedStep* HandoverView::Find(v1::HandoverState wanted) const {
  const auto last = std::ranges::find_if(
      steps.rbegin(), steps.rend(),
      [wanted](const VerifiedStep& step) { return step.statement.message.state() == wanted; });
  return last == steps.rend() ? nullptr : &*last;
}

bool HandoverView::Has(const Digest& step) const {
  return std::any_of(steps.begin(), steps.end(),
                     [&step](const VerifiedStep& each) { return each.statement.digest == step; });
}

absl::Status Apply(VerifiedStep step, HandoverView& view) {
  const v1::HandoverStep& message = step.statement.message;
  const v1::HandoverRef& ref = message.handover();
  if (step.statement.referral != view.name.referral || ref.task() != view.name.task ||
      ref.attempt() != view.name.attempt || ref.offer_epoch() != view.offer_epoch ||
      message.header_digest() != view.header_digest.view()) {
    return HandoverMismatch("handover");
  }
  const bool first = view.steps.empty();
  if (first != (message.state() == v1::HANDOVER_STATE_OFFERED)) return HandoverMismatch("state");
  if (first) {
    view.responsible = step.statement.actor;
  } else if (step.statement.previous != view.last_step) {
    return HandoverMismatch("previous");
  }
  const Address& actor = step.statement.actor;
  if (actor != view.recipient && actor.agency != view.responsible.agency) {
    return HandoverMismatch("actor");
  }
  if (TwoSign(message.state())) {
    AMANA_RETURN_IF_ERROR(Sign(step, view));
  } else {
    view.state = message.state();
    view.last_step = step.statement.digest;
    view.signed_by.reset();
    SetWindow(message, view);
  }
  view.steps.push_back(std::move(step));
  return absl::OkStatus();
}

absl::StatusOr<HandoverView> CheckHandover(const v1::GetHandoverResponse& response,
                                           const Identity& identity) {
  const v1::HandoverSummary& summary = response.handover();
  HandoverView view;
  AMANA_ASSIGN_OR_RETURN(view.name.referral, FromWire(summary.handover().referral(), "handover"));
  view.name.task = summary.handover().task();
  view.name.attempt = summary.handover().attempt();
  view.offer_epoch = summary.handover().offer_epoch();
  view.service = summary.service();
  AMANA_ASSIGN_OR_RETURN(view.recipient, FromWire(summary.recipient(), "handover.recipient"));
  AMANA_ASSIGN_OR_RETURN(view.header_digest, Digest::FromBytes(summary.header_digest()));
  view.minor = summary.minor();
  view.wrong_codes = summary.wrong_codes();
  view.overdue = summary.overdue();
  for (const v1::HandoverStepRecord& record : response.steps()) {
    AMANA_ASSIGN_OR_RETURN(VerifiedStep step, CheckStep(record, identity));
    AMANA_RETURN_IF_ERROR(Apply(std::move(step), view));
  }
  if (view.steps.empty()) return HandoverMismatch("steps");
  AMANA_RETURN_IF_ERROR(Compare(summary, view));
  return view;
}

}  // namespace amana::sdk
