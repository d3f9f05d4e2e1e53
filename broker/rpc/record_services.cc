// Consent, audit and administration: unary calls, and one list.
#include <memory>
#include <optional>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "amana/v1/admin_service.grpc.pb.h"
#include "amana/v1/audit_service.grpc.pb.h"
#include "amana/v1/consent_service.grpc.pb.h"
#include "broker/operations/approve_override.h"
#include "broker/operations/audit_reads.h"
#include "broker/operations/get_consent.h"
#include "broker/operations/list_dead_letters.h"
#include "broker/operations/list_disclosures.h"
#include "broker/operations/redrive_delivery.h"
#include "broker/operations/register_consent.h"
#include "broker/operations/register_exclusion.h"
#include "broker/operations/review_override.h"
#include "broker/operations/set_legal_hold.h"
#include "broker/operations/withdraw_consent.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

class ConsentService final : public v1::ConsentService::CallbackService {
 public:
  explicit ConsentService(const Parts& parts) : front_(*parts.front), context_(*parts.context) {}

  grpc::ServerUnaryReactor* RegisterConsent(grpc::CallbackServerContext* call,
                                            const v1::RegisterConsentRequest* request,
                                            v1::RegisterConsentResponse* response) override {
    return Serve(front_, call, Rpc::kRegisterConsent, response,
                 [this, request](const Caller& caller, Reply<v1::RegisterConsentResponse> reply) {
                   operations::RegisterConsent(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* RegisterExclusion(grpc::CallbackServerContext* call,
                                              const v1::RegisterExclusionRequest* request,
                                              v1::RegisterExclusionResponse* response) override {
    return Serve(front_, call, Rpc::kRegisterExclusion, response,
                 [this, request](const Caller& caller, Reply<v1::RegisterExclusionResponse> reply) {
                   operations::RegisterExclusion(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* WithdrawConsent(grpc::CallbackServerContext* call,
                                            const v1::WithdrawConsentRequest* request,
                                            v1::WithdrawConsentResponse* response) override {
    return Serve(front_, call, Rpc::kWithdrawConsent, response,
                 [this, request](const Caller& caller, Reply<v1::WithdrawConsentResponse> reply) {
                   operations::WithdrawConsent(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* GetConsent(grpc::CallbackServerContext* call,
                                       const v1::GetConsentRequest* request,
                                       v1::GetConsentResponse* response) override {
    return Serve(front_, call, Rpc::kGetConsent, response,
                 [this, request](const Caller& caller, Reply<v1::GetConsentResponse> reply) {
                   reply(operations::GetConsent(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* ListDisclosures(grpc::CallbackServerContext* call,
                                            const v1::ListDisclosuresRequest* request,
                                            v1::ListDisclosuresResponse* response) override {
    return Serve(front_, call, Rpc::kListDisclosures, response,
                 [this, request](const Caller& caller, Reply<v1::ListDisclosuresResponse> reply) {
                   reply(operations::ListDisclosures(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* ApproveOverride(grpc::CallbackServerContext* call,
                                            const v1::ApproveOverrideRequest* request,
                                            v1::ApproveOverrideResponse* response) override {
    return Serve(front_, call, Rpc::kApproveOverride, response,
                 [this, request](const Caller& caller, Reply<v1::ApproveOverrideResponse> reply) {
                   operations::ApproveOverride(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* ReviewOverride(grpc::CallbackServerContext* call,
                                           const v1::ReviewOverrideRequest* request,
                                           v1::ReviewOverrideResponse* response) override {
    return Serve(front_, call, Rpc::kReviewOverride, response,
                 [this, request](const Caller& caller, Reply<v1::ReviewOverrideResponse> reply) {
                   operations::ReviewOverride(context_, caller, *request, std::move(reply));
                 });
  }

 private:
  Front& front_;
  const operations::Context& context_;
};

// ListEvents: writes what the operation found, one after the other. Lives until gRPC is done with
// it and nobody else holds it. Finish and StartWrite are the last thing done on a thread that is
// not a reaction's.
class EventStream final : public grpc::ServerWriteReactor<v1::ListEventsResponse>,
                          public OpenStream,
                          public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(const Parts& parts, grpc::CallbackServerContext* call)
      : front_(*parts.front), context_(*parts.context), streams_(*parts.streams), call_(call) {}

  void Begin(const v1::ListEventsRequest* request) {
    self_ = shared_from_this();
    const absl::StatusOr<Caller> caller = Admit(front_, call_, Rpc::kListEvents);
    if (!caller.ok()) {
      Finish(ToGrpcStatus(caller.status()));
      return;
    }
    agency_ = caller->agency;
    began_ = front_.Begin();
    streams_.Add(weak_from_this());
    const absl::Status queued = front_.Run(agency_, [this, caller = *caller, request] {
      if (call_->IsCancelled()) {
        front_.Answered(Rpc::kListEvents, agency_, CallEnded(), began_);
        return Finish(ToGrpcStatus(CallEnded()));
      }
      operations::ListEvents(context_, caller, *request,
                             [this](absl::StatusOr<std::vector<v1::ListEventsResponse>> events) {
                               front_.Answered(Rpc::kListEvents, agency_, events.status(), began_);
                               if (!events.ok()) return Finish(ToGrpcStatus(events.status()));
                               events_ = *std::move(events);
                               WriteNext();
                             });
    });
    if (queued.ok()) return;
    front_.Answered(Rpc::kListEvents, agency_, queued, began_);
    Finish(ToGrpcStatus(queued));
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mu_);
      writing_since_.reset();
    }
    if (!ok) next_ = events_.size();
    WriteNext();
  }

  void OnDone() override { const auto last = std::move(self_); }

  // With the write in flight the call has not ended, so `call_` is there.
  void Check(absl::Time now) override {
    absl::MutexLock lock(&mu_);
    if (writing_since_.has_value() && now - *writing_since_ > kWriteTimeout) call_->TryCancel();
  }

 private:
  void WriteNext() {
    if (next_ == events_.size()) return Finish(grpc::Status::OK);
    {
      absl::MutexLock lock(&mu_);
      writing_since_ = front_.Now();
    }
    StartWrite(&events_[next_++]);
  }

  Front& front_;
  const operations::Context& context_;
  OpenStreams& streams_;
  grpc::CallbackServerContext* const call_;
  std::shared_ptr<EventStream> self_;  // until OnDone
  absl::Time began_;
  AgencyId agency_;
  std::vector<v1::ListEventsResponse> events_;
  size_t next_ = 0;

  absl::Mutex mu_;
  std::optional<absl::Time> writing_since_ ABSL_GUARDED_BY(mu_);
};

class AuditService final : public v1::AuditService::CallbackService {
 public:
  explicit AuditService(const Parts& parts)
      : parts_(parts), front_(*parts.front), context_(*parts.context) {}

  grpc::ServerWriteReactor<v1::ListEventsResponse>* ListEvents(
      grpc::CallbackServerContext* call, const v1::ListEventsRequest* request) override {
    const auto stream = std::make_shared<EventStream>(parts_, call);
    stream->Begin(request);
    return stream.get();
  }

  grpc::ServerUnaryReactor* GetReceipt(grpc::CallbackServerContext* call,
                                       const v1::GetReceiptRequest* request,
                                       v1::GetReceiptResponse* response) override {
    return Serve(front_, call, Rpc::kGetReceipt, response,
                 [this, request](const Caller& caller, Reply<v1::GetReceiptResponse> reply) {
                   reply(operations::GetReceipt(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* call,
                                          const v1::GetCheckpointRequest* request,
                                          v1::GetCheckpointResponse* response) override {
    return Serve(front_, call, Rpc::kGetCheckpoint, response,
                 [this, request](const Caller&, Reply<v1::GetCheckpointResponse> reply) {
                   reply(operations::GetCheckpoint(context_, *request));
                 });
  }

  grpc::ServerUnaryReactor* ReadTile(grpc::CallbackServerContext* call,
                                     const v1::ReadTileRequest* request,
                                     v1::ReadTileResponse* response) override {
    return Serve(front_, call, Rpc::kReadTile, response,
                 [this, request](const Caller&, Reply<v1::ReadTileResponse> reply) {
                   absl::StatusOr<std::string> tile = parts_.read_tile(request->path());
                   if (!tile.ok()) return reply(tile.status());
                   v1::ReadTileResponse answer;
                   answer.set_content(*std::move(tile));
                   reply(std::move(answer));
                 });
  }

  grpc::ServerUnaryReactor* GetCertificate(grpc::CallbackServerContext* call,
                                           const v1::GetCertificateRequest* request,
                                           v1::GetCertificateResponse* response) override {
    return Serve(front_, call, Rpc::kGetCertificate, response,
                 [this, request](const Caller&, Reply<v1::GetCertificateResponse> reply) {
                   reply(operations::GetCertificate(context_, *request));
                 });
  }

 private:
  const Parts parts_;
  Front& front_;
  const operations::Context& context_;
};

class AdminService final : public v1::AdminService::CallbackService {
 public:
  explicit AdminService(const Parts& parts) : front_(*parts.front), context_(*parts.context) {}

  grpc::ServerUnaryReactor* ListDeadLetters(grpc::CallbackServerContext* call,
                                            const v1::ListDeadLettersRequest* request,
                                            v1::ListDeadLettersResponse* response) override {
    return Serve(front_, call, Rpc::kListDeadLetters, response,
                 [this, request](const Caller&, Reply<v1::ListDeadLettersResponse> reply) {
                   reply(operations::ListDeadLetters(context_, *request));
                 });
  }

  grpc::ServerUnaryReactor* RedriveDelivery(grpc::CallbackServerContext* call,
                                            const v1::RedriveDeliveryRequest* request,
                                            v1::RedriveDeliveryResponse* response) override {
    return Serve(front_, call, Rpc::kRedriveDelivery, response,
                 [this, request](const Caller& caller, Reply<v1::RedriveDeliveryResponse> reply) {
                   operations::RedriveDelivery(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* SetLegalHold(grpc::CallbackServerContext* call,
                                         const v1::SetLegalHoldRequest* request,
                                         v1::SetLegalHoldResponse* response) override {
    return Serve(front_, call, Rpc::kSetLegalHold, response,
                 [this, request](const Caller& caller, Reply<v1::SetLegalHoldResponse> reply) {
                   operations::SetLegalHold(context_, caller, *request, std::move(reply));
                 });
  }

 private:
  Front& front_;
  const operations::Context& context_;
};

}  // namespace

ServicePtr MakeConsentService(const Parts& parts) {
  return std::make_shared<ConsentService>(parts);
}
ServicePtr MakeAuditService(const Parts& parts) { return std::make_shared<AuditService>(parts); }
ServicePtr MakeAdminService(const Parts& parts) { return std::make_shared<AdminService>(parts); }

std::vector<ServicePtr> MakeServices(const Parts& parts) {
  return {
      MakeReferralService(parts),  MakeDeliveryService(parts),     MakeConsentService(parts),
      MakeAuditService(parts),     MakeAdminService(parts),        MakeHandoverService(parts),
      MakeDirectoryService(parts), MakeCoordinationService(parts), MakeAuditQueryService(parts)};
}

}  // namespace amana::rpc
