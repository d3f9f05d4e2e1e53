#include <memory>

#include "absl/synchronization/mutex.h"
#include "amana/v1/delivery_service.grpc.pb.h"
#include "base/status.h"
#include "broker/delivery/dispatcher.h"
#include "broker/operations/acknowledge.h"
#include "broker/operations/answer_recall.h"
#include "broker/operations/decide.h"
#include "broker/operations/mark_seen.h"
#include "broker/operations/receive.h"
#include "broker/operations/report_mismatch.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

using delivery::MessagePtr;
using delivery::Outlet;

// A reader that takes nothing for so long is cut off, so that a withdrawal that waits for the write
// in flight is answered and the lease can go to somebody else.
constexpr absl::Duration kLastWriteTimeout = absl::Seconds(1);

// Receive: an Outlet on a stream. Lives until gRPC is done with it and nobody else holds it.
//
// Lock order: mu_ before the Outlet's; neither the Outlet's Written, which releases waiters, nor
// the dispatcher is called with mu_ held. gRPC starts no reaction from within StartRead, StartWrite
// or Finish, so these are called with mu_ held: nothing may be started after Finish.
class ReceiveStream final : public grpc::ServerBidiReactor<v1::ReceiveRequest, v1::ReceiveResponse>,
                            public OpenStream,
                            public std::enable_shared_from_this<ReceiveStream> {
 public:
  ReceiveStream(const Parts& parts, grpc::CallbackServerContext* call)
      : front_(*parts.front), context_(*parts.context), streams_(*parts.streams), call_(call) {}

  void Begin() {
    self_ = shared_from_this();
    absl::StatusOr<Peer> peer = ReadPeer(*call_->auth_context());
    if (!peer.ok()) {
      front_.Refused(AgencyId(), peer.status());
      return End(peer.status());
    }
    peer_ = *std::move(peer);
    const absl::StatusOr<Caller> caller = front_.Admit(peer_, Rpc::kReceive);
    if (!caller.ok()) return End(caller.status());
    caller_ = *caller;
    streams_.Add(weak_from_this());
    Read();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(absl::OkStatus());
    switch (request_.message_case()) {
      case v1::ReceiveRequest::kOpen:
        return Open(request_.open());
      case v1::ReceiveRequest::kCredit:
        if (outlet() == nullptr) return Refuse(StreamProtocol("open", "the first message"));
        if (request_.credit().deliveries() == 0) {
          return Refuse(StreamProtocol("credit.deliveries", "at least 1"));
        }
        if (!Charge()) return;
        outlet()->AddCredit(request_.credit().deliveries());
        Read();
        return context_.dispatcher->Wake(outlet()->unit());
      case v1::ReceiveRequest::kReport:
        if (outlet() == nullptr) return Refuse(StreamProtocol("open", "the first message"));
        if (!Charge()) return;
        return Report();
      default:
        return Refuse(StreamProtocol("message", "open, credit or report"));
    }
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mu_);
      writing_.reset();
      if (ending_) FinishNow();
    }
    outlet()->Written();
    if (!ok) return End(absl::OkStatus());
    Write();
  }

  void OnCancel() override { End(CallEnded()); }

  void OnDone() override {
    const auto last = std::move(self_);
    if (const std::shared_ptr<Outlet> done = outlet()) context_.dispatcher->Detach(done);
  }

  // A stream that ends waits a moment for the write in flight, so that the other side is told why.
  void Check(absl::Time now) override {
    const absl::StatusOr<Caller> caller = front_.Identify(peer_);
    if (!caller.ok()) End(caller.status());
    absl::MutexLock lock(&mu_);
    const absl::Duration patience = ending_ ? kLastWriteTimeout : kWriteTimeout;
    if (writing_ != nullptr && now - write_began_ > patience) call_->TryCancel();
  }

 private:
  std::shared_ptr<Outlet> outlet() {
    absl::MutexLock lock(&mu_);
    return outlet_;
  }

  void Open(const v1::ReceiveOpen& open) {
    if (outlet() != nullptr) return Refuse(StreamProtocol("open", "one message of its kind"));
    const absl::StatusOr<UnitId> unit = UnitId::Create(open.unit(), "open.unit");
    if (!unit.ok()) return Refuse(unit.status());
    const Address address{caller_.agency, *unit};
    if (!caller_.ActsFor(address)) {
      return Refuse(MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "open.unit", "not found"));
    }
    auto opened = std::make_shared<v1::ReceiveResponse>();
    opened->mutable_opened()->set_lease_ms(absl::ToInt64Milliseconds(context_.policy.lease));
    auto outlet = std::make_shared<Outlet>(address, [weak = weak_from_this()] {
      if (const std::shared_ptr<ReceiveStream> stream = weak.lock()) stream->Write();
    });
    {
      absl::MutexLock lock(&mu_);
      if (ending_) return;
      outlet_ = outlet;
    }
    outlet->PushControl(std::move(opened));
    context_.dispatcher->Attach(outlet);  // OnDone, which detaches it, comes after this reaction
    outlet->Notify();
    Read();
    context_.dispatcher->Wake(address);
  }

  // The next message is read when this one is answered.
  void Report() {
    const absl::Status queued = front_.Run(caller_.agency, [self = shared_from_this()] {
      operations::Report(self->context_, self->outlet()->unit(), self->request_.report(),
                         [self](const absl::Status& status) {
                           if (status.ok()) return self->Read();
                           // A late report changes nothing: the delivery was offered again.
                           if (!absl::IsAborted(status)) return self->Refuse(status);
                           self->front_.Refused(self->caller_.agency, status);
                           self->Read();
                         });
    });
    if (!queued.ok()) Refuse(queued);
  }

  void Read() {
    absl::MutexLock lock(&mu_);
    if (!ending_) StartRead(&request_);
  }

  void Write() {
    absl::MutexLock lock(&mu_);
    if (ending_ || writing_ != nullptr || outlet_ == nullptr) return;
    if (call_->IsCancelled()) return;  // OnCancel gives back what is not begun here
    writing_ = outlet_->Next();
    if (writing_ == nullptr) return;
    write_began_ = front_.Now();
    StartWrite(writing_.get());
  }

  // A message costs the broker what a call does, so it is charged as one.
  bool Charge() {
    const absl::StatusOr<Caller> caller = front_.Admit(peer_, Rpc::kReceive);
    if (!caller.ok()) End(caller.status());
    return caller.ok();
  }

  void Refuse(const absl::Status& refusal) {
    front_.Refused(caller_.agency, refusal);
    End(refusal);
  }

  // Ends when the write in flight is done. The first status stands.
  void End(const absl::Status& status) {
    std::shared_ptr<Outlet> outlet;
    {
      absl::MutexLock lock(&mu_);
      if (ending_) return;
      ending_ = true;
      status_ = status;
      outlet = outlet_;
      if (writing_ == nullptr) FinishNow();
    }
    if (outlet != nullptr) context_.dispatcher->Close(outlet);
  }

  void FinishNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { Finish(ToGrpcStatus(status_)); }

  Front& front_;
  const operations::Context& context_;
  OpenStreams& streams_;
  grpc::CallbackServerContext* const call_;  // while `writing_` is set, or before FinishNow
  std::shared_ptr<ReceiveStream> self_;      // until OnDone
  Peer peer_;
  Caller caller_;
  v1::ReceiveRequest request_;  // the read's, then that of whoever handles it

  absl::Mutex mu_;
  std::shared_ptr<Outlet> outlet_ ABSL_GUARDED_BY(mu_);  // once opened
  MessagePtr writing_ ABSL_GUARDED_BY(mu_);
  absl::Time write_began_ ABSL_GUARDED_BY(mu_);
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

class DeliveryService final : public v1::DeliveryService::CallbackService {
 public:
  explicit DeliveryService(const Parts& parts)
      : parts_(parts), front_(*parts.front), context_(*parts.context) {}

  grpc::ServerBidiReactor<v1::ReceiveRequest, v1::ReceiveResponse>* Receive(
      grpc::CallbackServerContext* call) override {
    const auto stream = std::make_shared<ReceiveStream>(parts_, call);
    stream->Begin();
    return stream.get();
  }

  grpc::ServerUnaryReactor* Acknowledge(grpc::CallbackServerContext* call,
                                        const v1::AcknowledgeRequest* request,
                                        v1::AcknowledgeResponse* response) override {
    return Serve(front_, call, Rpc::kAcknowledge, response,
                 [this, request](const Caller& caller, Reply<v1::AcknowledgeResponse> reply) {
                   operations::Acknowledge(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* MarkSeen(grpc::CallbackServerContext* call,
                                     const v1::MarkSeenRequest* request,
                                     v1::MarkSeenResponse* response) override {
    return Serve(front_, call, Rpc::kMarkSeen, response,
                 [this, request](const Caller& caller, Reply<v1::MarkSeenResponse> reply) {
                   operations::MarkSeen(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* Decide(grpc::CallbackServerContext* call,
                                   const v1::DecideRequest* request,
                                   v1::DecideResponse* response) override {
    return Serve(front_, call, Rpc::kDecide, response,
                 [this, request](const Caller& caller, Reply<v1::DecideResponse> reply) {
                   operations::Decide(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* AnswerRecall(grpc::CallbackServerContext* call,
                                         const v1::AnswerRecallRequest* request,
                                         v1::AnswerRecallResponse* response) override {
    return Serve(front_, call, Rpc::kAnswerRecall, response,
                 [this, request](const Caller& caller, Reply<v1::AnswerRecallResponse> reply) {
                   operations::AnswerRecall(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* ReportMismatch(grpc::CallbackServerContext* call,
                                           const v1::ReportMismatchRequest* request,
                                           v1::ReportMismatchResponse* response) override {
    return Serve(front_, call, Rpc::kReportMismatch, response,
                 [this, request](const Caller& caller, Reply<v1::ReportMismatchResponse> reply) {
                   operations::ReportMismatch(context_, caller, *request, std::move(reply));
                 });
  }

 private:
  const Parts parts_;
  Front& front_;
  const operations::Context& context_;
};

}  // namespace

ServicePtr MakeDeliveryService(const Parts& parts) {
  return std::make_shared<DeliveryService>(parts);
}

}  // namespace amana::rpc
