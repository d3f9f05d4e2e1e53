#include "agency-adapters/sdk/entry_calls.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"

namespace amana::sdk {
namespace {

// The response's type tells which message bears the receipt; its rpc names it in errors.
template <const auto& rpc, class Request, class Response>
absl::StatusOr<v1::Receipt> Parse(UnaryRpc<Request, Response> /*type*/, const std::string& bytes) {
  Response response;
  if (!response.ParseFromString(bytes)) return ResponseMalformed(rpc.method);
  return std::move(*response.mutable_receipt());
}

template <const auto& rpc>
constexpr EntryCall Call(v1::EventKind event = v1::EVENT_KIND_UNSPECIFIED) {
  return {rpc.method, event, [](const std::string& bytes) { return Parse<rpc>(rpc, bytes); }};
}

struct Row {
  EntryKind kind;
  EntryCall call;
};

constexpr Row kRows[] = {
    {EntryKind::kSubmission, Call<kSubmit>(v1::EVENT_KIND_SUBMISSION_ACCEPTED)},
    {EntryKind::kGrants, Call<kAddWraps>(v1::EVENT_KIND_GRANT_ADDED)},
    {EntryKind::kCancellation, Call<kCancelReferral>()},
    {EntryKind::kConsent, Call<kRegisterConsent>(v1::EVENT_KIND_CONSENT_REGISTERED)},
    {EntryKind::kExclusion, Call<kRegisterExclusion>(v1::EVENT_KIND_EXCLUSION_REGISTERED)},
    {EntryKind::kWithdrawal, Call<kWithdrawConsent>(v1::EVENT_KIND_CONSENT_WITHDRAWN)},
    {EntryKind::kAcknowledgement, Call<kAcknowledge>(v1::EVENT_KIND_DELIVERY_NATIVE_ACKED)},
    {EntryKind::kSeen, Call<kMarkSeen>()},
    {EntryKind::kDecision, Call<kDecide>()},
    {EntryKind::kRecallAnswer, Call<kAnswerRecall>()},
    {EntryKind::kRedrive, Call<kRedriveDelivery>()},
    {EntryKind::kAttachment, Call<kAttachConsent>(v1::EVENT_KIND_CONSENT_ATTACHED)},
    {EntryKind::kApproval, Call<kApproveOverride>(v1::EVENT_KIND_OVERRIDE_APPROVED)},
    {EntryKind::kReview, Call<kReviewOverride>(v1::EVENT_KIND_OVERRIDE_REVIEWED)},
    {EntryKind::kMismatch, Call<kReportMismatch>(v1::EVENT_KIND_MISMATCH_REPORTED)},
    {EntryKind::kDirectoryEntry, Call<kSetDirectoryEntry>(v1::EVENT_KIND_DIRECTORY_CHANGED)},
    {EntryKind::kCapacity, Call<kReportCapacity>(v1::EVENT_KIND_CAPACITY_REPORTED)},
    {EntryKind::kDutyRoster, Call<kSetDutyRoster>(v1::EVENT_KIND_DUTY_ROSTER_SET)},
    {EntryKind::kQuestion, Call<kAskQuestion>(v1::EVENT_KIND_TASK_INFO_REQUESTED)},
    {EntryKind::kUpdate, Call<kAnswerQuestion>(v1::EVENT_KIND_REFERRAL_UPDATED)},
    {EntryKind::kStart, Call<kStartService>(v1::EVENT_KIND_TASK_IN_PROGRESS)},
    {EntryKind::kOutcome, Call<kReportOutcome>()},
    {EntryKind::kReroute, Call<kRerouteTask>()},
    {EntryKind::kCandidates, Call<kSetCandidates>(v1::EVENT_KIND_CANDIDATES_SET)},
    {EntryKind::kCall, Call<kRecordCall>(v1::EVENT_KIND_CALL_RECORDED)},
    {EntryKind::kCoordinatorAct, Call<kActOnItem>(v1::EVENT_KIND_COORDINATOR_ACTED)},
    {EntryKind::kHandoverStep, Call<kTakeHandoverStep>()},
    {EntryKind::kCustodyReport, Call<kReportCustody>()},
};

}  // namespace

const EntryCall* CallOf(EntryKind kind) {
  for (const Row& row : kRows) {
    if (row.kind == kind) return &row.call;
  }
  return nullptr;
}

}  // namespace amana::sdk
