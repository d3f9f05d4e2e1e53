#include "agency-adapters/cli/event_words.h"

#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/sdk/keys.h"
#include "amana/v1/answer.pb.h"
#include "amana/v1/offer.pb.h"
#include "base/command_line.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

using sdk::EventView;

struct KindWords {
  v1::EventKind kind;
  // {actor}, {to}, {referral}, {version}, {sent}, {kept}, {why}, {verdict}, {found}, {basis} and
  // what Detail knows stand for what the event says of it.
  std::string_view words;
};

constexpr KindWords kKinds[] = {
    {v1::EVENT_KIND_SUBMISSION_ACCEPTED, "{actor} sent referral {referral}"},
    {v1::EVENT_KIND_EQUIVOCATION, "{actor} said something else under a name already used"},
    {v1::EVENT_KIND_GRANT_ADDED, "{actor} sealed it for a further recipient"},
    {v1::EVENT_KIND_CONSENT_REGISTERED, "{actor} recorded the consent, version {version}"},
    {v1::EVENT_KIND_EXCLUSION_REGISTERED, "{actor} recorded that somebody is to be kept out"},
    {v1::EVENT_KIND_CONSENT_WITHDRAWN, "{actor} recorded that the person takes the consent back"},
    {v1::EVENT_KIND_CONSENT_ATTACHED,
     "{actor} attached the consent, version {version}, to referral {referral}"},
    {v1::EVENT_KIND_OVERRIDE_APPROVED, "{actor} approved that it goes without consent{why}"},
    {v1::EVENT_KIND_OVERRIDE_REVIEWED, "{actor} reviewed the approval and {verdict}"},
    {v1::EVENT_KIND_OVERRIDE_REVIEW_MISSED, "nobody reviewed the approval in time"},
    {v1::EVENT_KIND_MISMATCH_REPORTED, "{actor} found that it is not what its sender says{found}"},
    {v1::EVENT_KIND_LEGAL_HOLD_SET, "{actor} ordered that nothing of it be deleted"},
    {v1::EVENT_KIND_LEGAL_HOLD_ENDED, "{actor} lifted the order that nothing be deleted"},
    {v1::EVENT_KIND_REFERRAL_ERASED, "the broker's copy was deleted for good"},
    {v1::EVENT_KIND_TASK_SUBMITTED, "the request was taken in"},
    {v1::EVENT_KIND_TASK_ROUTED, "it may go to {to}{kept}"},
    {v1::EVENT_KIND_TASK_BLOCKED_CONSENT, "it was stopped before {to}: nothing goes{why}"},
    {v1::EVENT_KIND_TASK_NEEDS_WRAP, "it waits until the sender seals it for {to}"},
    {v1::EVENT_KIND_TASK_UNROUTABLE, "there is no recipient for it{missing}"},
    {v1::EVENT_KIND_TASK_RECEIVED, "{to} has it"},
    {v1::EVENT_KIND_TASK_SEEN, "somebody at {to} has read it"},
    {v1::EVENT_KIND_TASK_ACCEPTED, "{to} accepted the person"},
    {v1::EVENT_KIND_TASK_REJECTED, "{to} declined{why}"},
    {v1::EVENT_KIND_TASK_CANCELLED, "the request was cancelled{why}"},
    {v1::EVENT_KIND_TASK_REVOKED, "the request to {to} was taken back{why}"},
    {v1::EVENT_KIND_TASK_EXPIRED, "the request to {to} ran out of time"},
    {v1::EVENT_KIND_TASK_INFO_REQUESTED, "{to} needs to know more{wanted}"},
    {v1::EVENT_KIND_TASK_IN_PROGRESS, "{to} began the service"},
    {v1::EVENT_KIND_TASK_COMPLETED, "{to} ended the service{why}"},
    {v1::EVENT_KIND_TASK_FAILED, "{to} tried and could not help{why}"},
    {v1::EVENT_KIND_TASK_REROUTED, "the offer to {to} is over, somebody else is asked{why}"},
    {v1::EVENT_KIND_TASK_ENTERED_IN_ERROR, "the request was never meant{why}"},
    {v1::EVENT_KIND_TASK_REMINDED, "{debtor} was reminded"},
    {v1::EVENT_KIND_TASK_ESCALATED, "the coordinator has it{queued}"},
    {v1::EVENT_KIND_TASK_ALERTED, "there is an alert: nobody has acted{why}"},
    {v1::EVENT_KIND_CALL_RECORDED, "{actor} called {to}{call}"},
    {v1::EVENT_KIND_COORDINATOR_ACTED, "the coordinator {actor} {act}"},
    {v1::EVENT_KIND_CANDIDATES_SET, "{actor} said who is to be asked, in which order"},
    {v1::EVENT_KIND_REFERRAL_UPDATED, "{actor} added to it"},
    {v1::EVENT_KIND_DELIVERY_QUEUED, "it is ready to go to {to}"},
    {v1::EVENT_KIND_DELIVERY_LEASED, "{to} was given {sent}{kept}"},
    {v1::EVENT_KIND_DELIVERY_RETRY_WAIT, "it will be tried again for {to}{why}"},
    {v1::EVENT_KIND_DELIVERY_SENT, "{to} has handed it to its own system"},
    {v1::EVENT_KIND_DELIVERY_NATIVE_ACKED, "{to} received and opened it"},
    {v1::EVENT_KIND_DELIVERY_NATIVE_NACKED, "{to} could not use it{why}"},
    {v1::EVENT_KIND_DELIVERY_READ, "{actor} read it"},
    {v1::EVENT_KIND_DELIVERY_DEAD_LETTER, "it could not be delivered to {to}{why}"},
    {v1::EVENT_KIND_DELIVERY_WITHHELD, "it was kept back from {to}{why}"},
    {v1::EVENT_KIND_DELIVERY_RECALLED, "it is called back from {to}{why}"},
    {v1::EVENT_KIND_DELIVERY_EXPIRED, "it was not delivered to {to} in time"},
    {v1::EVENT_KIND_DELIVERY_RECALL_SENT, "{to} was told to delete it{why}"},
    {v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED, "{to} confirmed: it is deleted or locked"},
    {v1::EVENT_KIND_DELIVERY_RECALL_REFUSED, "{to} keeps it, on a legal basis of its own{basis}"},
    {v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED, "{to} never answered"},
    {v1::EVENT_KIND_DELIVERY_ERASED, "the copy for {to} was deleted for good"},
    {v1::EVENT_KIND_NOTE_RELEASED, "{to} was given a sealed note"},
    {v1::EVENT_KIND_CASE_OPENED, "auditors of {actor} may see who took part in it"},
    {v1::EVENT_KIND_HANDOVER_OFFERED, "{actor} offered to hand the person over to {to}"},
    {v1::EVENT_KIND_HANDOVER_AGREED, "{actor} agreed to receive the person"},
    {v1::EVENT_KIND_HANDOVER_DECLINED, "{actor} will not receive the person now{why}"},
    {v1::EVENT_KIND_HANDOVER_WITHDRAWN, "{actor} took the handover back{why}"},
    {v1::EVENT_KIND_HANDOVER_IN_TRANSIT, "the person is on the way to {to}"},
    {v1::EVENT_KIND_HANDOVER_ARRIVED, "the person arrived at {actor}"},
    {v1::EVENT_KIND_HANDOVER_NO_SHOW, "the person did not come to {actor}"},
    {v1::EVENT_KIND_HANDOVER_ABORTED, "{actor} broke the handover off{why}"},
    {v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED, "both have signed: {now} is responsible"},
    {v1::EVENT_KIND_HANDOVER_RETURNED, "{actor} gave the person back to {to}{why}"},
    {v1::EVENT_KIND_HANDOVER_CORRECTED, "both have signed a correction of the handover{why}"},
    {v1::EVENT_KIND_HANDOVER_ENDED, "the care by {actor} ended{exit}"},
    {v1::EVENT_KIND_HANDOVER_SIGNED_BY_ONE, "{actor} has signed, {to} has not yet"},
    {v1::EVENT_KIND_HANDOVER_OVERDUE, "the handover stands still: {late}"},
    {v1::EVENT_KIND_HANDOVER_CODE_REFUSED, "{actor} was shown a wrong handover code"},
    {v1::EVENT_KIND_CUSTODY_EXITED, "no agency has the person with it any more{exit}"},
    {v1::EVENT_KIND_CUSTODY_TAKEN, "the person is with an agency, says {actor}{with}"},
    {v1::EVENT_KIND_DIRECTORY_CHANGED, "the directory has a new entry of {actor}"},
    {v1::EVENT_KIND_CAPACITY_REPORTED, "{actor} said how much room it has"},
    {v1::EVENT_KIND_DUTY_ROSTER_SET, "{actor} said who is on duty"},
    {v1::EVENT_KIND_ROUTE_EXPLAINED, "{actor} asked who would receive what; nothing was sent"},
};

std::string Actor(const EventView& event) {
  std::string actor = event.actor_agency.value();
  if (actor.empty()) return "the broker";
  if (!event.actor_unit.empty()) absl::StrAppend(&actor, "/", event.actor_unit.value());
  if (!event.actor_person.empty()) {
    absl::StrAppend(&actor, " (person ", event.actor_person.value(), ")");
  }
  return actor;
}

std::string To(const EventView& event) {
  if (!event.recipient.has_value()) return "a recipient";
  const Address& to = *event.recipient;
  return to.unit.empty() ? to.agency.value() : ToString(to);
}

std::string Names(const std::vector<v1::Category>& categories) {
  std::string names;
  for (const v1::Category category : categories) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", std::string(codes::CodeName(category)));
  }
  return names.empty() ? "nothing" : names;
}

std::string Why(const EventView& event) {
  std::string why;
  if (event.reason != v1::REASON_UNSPECIFIED) {
    why = absl::StrCat(" (", std::string(codes::CodeName(event.reason)), ")");
  }
  if (event.kind == v1::EVENT_KIND_OVERRIDE_APPROVED && !event.detail.empty()) {
    absl::StrAppend(&why, ", citing ", Shown(event.detail));
  }
  return why;
}

// A mismatch's detail: the kind, what the slot says, what was found.
std::string Found(const EventView& event) {
  if (event.detail.size() < 3) return {};
  const auto kind = static_cast<v1::MismatchKind>(event.detail[0]);
  if (kind != v1::MISMATCH_KIND_CONTENT) return " (" + std::string(codes::CodeName(kind)) + ")";
  const std::string says(codes::CodeName(static_cast<v1::Category>(event.detail[1])));
  const std::string holds(codes::CodeName(static_cast<v1::Category>(event.detail[2])));
  return absl::StrCat(" (", says, " holds ", holds, ")");
}

// On what a recall was refused.
std::string Basis(const EventView& event) {
  if (event.detail.empty()) return {};
  return absl::StrCat(": ",
                      std::string(codes::CodeName(static_cast<v1::LegalBasis>(event.detail[0]))));
}

// Codes of one byte each, by name; empty where there are none.
template <typename Code>
std::string CodeNames(std::string_view detail, std::string_view before) {
  std::string names;
  for (const char byte : detail) {
    absl::StrAppend(&names, names.empty() ? std::string(before) : ", ",
                    std::string(codes::CodeName(static_cast<Code>(byte))));
  }
  return names;
}

// Who is to act when this clock runs on.
std::string Debtor(const EventView& event) {
  const auto clock =
      event.detail.empty() ? v1::CLOCK_UNSPECIFIED : static_cast<v1::Clock>(event.detail[0]);
  switch (clock) {
    case v1::CLOCK_ACKNOWLEDGE:
    case v1::CLOCK_DECIDE:
    case v1::CLOCK_START:
      return event.recipient.has_value() ? To(event) : "the recipient";
    case v1::CLOCK_UNSERVED:
      return "the coordinator";
    default:
      return "the sender";
  }
}

std::string Act(const EventView& event) {
  if (event.detail.empty()) return "acted";
  switch (static_cast<v1::CoordinatorActKind>(event.detail[0])) {
    case v1::COORDINATOR_ACT_KIND_ASSIGN:
      return "took it on";
    case v1::COORDINATOR_ACT_KIND_ANNOTATE:
      return CodeNames<v1::Annotation>(std::string_view(event.detail).substr(1), "noted ");
    case v1::COORDINATOR_ACT_KIND_NAME:
      return "named a recipient";
    case v1::COORDINATOR_ACT_KIND_CLOSE:
      return "closed it";
    default:
      return "acted";
  }
}

// Who is responsible after both have signed: what follows the other signature's digest.
std::string Now(const EventView& event) {
  return event.detail.size() > Digest::kSize ? Shown(event.detail.substr(Digest::kSize))
                                             : "the recipient";
}

// How care ended: the first byte.
std::string Exit(const EventView& event) {
  if (event.detail.empty() || event.detail[0] == 0) return {};
  return absl::StrCat(
      " (", std::string(codes::CodeName(static_cast<v1::ExitCode>(event.detail[0]))), ")");
}

std::string Late(const EventView& event) {
  switch (event.detail.empty() ? 0 : event.detail[0]) {
    case 1:
      return To(event) + " was reminded";
    case 2:
      return "the coordinator was told";
    default:
      return "alert";
  }
}

std::string With(const EventView& event) {
  return event.detail.empty() ? "" : absl::StrCat(": ", Shown(event.detail));
}

}  // namespace

std::string InWords(const EventView& event) {
  for (const auto& [kind, words] : kKinds) {
    if (kind != event.kind) continue;
    const std::string kept =
        event.withheld.empty() ? "" : absl::StrCat("; kept back: ", Names(event.withheld));
    return absl::StrReplaceAll(
        std::string(words),
        {{"{actor}", Actor(event)},
         {"{to}", To(event)},
         {"{referral}", event.referral.has_value() ? sdk::ToString(*event.referral) : "?"},
         {"{version}", std::to_string(event.consent_version)},
         {"{sent}", Names(event.delivered)},
         {"{kept}", kept},
         {"{verdict}", event.reason == v1::REASON_UNSPECIFIED ? "upheld it" : "did not uphold it"},
         {"{found}", Found(event)},
         {"{basis}", Basis(event)},
         {"{missing}", CodeNames<v1::RouteGap>(event.detail, "; missing: ")},
         {"{wanted}", CodeNames<v1::Category>(event.detail, ": ")},
         {"{queued}", CodeNames<v1::QueueReason>(event.detail, ": ")},
         {"{call}", CodeNames<v1::CallOutcome>(event.detail, ": ")},
         {"{debtor}", Debtor(event)},
         {"{act}", Act(event)},
         {"{now}", Now(event)},
         {"{exit}", Exit(event)},
         {"{late}", Late(event)},
         {"{with}", With(event)},
         {"{why}", Why(event)}});
  }
  return std::string(codes::CodeName(event.kind));
}

}  // namespace amana::cli
