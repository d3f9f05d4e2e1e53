// Every call of amana.v1 by its name, with its types.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_RPCS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_RPCS_H_

#include <string_view>

#include "amana/v1/admin_service.pb.h"
#include "amana/v1/audit_service.pb.h"
#include "amana/v1/consent_service.pb.h"
#include "amana/v1/coordination_service.pb.h"
#include "amana/v1/delivery_service.pb.h"
#include "amana/v1/directory_service.pb.h"
#include "amana/v1/handover_service.pb.h"
#include "amana/v1/referral_service.pb.h"

namespace amana::sdk {

template <class Request, class Response>
struct UnaryRpc {
  std::string_view method;
};
template <class Request, class Response>
struct StreamRpc {
  std::string_view method;
};

// ReferralService
inline constexpr UnaryRpc<v1::MatchRequest, v1::MatchResponse> kMatch{
    "/amana.v1.ReferralService/Match"};
inline constexpr UnaryRpc<v1::SubmitRequest, v1::SubmitResponse> kSubmit{
    "/amana.v1.ReferralService/Submit"};
inline constexpr StreamRpc<v1::SubmitBatchRequest, v1::SubmitBatchResponse> kSubmitBatch{
    "/amana.v1.ReferralService/SubmitBatch"};
inline constexpr UnaryRpc<v1::AddWrapsRequest, v1::AddWrapsResponse> kAddWraps{
    "/amana.v1.ReferralService/AddWraps"};
inline constexpr UnaryRpc<v1::GetReferralRequest, v1::GetReferralResponse> kGetReferral{
    "/amana.v1.ReferralService/GetReferral"};
inline constexpr UnaryRpc<v1::ListReferralsRequest, v1::ListReferralsResponse> kListReferrals{
    "/amana.v1.ReferralService/ListReferrals"};
inline constexpr UnaryRpc<v1::CancelReferralRequest, v1::CancelReferralResponse> kCancelReferral{
    "/amana.v1.ReferralService/CancelReferral"};
inline constexpr UnaryRpc<v1::AttachConsentRequest, v1::AttachConsentResponse> kAttachConsent{
    "/amana.v1.ReferralService/AttachConsent"};
inline constexpr UnaryRpc<v1::ExplainRouteRequest, v1::ExplainRouteResponse> kExplainRoute{
    "/amana.v1.ReferralService/ExplainRoute"};

// DeliveryService
inline constexpr StreamRpc<v1::ReceiveRequest, v1::ReceiveResponse> kReceive{
    "/amana.v1.DeliveryService/Receive"};
inline constexpr UnaryRpc<v1::AcknowledgeRequest, v1::AcknowledgeResponse> kAcknowledge{
    "/amana.v1.DeliveryService/Acknowledge"};
inline constexpr UnaryRpc<v1::MarkSeenRequest, v1::MarkSeenResponse> kMarkSeen{
    "/amana.v1.DeliveryService/MarkSeen"};
inline constexpr UnaryRpc<v1::DecideRequest, v1::DecideResponse> kDecide{
    "/amana.v1.DeliveryService/Decide"};
inline constexpr UnaryRpc<v1::AnswerRecallRequest, v1::AnswerRecallResponse> kAnswerRecall{
    "/amana.v1.DeliveryService/AnswerRecall"};
inline constexpr UnaryRpc<v1::ReportMismatchRequest, v1::ReportMismatchResponse> kReportMismatch{
    "/amana.v1.DeliveryService/ReportMismatch"};

// ConsentService
inline constexpr UnaryRpc<v1::RegisterConsentRequest, v1::RegisterConsentResponse> kRegisterConsent{
    "/amana.v1.ConsentService/RegisterConsent"};
inline constexpr UnaryRpc<v1::RegisterExclusionRequest, v1::RegisterExclusionResponse>
    kRegisterExclusion{"/amana.v1.ConsentService/RegisterExclusion"};
inline constexpr UnaryRpc<v1::WithdrawConsentRequest, v1::WithdrawConsentResponse> kWithdrawConsent{
    "/amana.v1.ConsentService/WithdrawConsent"};
inline constexpr UnaryRpc<v1::GetConsentRequest, v1::GetConsentResponse> kGetConsent{
    "/amana.v1.ConsentService/GetConsent"};
inline constexpr UnaryRpc<v1::ListDisclosuresRequest, v1::ListDisclosuresResponse> kListDisclosures{
    "/amana.v1.ConsentService/ListDisclosures"};
inline constexpr UnaryRpc<v1::ApproveOverrideRequest, v1::ApproveOverrideResponse> kApproveOverride{
    "/amana.v1.ConsentService/ApproveOverride"};
inline constexpr UnaryRpc<v1::ReviewOverrideRequest, v1::ReviewOverrideResponse> kReviewOverride{
    "/amana.v1.ConsentService/ReviewOverride"};

// AuditService
inline constexpr StreamRpc<v1::ListEventsRequest, v1::ListEventsResponse> kListEvents{
    "/amana.v1.AuditService/ListEvents"};
inline constexpr UnaryRpc<v1::GetReceiptRequest, v1::GetReceiptResponse> kGetReceipt{
    "/amana.v1.AuditService/GetReceipt"};
inline constexpr UnaryRpc<v1::GetCheckpointRequest, v1::GetCheckpointResponse> kGetCheckpoint{
    "/amana.v1.AuditService/GetCheckpoint"};
inline constexpr UnaryRpc<v1::ReadTileRequest, v1::ReadTileResponse> kReadTile{
    "/amana.v1.AuditService/ReadTile"};
inline constexpr UnaryRpc<v1::GetCertificateRequest, v1::GetCertificateResponse> kGetCertificate{
    "/amana.v1.AuditService/GetCertificate"};

// AdminService
inline constexpr UnaryRpc<v1::ListDeadLettersRequest, v1::ListDeadLettersResponse> kListDeadLetters{
    "/amana.v1.AdminService/ListDeadLetters"};
inline constexpr UnaryRpc<v1::RedriveDeliveryRequest, v1::RedriveDeliveryResponse> kRedriveDelivery{
    "/amana.v1.AdminService/RedriveDelivery"};

// HandoverService
inline constexpr UnaryRpc<v1::TakeHandoverStepRequest, v1::TakeHandoverStepResponse>
    kTakeHandoverStep{"/amana.v1.HandoverService/TakeHandoverStep"};
inline constexpr UnaryRpc<v1::GetHandoverRequest, v1::GetHandoverResponse> kGetHandover{
    "/amana.v1.HandoverService/GetHandover"};
inline constexpr UnaryRpc<v1::ListHandoversRequest, v1::ListHandoversResponse> kListHandovers{
    "/amana.v1.HandoverService/ListHandovers"};
inline constexpr UnaryRpc<v1::GetCustodyRequest, v1::GetCustodyResponse> kGetCustody{
    "/amana.v1.HandoverService/GetCustody"};
inline constexpr UnaryRpc<v1::ReportCustodyRequest, v1::ReportCustodyResponse> kReportCustody{
    "/amana.v1.HandoverService/ReportCustody"};
inline constexpr UnaryRpc<v1::GetNoteRequest, v1::GetNoteResponse> kGetNote{
    "/amana.v1.HandoverService/GetNote"};

// DirectoryService
inline constexpr UnaryRpc<v1::SetDirectoryEntryRequest, v1::SetDirectoryEntryResponse>
    kSetDirectoryEntry{"/amana.v1.DirectoryService/SetDirectoryEntry"};
inline constexpr UnaryRpc<v1::GetDirectoryEntryRequest, v1::GetDirectoryEntryResponse>
    kGetDirectoryEntry{"/amana.v1.DirectoryService/GetDirectoryEntry"};
inline constexpr UnaryRpc<v1::ListDirectoryRequest, v1::ListDirectoryResponse> kListDirectory{
    "/amana.v1.DirectoryService/ListDirectory"};
inline constexpr UnaryRpc<v1::ReportCapacityRequest, v1::ReportCapacityResponse> kReportCapacity{
    "/amana.v1.DirectoryService/ReportCapacity"};
inline constexpr UnaryRpc<v1::SetDutyRosterRequest, v1::SetDutyRosterResponse> kSetDutyRoster{
    "/amana.v1.DirectoryService/SetDutyRoster"};
inline constexpr UnaryRpc<v1::GetDutyRequest, v1::GetDutyResponse> kGetDuty{
    "/amana.v1.DirectoryService/GetDuty"};
// CoordinationService
inline constexpr UnaryRpc<v1::SetCandidatesRequest, v1::SetCandidatesResponse> kSetCandidates{
    "/amana.v1.CoordinationService/SetCandidates"};
inline constexpr UnaryRpc<v1::RerouteTaskRequest, v1::RerouteTaskResponse> kRerouteTask{
    "/amana.v1.CoordinationService/RerouteTask"};
inline constexpr UnaryRpc<v1::AskQuestionRequest, v1::AskQuestionResponse> kAskQuestion{
    "/amana.v1.CoordinationService/AskQuestion"};
inline constexpr UnaryRpc<v1::AnswerQuestionRequest, v1::AnswerQuestionResponse> kAnswerQuestion{
    "/amana.v1.CoordinationService/AnswerQuestion"};
inline constexpr UnaryRpc<v1::StartServiceRequest, v1::StartServiceResponse> kStartService{
    "/amana.v1.CoordinationService/StartService"};
inline constexpr UnaryRpc<v1::ReportOutcomeRequest, v1::ReportOutcomeResponse> kReportOutcome{
    "/amana.v1.CoordinationService/ReportOutcome"};
inline constexpr UnaryRpc<v1::RecordCallRequest, v1::RecordCallResponse> kRecordCall{
    "/amana.v1.CoordinationService/RecordCall"};
inline constexpr UnaryRpc<v1::ListQueueRequest, v1::ListQueueResponse> kListQueue{
    "/amana.v1.CoordinationService/ListQueue"};
inline constexpr UnaryRpc<v1::ActOnItemRequest, v1::ActOnItemResponse> kActOnItem{
    "/amana.v1.CoordinationService/ActOnItem"};
inline constexpr UnaryRpc<v1::GetTimelineRequest, v1::GetTimelineResponse> kGetTimeline{
    "/amana.v1.CoordinationService/GetTimeline"};
inline constexpr StreamRpc<v1::FollowEventsRequest, v1::FollowEventsResponse> kFollowEvents{
    "/amana.v1.CoordinationService/FollowEvents"};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_RPCS_H_
