#include "broker/identity/access.h"

#include "broker/identity/errors.h"

namespace amana::identity {
namespace {

// One bit per relation.
constexpr uint8_t Bit(Relation relation) { return uint8_t{1} << static_cast<int>(relation); }
constexpr uint8_t kNobody = 0;
constexpr uint8_t kSnd = Bit(Relation::kSender);
constexpr uint8_t kRcp = Bit(Relation::kRecipient);
constexpr uint8_t kRec = Bit(Relation::kRecorder);
constexpr uint8_t kPar = Bit(Relation::kParty);
constexpr uint8_t kParties = kSnd | kRcp | kRec | kPar;
constexpr uint8_t kAny = kParties | Bit(Relation::kNone);

struct Row {
  Rpc rpc;
  std::string_view name;
  bool needs_relation;
  // Relations with which each role may call; in the order of crypto::Role.
  uint8_t system, person, coordinator, auditor, operator_, broker;
};

// The broker's own certificates call nobody; an operator sees no case; an auditor sees evidence.
// A coordinator of a coordinating agency has no relation to a referral: ListQueue, ActOnItem,
// RecordCall and GetTimeline look for themselves at who calls. Whole receipts show everything of an
// event, so an auditor gets one only of his own reads.
constexpr std::array<Row, kRpcCount> kTable = {{
    // clang-format off
    //                                                system    person    coordin.  auditor  operator broker
    {Rpc::kMatch,             "Match",             false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kSubmit,            "Submit",            false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kSubmitBatch,       "SubmitBatch",       false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kAddWraps,          "AddWraps",          true,  kSnd,     kSnd,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kGetReferral,       "GetReferral",       true,  kSnd|kRcp, kSnd|kRcp, kSnd|kRcp, kNobody,  kNobody, kNobody},
    {Rpc::kListReferrals,     "ListReferrals",     false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kCancelReferral,    "CancelReferral",    true,  kSnd,     kSnd,     kSnd,     kNobody,  kNobody, kNobody},
    {Rpc::kAttachConsent,     "AttachConsent",     true,  kSnd,     kSnd,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kExplainRoute,      "ExplainRoute",      false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kReceive,           "Receive",           false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kAcknowledge,       "Acknowledge",       true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kMarkSeen,          "MarkSeen",          true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kDecide,            "Decide",            true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kAnswerRecall,      "AnswerRecall",      true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kReportMismatch,    "ReportMismatch",    true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kRegisterConsent,   "RegisterConsent",   false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kRegisterExclusion, "RegisterExclusion", false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kWithdrawConsent,   "WithdrawConsent",   true,  kRec|kRcp, kRec|kRcp, kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kGetConsent,        "GetConsent",        true,  kRec|kRcp, kRec|kRcp, kRec|kRcp, kNobody,  kNobody, kNobody},
    {Rpc::kListDisclosures,   "ListDisclosures",   true,  kRec,     kRec,     kRec,     kNobody,  kNobody, kNobody},
    {Rpc::kApproveOverride,   "ApproveOverride",   false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kReviewOverride,    "ReviewOverride",    false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kListEvents,        "ListEvents",        false, kAny,     kAny,     kAny,     kAny,     kNobody, kNobody},
    {Rpc::kGetReceipt,        "GetReceipt",        true,  kParties, kParties, kParties, kPar,     kNobody, kNobody},
    {Rpc::kGetCheckpoint,     "GetCheckpoint",     false, kAny,     kAny,     kAny,     kAny,     kAny,    kNobody},
    {Rpc::kReadTile,          "ReadTile",          false, kAny,     kAny,     kAny,     kAny,     kAny,    kNobody},
    {Rpc::kGetCertificate,    "GetCertificate",    false, kAny,     kAny,     kAny,     kAny,     kNobody, kNobody},
    {Rpc::kQueryEvents,       "QueryEvents",       false, kAny,     kAny,     kAny,     kAny,     kNobody, kNobody},
    {Rpc::kCountEvents,       "CountEvents",       false, kNobody,  kNobody,  kNobody,  kAny,     kNobody, kNobody},
    {Rpc::kOpenCase,          "OpenCase",          false, kNobody,  kNobody,  kNobody,  kAny,     kNobody, kNobody},
    {Rpc::kListDeadLetters,   "ListDeadLetters",   false, kNobody,  kNobody,  kNobody,  kNobody,  kAny,    kNobody},
    {Rpc::kRedriveDelivery,   "RedriveDelivery",   false, kNobody,  kNobody,  kNobody,  kNobody,  kAny,    kNobody},
    {Rpc::kSetLegalHold,      "SetLegalHold",      false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kSetCandidates,     "SetCandidates",     true,  kSnd,     kSnd,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kRerouteTask,       "RerouteTask",       true,  kSnd,     kSnd,     kSnd,     kNobody,  kNobody, kNobody},
    {Rpc::kAskQuestion,       "AskQuestion",       true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kAnswerQuestion,    "AnswerQuestion",    true,  kSnd,     kSnd,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kStartService,      "StartService",      true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kReportOutcome,     "ReportOutcome",     true,  kRcp,     kRcp,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kRecordCall,        "RecordCall",        false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kListQueue,         "ListQueue",         false, kNobody,  kNobody,  kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kActOnItem,         "ActOnItem",         false, kNobody,  kNobody,  kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kGetTimeline,       "GetTimeline",       false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kFollowEvents,      "FollowEvents",      false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kTakeHandoverStep,  "TakeHandoverStep",  false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kGetHandover,       "GetHandover",       true,  kSnd|kPar, kSnd|kPar, kSnd|kPar, kNobody,  kNobody, kNobody},
    {Rpc::kListHandovers,     "ListHandovers",     false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kGetCustody,        "GetCustody",        true,  kSnd|kRcp|kPar, kSnd|kRcp|kPar, kSnd|kRcp|kPar, kNobody,  kNobody, kNobody},
    {Rpc::kReportCustody,     "ReportCustody",     false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kGetNote,           "GetNote",           true,  kPar,     kPar,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kSetDirectoryEntry, "SetDirectoryEntry", false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kGetDirectoryEntry, "GetDirectoryEntry", false, kAny,     kAny,     kAny,     kAny,     kNobody, kNobody},
    {Rpc::kListDirectory,     "ListDirectory",     false, kAny,     kAny,     kAny,     kAny,     kNobody, kNobody},
    {Rpc::kReportCapacity,    "ReportCapacity",    false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kSetDutyRoster,     "SetDutyRoster",     false, kAny,     kAny,     kNobody,  kNobody,  kNobody, kNobody},
    {Rpc::kGetDuty,           "GetDuty",           false, kAny,     kAny,     kAny,     kNobody,  kNobody, kNobody},
    {Rpc::kHealthCheck,       "HealthCheck",       false, kAny,     kAny,     kAny,     kAny,     kAny,    kNobody},
    // clang-format on
}};

constexpr bool TableIsInOrder() {
  for (size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<size_t>(kTable[i].rpc) != i) return false;
  }
  return true;
}
static_assert(TableIsInOrder());

const Row& RowOf(Rpc rpc) { return kTable[static_cast<size_t>(rpc)]; }

uint8_t PermittedRelations(const Row& row, crypto::Role role) {
  switch (role) {
    case crypto::Role::kSystem:
      return row.system;
    case crypto::Role::kPerson:
      return row.person;
    case crypto::Role::kCoordinator:
      return row.coordinator;
    case crypto::Role::kAuditor:
      return row.auditor;
    case crypto::Role::kOperator:
      return row.operator_;
    case crypto::Role::kBroker:
      return row.broker;
  }
  return kNobody;
}

}  // namespace

std::string_view RpcName(Rpc rpc) { return RowOf(rpc).name; }

bool NeedsRelation(Rpc rpc) { return RowOf(rpc).needs_relation; }

absl::Status CheckAccess(crypto::Role role, Rpc rpc, Relation relation) {
  const Row& row = RowOf(rpc);
  const uint8_t permitted = PermittedRelations(row, role);
  if ((permitted & Bit(relation)) != 0) return absl::OkStatus();
  if (row.needs_relation && relation == Relation::kNone) return NotFound();
  if (permitted == kNobody) return RoleNotPermitted(crypto::RoleName(role), row.name);
  return RelationNotPermitted(row.name);
}

absl::Status CheckRole(crypto::Role role, Rpc rpc) {
  const Row& row = RowOf(rpc);
  if (PermittedRelations(row, role) != kNobody) return absl::OkStatus();
  return RoleNotPermitted(crypto::RoleName(role), row.name);
}

}  // namespace amana::identity
