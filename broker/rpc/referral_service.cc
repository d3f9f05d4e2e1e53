#include <memory>
#include <optional>

#include "absl/synchronization/mutex.h"
#include "amana/v1/referral_service.grpc.pb.h"
#include "broker/operations/add_wraps.h"
#include "broker/operations/attach_consent.h"
#include "broker/operations/cancel_referral.h"
#include "broker/operations/explain_route.h"
#include "broker/operations/get_referral.h"
#include "broker/operations/list_referrals.h"
#include "broker/operations/match.h"
#include "broker/operations/submit.h"
#include "broker/rpc/batch.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

// SubmitBatch: one batch is judged and answered at a time, one more is read ahead; a client that
// sends faster than that is held back by HTTP/2's flow control. Lives until gRPC is done with it
// and nobody else holds it.
//
// gRPC starts no reaction from within StartRead, StartWrite or Finish, so these are called with mu_
// held: nothing may be started after Finish.
class SubmitStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                           public OpenStream,
                           public std::enable_shared_from_this<SubmitStream> {
 public:
  SubmitStream(Front& front, grpc::CallbackServerContext* call, SubmitFn submit)
      : front_(front), call_(call), submit_(std::move(submit)) {}

  void Begin(OpenStreams& streams, const grpc::AuthContext& auth) {
    self_ = shared_from_this();
    absl::StatusOr<Peer> peer = ReadPeer(auth);
    absl::Status admitted = peer.status();
    if (peer.ok()) {
      peer_ = *std::move(peer);
      admitted = front_.Admit(peer_, Rpc::kSubmitBatch).status();
    } else {
      front_.Refused(AgencyId(), admitted);
    }
    absl::MutexLock lock(&mu_);
    if (!admitted.ok()) return End(admitted);
    streams.Add(weak_from_this());
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    {
      absl::MutexLock lock(&mu_);
      if (!ok) {
        ended_ = true;
        if (!busy_) End(absl::OkStatus());
        return;
      }
      if (finished_) return;
      if (busy_) {
        has_next_ = true;
        return;
      }
      busy_ = true;
    }
    Judge();
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mu_);
      busy_ = false;
      writing_since_.reset();
      if (!closing_.ok()) return End(closing_);
      if (!ok || (ended_ && !has_next_)) return End(absl::OkStatus());
      if (!has_next_) return;
      has_next_ = false;
      busy_ = true;
    }
    Judge();
  }

  void OnDone() override { const auto last = std::move(self_); }

  // What is being judged is still answered. With a write in flight the call has not ended, so
  // `call_` is there.
  void Check(absl::Time now) override {
    const absl::StatusOr<Caller> caller = front_.Identify(peer_);
    absl::MutexLock lock(&mu_);
    if (writing_since_.has_value() && now - *writing_since_ > kWriteTimeout) call_->TryCancel();
    if (caller.ok()) return;
    closing_ = caller.status();
    if (!busy_) End(closing_);
  }

 private:
  // With `busy_` set and a batch in `incoming_`.
  void Judge() {
    const std::shared_ptr<const grpc::Slice> request = Flatten(incoming_);
    incoming_.Clear();
    // Revocation, rate and the gate are looked at for every batch.
    const absl::StatusOr<Caller> caller = front_.Admit(peer_, Rpc::kSubmitBatch);
    absl::Status refusal = caller.status();
    SubmissionBatch batch;
    if (caller.ok()) {
      absl::StatusOr<std::vector<std::string_view>> split = SplitSubmissions(BytesOf(*request));
      refusal = split.ok() ? CheckBatchSize(split->size()) : split.status();
      if (refusal.ok()) batch = {*std::move(split), request};
      if (!refusal.ok()) front_.Refused(caller->agency, refusal);
    }
    {
      absl::MutexLock lock(&mu_);
      if (!refusal.ok()) {
        busy_ = false;
        return End(refusal);
      }
      if (!ended_) StartRead(&incoming_);
    }
    RunBatch(front_, *caller, std::move(batch), submit_,
             [self = shared_from_this(), agency = caller->agency,
              began = front_.Begin()](const v1::SubmitBatchResponse& out) {
               self->front_.Answered(Rpc::kSubmitBatch, agency, absl::OkStatus(), began);
               Put(out, &self->response_);
               absl::MutexLock lock(&self->mu_);
               self->writing_since_ = self->front_.Now();
               self->StartWrite(&self->response_);
             });
  }

  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!std::exchange(finished_, true)) Finish(ToGrpcStatus(status));
  }

  Front& front_;
  grpc::CallbackServerContext* const call_;  // while a write is in flight
  const SubmitFn submit_;
  std::shared_ptr<SubmitStream> self_;  // until OnDone
  Peer peer_;
  grpc::ByteBuffer incoming_;  // the read's, or Judge's: never both
  grpc::ByteBuffer response_;  // the batch's, then the write's

  absl::Mutex mu_;
  // A batch is being judged or written; then the stream is not finished.
  bool busy_ ABSL_GUARDED_BY(mu_) = false;
  bool has_next_ ABSL_GUARDED_BY(mu_) = false;  // read ahead, in `incoming_`
  bool ended_ ABSL_GUARDED_BY(mu_) = false;     // nothing more will be read
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<absl::Time> writing_since_ ABSL_GUARDED_BY(mu_);
  absl::Status closing_ ABSL_GUARDED_BY(mu_);  // to end with when the batch is answered
};

// Submissions are taken as bytes: they are kept as they came.
using Base =
    v1::ReferralService::WithCallbackMethod_Match<v1::ReferralService::WithRawCallbackMethod_Submit<
        v1::ReferralService::WithRawCallbackMethod_SubmitBatch<
            v1::ReferralService::WithCallbackMethod_AddWraps<
                v1::ReferralService::WithCallbackMethod_GetReferral<
                    v1::ReferralService::WithCallbackMethod_ListReferrals<
                        v1::ReferralService::WithCallbackMethod_CancelReferral<
                            v1::ReferralService::WithCallbackMethod_AttachConsent<
                                v1::ReferralService::WithCallbackMethod_ExplainRoute<
                                    v1::ReferralService::Service>>>>>>>>>;

class ReferralService final : public Base {
 public:
  explicit ReferralService(const Parts& parts)
      : front_(*parts.front), context_(*parts.context), streams_(*parts.streams) {}

  grpc::ServerUnaryReactor* Match(grpc::CallbackServerContext* call,
                                  const v1::MatchRequest* request,
                                  v1::MatchResponse* response) override {
    return Serve(front_, call, Rpc::kMatch, response,
                 [this, request](const Caller& caller, Reply<v1::MatchResponse> reply) {
                   reply(operations::Match(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* call,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override {
    return ServeAs<v1::SubmitResponse>(
        front_, call, Rpc::kSubmit, response,
        [this, request](const Caller& caller, Reply<v1::SubmitResponse> reply) {
          const absl::Status rate = front_.TakeSubmissions(caller.agency, 1);
          if (!rate.ok()) return reply(rate);
          const std::shared_ptr<const grpc::Slice> slice = Flatten(*request);
          const auto submissions = SplitSubmissions(BytesOf(*slice));
          if (!submissions.ok() || submissions->size() > 1) {
            return reply(MessageMalformed("submission"));
          }
          // None is an empty one, which is refused for what it lacks.
          operations::Submit(
              context_, caller, submissions->empty() ? std::string_view() : submissions->front(),
              [slice, reply = std::move(reply)](auto answer) mutable { reply(std::move(answer)); });
        });
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* SubmitBatch(
      grpc::CallbackServerContext* call) override {
    const SubmitFn submit = [this](const Caller& caller, std::string_view submission,
                                   Reply<v1::SubmitResponse> reply) {
      operations::Submit(context_, caller, submission, std::move(reply));
    };
    const auto stream = std::make_shared<SubmitStream>(front_, call, submit);
    stream->Begin(streams_, *call->auth_context());
    return stream.get();
  }

  grpc::ServerUnaryReactor* AddWraps(grpc::CallbackServerContext* call,
                                     const v1::AddWrapsRequest* request,
                                     v1::AddWrapsResponse* response) override {
    return Serve(front_, call, Rpc::kAddWraps, response,
                 [this, request](const Caller& caller, Reply<v1::AddWrapsResponse> reply) {
                   operations::AddWraps(context_, caller, std::move(Owned(request)),
                                        std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* GetReferral(grpc::CallbackServerContext* call,
                                        const v1::GetReferralRequest* request,
                                        v1::GetReferralResponse* response) override {
    return Serve(front_, call, Rpc::kGetReferral, response,
                 [this, request](const Caller& caller, Reply<v1::GetReferralResponse> reply) {
                   reply(operations::GetReferral(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* ListReferrals(grpc::CallbackServerContext* call,
                                          const v1::ListReferralsRequest* request,
                                          v1::ListReferralsResponse* response) override {
    return Serve(front_, call, Rpc::kListReferrals, response,
                 [this, request](const Caller& caller, Reply<v1::ListReferralsResponse> reply) {
                   reply(operations::ListReferrals(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* CancelReferral(grpc::CallbackServerContext* call,
                                           const v1::CancelReferralRequest* request,
                                           v1::CancelReferralResponse* response) override {
    return Serve(front_, call, Rpc::kCancelReferral, response,
                 [this, request](const Caller& caller, Reply<v1::CancelReferralResponse> reply) {
                   operations::CancelReferral(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* AttachConsent(grpc::CallbackServerContext* call,
                                          const v1::AttachConsentRequest* request,
                                          v1::AttachConsentResponse* response) override {
    return Serve(front_, call, Rpc::kAttachConsent, response,
                 [this, request](const Caller& caller, Reply<v1::AttachConsentResponse> reply) {
                   operations::AttachConsent(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* ExplainRoute(grpc::CallbackServerContext* call,
                                         const v1::ExplainRouteRequest* request,
                                         v1::ExplainRouteResponse* response) override {
    return Serve(front_, call, Rpc::kExplainRoute, response,
                 [this, request](const Caller& caller, Reply<v1::ExplainRouteResponse> reply) {
                   operations::ExplainRoute(context_, caller, *request, std::move(reply));
                 });
  }

 private:
  Front& front_;
  const operations::Context& context_;
  OpenStreams& streams_;
};

}  // namespace

ServicePtr MakeReferralService(const Parts& parts) {
  return std::make_shared<ReferralService>(parts);
}

}  // namespace amana::rpc
