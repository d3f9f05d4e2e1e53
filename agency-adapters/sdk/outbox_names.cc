// The names of entries and their states.
#include "agency-adapters/sdk/outbox.h"

namespace amana::sdk {

std::string_view KindName(EntryKind kind) {
  switch (kind) {
    case EntryKind::kSubmission:
      return "submission";
    case EntryKind::kGrants:
      return "grants";
    case EntryKind::kCancellation:
      return "cancellation";
    case EntryKind::kConsent:
      return "consent";
    case EntryKind::kExclusion:
      return "exclusion";
    case EntryKind::kWithdrawal:
      return "withdrawal";
    case EntryKind::kAcknowledgement:
      return "acknowledgement";
    case EntryKind::kSeen:
      return "seen";
    case EntryKind::kDecision:
      return "decision";
    case EntryKind::kRecallAnswer:
      return "recall-answer";
    case EntryKind::kRedrive:
      return "redrive";
    case EntryKind::kAttachment:
      return "consent-attachment";
    case EntryKind::kApproval:
      return "override-approval";
    case EntryKind::kReview:
      return "override-review";
    case EntryKind::kDirectoryEntry:
      return "directory entry";
    case EntryKind::kCapacity:
      return "capacity";
    case EntryKind::kDutyRoster:
      return "duty roster";
    case EntryKind::kMismatch:
      return "mismatch";
    case EntryKind::kQuestion:
      return "question";
    case EntryKind::kStart:
      return "start";
    case EntryKind::kOutcome:
      return "outcome";
    case EntryKind::kReroute:
      return "reroute";
    case EntryKind::kCandidates:
      return "candidates";
    case EntryKind::kCall:
      return "call";
    case EntryKind::kUpdate:
      return "update";
    case EntryKind::kCoordinatorAct:
      return "coordinator-act";
    case EntryKind::kHandoverStep:
      return "handover-step";
    case EntryKind::kCustodyReport:
      return "custody-report";
  }
  return "unknown";
}

std::string_view StateName(EntryState state) {
  switch (state) {
    case EntryState::kPending:
      return "PENDING";
    case EntryState::kAccepted:
      return "ACCEPTED";
    case EntryState::kRefused:
      return "REFUSED";
  }
  return "UNKNOWN";
}

}  // namespace amana::sdk
