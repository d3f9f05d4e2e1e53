// Who may call what: one table of role x RPC x relation, deny by default. A relation is what the
// caller's agency is to the referral, consent or event that the request names.
//
// Identity of the caller and scope are checked elsewhere: that a statement is signed by the
// caller's own agency (signer.h), that a unit's stream is opened by that unit (caller.h). Pure; any
// thread.
#ifndef AMANA_BROKER_IDENTITY_ACCESS_H_
#define AMANA_BROKER_IDENTITY_ACCESS_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "proto/crypto/spiffe.h"

namespace amana::identity {

// Every RPC of the services in proto/amana/v1, in their order, and gRPC's own health check.
enum class Rpc : uint8_t {
  kMatch,
  kSubmit,
  kSubmitBatch,
  kAddWraps,
  kGetReferral,
  kListReferrals,
  kCancelReferral,
  kAttachConsent,
  kExplainRoute,
  kReceive,
  kAcknowledge,
  kMarkSeen,
  kDecide,
  kAnswerRecall,
  kReportMismatch,
  kRegisterConsent,
  kRegisterExclusion,
  kWithdrawConsent,
  kGetConsent,
  kListDisclosures,
  kApproveOverride,
  kReviewOverride,
  kListEvents,
  kGetReceipt,
  kGetCheckpoint,
  kReadTile,
  kGetCertificate,
  kQueryEvents,
  kCountEvents,
  kOpenCase,
  kListDeadLetters,
  kRedriveDelivery,
  kSetLegalHold,
  kSetCandidates,
  kRerouteTask,
  kAskQuestion,
  kAnswerQuestion,
  kStartService,
  kReportOutcome,
  kRecordCall,
  kListQueue,
  kActOnItem,
  kGetTimeline,
  kFollowEvents,
  kTakeHandoverStep,
  kGetHandover,
  kListHandovers,
  kGetCustody,
  kReportCustody,
  kGetNote,
  kSetDirectoryEntry,
  kGetDirectoryEntry,
  kListDirectory,
  kReportCapacity,
  kSetDutyRoster,
  kGetDuty,
  kHealthCheck,
};
inline constexpr size_t kRpcCount = static_cast<size_t>(Rpc::kHealthCheck) + 1;

std::string_view RpcName(Rpc rpc);  // "Submit"

// kNone: none, or the request names nothing yet stored. kSender: sent the referral. kRecipient: it
// was disclosed to it. kRecorder: recorded the consent. kParty: party to the event or handover, or
// somebody whom a note is for.
enum class Relation : uint8_t { kNone, kSender, kRecipient, kRecorder, kParty };
inline constexpr size_t kRelationCount = 5;

// True when the RPC names a referral, a delivery, a consent or an event that the caller must have a
// relation to.
bool NeedsRelation(Rpc rpc);

// OK, or
//  - NOT_FOUND (kNotFound) when the RPC needs a relation and the caller has none: the same as for
//    what does not exist, whatever the role;
//  - ROLE_NOT_PERMITTED (kPermissionDenied) when the role may never call the RPC;
//  - RELATION_NOT_PERMITTED (kPermissionDenied) when a party may not do this.
absl::Status CheckAccess(crypto::Role role, Rpc rpc, Relation relation);

// Before anything is looked up: ROLE_NOT_PERMITTED when no relation at all would permit the call.
absl::Status CheckRole(crypto::Role role, Rpc rpc);

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_ACCESS_H_
