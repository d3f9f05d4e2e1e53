#include "broker/referral/handover_machine.h"

#include <algorithm>

#include "broker/referral/errors.h"
#include "proto/codes/names.h"

namespace amana::referral {
namespace {

using enum Actor;
using enum HandoverCondition;

constexpr v1::HandoverState kNew = v1::HANDOVER_STATE_UNSPECIFIED;
constexpr v1::HandoverState kOffered = v1::HANDOVER_STATE_OFFERED;
constexpr v1::HandoverState kAgreed = v1::HANDOVER_STATE_AGREED;
constexpr v1::HandoverState kDeclined = v1::HANDOVER_STATE_DECLINED;
constexpr v1::HandoverState kWithdrawn = v1::HANDOVER_STATE_WITHDRAWN;
constexpr v1::HandoverState kInTransit = v1::HANDOVER_STATE_IN_TRANSIT;
constexpr v1::HandoverState kArrived = v1::HANDOVER_STATE_ARRIVED;
constexpr v1::HandoverState kNoShow = v1::HANDOVER_STATE_NO_SHOW;
constexpr v1::HandoverState kAborted = v1::HANDOVER_STATE_ABORTED;
constexpr v1::HandoverState kTransferred = v1::HANDOVER_STATE_CUSTODY_TRANSFERRED;
constexpr v1::HandoverState kReturned = v1::HANDOVER_STATE_RETURNED;
constexpr v1::HandoverState kCorrected = v1::HANDOVER_STATE_CORRECTED;
constexpr v1::HandoverState kEnded = v1::HANDOVER_STATE_ENDED;

constexpr ReasonRule kNoReason{ReasonNeeded::kOptional};
constexpr ReasonRule kAnyReason{ReasonNeeded::kAny};
constexpr ReasonRule kDeclineCode{ReasonNeeded::kDeclineCode};
constexpr ReasonRule kExit{ReasonNeeded::kExitCode};
constexpr ReasonRule kCameNot{ReasonNeeded::kExactly, v1::REASON_NO_SHOW};

constexpr ActorSet kBoth{kResponsible, kRecipient};

constexpr HandoverRow kTable[] = {
    {kNew, kOffered, kResponsible, kNoReason, kTaskAccepted},
    {kOffered, kAgreed, kRecipient, kNoReason, kNamed},
    {kOffered, kDeclined, kRecipient, kDeclineCode},
    {kOffered, kWithdrawn, kResponsible, kAnyReason},
    {kAgreed, kInTransit, kResponsible, kNoReason, kEscorted},
    {kAgreed, kWithdrawn, kBoth, kAnyReason},
    {kInTransit, kArrived, kRecipient, kNoReason, kCodeMatches},
    {kInTransit, kNoShow, kRecipient, kCameNot, kWindowPassed},
    {kInTransit, kAborted, kResponsible, kAnyReason},
    {kNoShow, kInTransit, kResponsible, kNoReason, kNewWindow},
    {kNoShow, kAborted, kResponsible, kAnyReason},
    {kArrived, kTransferred, kBoth, kNoReason, kBothSigned},
    {kArrived, kReturned, kRecipient, kDeclineCode},
    {kTransferred, kCorrected, kBoth, kAnyReason, kBothSigned},
    {kTransferred, kEnded, kRecipient, kExit, kSignedExit},
};

bool Escorted(const HandoverGuard& guard) {
  return guard.escort_named && (guard.companion_named || !guard.minor);
}

// What is missing; empty: nothing.
std::string_view Unmet(HandoverCondition condition, const HandoverGuard& guard) {
  const auto unless = [](bool met, std::string_view what) {
    return met ? std::string_view() : what;
  };
  switch (condition) {
    case kNone:
      return {};
    case kTaskAccepted:
      return unless(guard.task == v1::TASK_STATE_ACCEPTED && MovesThePerson(guard.service),
                    "an accepted task of ACCOMMODATION, REPATRIATION or CASE_TRANSFER");
    case kNamed:
      return unless(guard.place_named && guard.window_named && guard.officer_named,
                    "place, window and receiving officer named");
    case kEscorted:
      return unless(Escorted(guard), "an escort named, and who accompanies a minor");
    case kWindowPassed:
      return unless(guard.window_passed, "a window that has passed, with its grace");
    case kCodeMatches:
      return unless(guard.code_matches, "the one-time code that the escort shows");
    case kNewWindow:
      return unless(guard.window_named && Escorted(guard),
                    "a new window, an escort named, and who accompanies a minor");
    case kBothSigned:
      return unless(guard.both_signed, "both signatures over one handover digest");
    case kSignedExit:
      return unless(codes::IsKnown(guard.exit), "an exit code");
  }
  return "what its row asks for";
}

}  // namespace

std::span<const HandoverRow> HandoverTable() { return kTable; }

const HandoverRow* FindHandoverRow(v1::HandoverState from, v1::HandoverState to) {
  const HandoverRow* row = std::ranges::find_if(
      kTable, [&](const HandoverRow& r) { return r.from == from && r.to == to; });
  return row == std::end(kTable) ? nullptr : row;
}

absl::Status CheckHandoverTransition(v1::HandoverState from, v1::HandoverState to, Actor actor,
                                     v1::Reason reason, const HandoverGuard& guard) {
  const HandoverRow* row = FindHandoverRow(from, to);
  const std::string_view from_name = codes::CodeName(from);
  const std::string_view to_name = codes::CodeName(to);
  if (row == nullptr) return TransitionNotAllowed("handover", from_name, to_name);
  if (!row->actors.Has(actor)) return ActorNotAllowed(from_name, to_name, ActorName(actor));
  if (const std::string_view unmet = Unmet(row->condition, guard); !unmet.empty()) {
    return GuardNotMet(from_name, to_name, unmet);
  }
  if (!Meets(row->reason, reason)) {
    return ReasonRequired(from_name, to_name, Describe(row->reason));
  }
  return absl::OkStatus();
}

bool IsUnderWay(v1::HandoverState state) {
  return state == kOffered || state == kAgreed || state == kInTransit || state == kArrived ||
         state == kNoShow;
}

bool MovesThePerson(v1::ServiceType service) {
  return service == v1::SERVICE_TYPE_ACCOMMODATION || service == v1::SERVICE_TYPE_REPATRIATION ||
         service == v1::SERVICE_TYPE_CASE_TRANSFER;
}

}  // namespace amana::referral
