#include "broker/rpc/query_stream.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "broker/operations/count_events.h"
#include "broker/operations/query_events.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

// What is asked, and what looks for the answer, one slice after the other: Next, done, searching.
struct EventsAsked {
  using Request = v1::QueryEventsRequest;
  using Response = v1::QueryEventsResponse;
  using Query = operations::EventQuery;
  static constexpr Rpc kRpc = Rpc::kQueryEvents;
  static constexpr auto kAsk = operations::QueryEvents;
};
struct CountAsked {
  using Request = v1::CountEventsRequest;
  using Response = v1::CountEventsResponse;
  using Query = operations::EventCount;
  static constexpr Rpc kRpc = Rpc::kCountEvents;
  static constexpr auto kAsk = operations::CountEvents;
};

// Lives until gRPC is done with it and nobody else holds it. gRPC starts no reaction from within
// StartWrite or Finish, so these are called with mu_ held: nothing may be started after Finish.
template <class Asked>
class QueryStream final : public grpc::ServerWriteReactor<typename Asked::Response>,
                          public OpenStream,
                          public std::enable_shared_from_this<QueryStream<Asked>> {
 public:
  using Request = typename Asked::Request;
  using Response = typename Asked::Response;
  using Query = typename Asked::Query;

  QueryStream(const Parts& parts, grpc::CallbackServerContext* call)
      : front_(*parts.front), context_(*parts.context), streams_(*parts.streams), call_(call) {}

  void Begin(const Request& request) {
    self_ = this->shared_from_this();
    absl::StatusOr<Peer> peer = ReadPeer(*call_->auth_context());
    if (!peer.ok()) {
      front_.Refused(AgencyId(), peer.status());
      return End(peer.status());
    }
    peer_ = *std::move(peer);
    const absl::StatusOr<Caller> caller = front_.Admit(peer_, Asked::kRpc);
    if (!caller.ok()) return End(caller.status());
    caller_ = *caller;
    began_ = front_.Begin();
    {
      absl::MutexLock lock(&mu_);
      busy_ = true;
    }
    streams_.Add(this->weak_from_this());
    const absl::Status queued = front_.Run(
        caller_.agency, [self = this->shared_from_this(), request] { self->Ask(request); });
    if (!queued.ok()) Refuse(queued);
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mu_);
      writing_since_.reset();
    }
    if (!ok) End(CallEnded());
    Rest();
  }

  void OnCancel() override { End(CallEnded()); }
  void OnDone() override { const auto last = std::move(self_); }

  void Check(absl::Time now) override {
    const absl::StatusOr<Caller> caller = front_.Identify(peer_);
    if (!caller.ok()) End(caller.status());
    {
      absl::MutexLock lock(&mu_);
      if (writing_since_.has_value() && now - *writing_since_ > kWriteTimeout) call_->TryCancel();
      if (ending_ || busy_) return;
      busy_ = true;
    }
    QueueLook();
  }

 private:
  // With busy_ set by whoever calls.
  void QueueLook() {
    const absl::Status queued =
        front_.Run(caller_.agency, [self = this->shared_from_this()] { self->Look(); });
    if (queued.ok()) return;
    End(queued);
    Rest();
  }

  void Ask(const Request& request) {
    Asked::kAsk(context_, caller_, request,
                [self = this->shared_from_this()](absl::StatusOr<std::shared_ptr<Query>> query) {
                  if (!query.ok()) return self->Refuse(query.status());
                  self->CountAnswer(absl::OkStatus());
                  self->query_ = *std::move(query);
                  // The reply may come on the store's thread, which does not search.
                  self->QueueLook();
                });
  }

  void Refuse(const absl::Status& status) {
    CountAnswer(status);
    End(status);
    Rest();
  }

  // For a drain the call is in flight until its question is in the log: a search can be begun again
  // where it ended.
  void CountAnswer(const absl::Status& status) {
    front_.Answered(Asked::kRpc, caller_.agency, status, began_);
  }

  // Looks at one slice, then writes, goes on, or rests.
  void Look() {
    {
      absl::MutexLock lock(&mu_);
      if (ending_) {
        busy_ = false;
        return FinishNow();
      }
    }
    absl::StatusOr<std::optional<Response>> next = query_->Next();
    if (!next.ok()) {
      End(next.status());
      return Rest();
    }
    if (!next->has_value()) return Rest();
    message_ = **std::move(next);
    absl::MutexLock lock(&mu_);
    if (ending_) {
      busy_ = false;
      return FinishNow();
    }
    writing_since_ = front_.Now();
    this->StartWrite(&message_);
  }

  // After a slice that was written or had nothing to tell: ends, goes on, or waits for Check.
  void Rest() {
    {
      absl::MutexLock lock(&mu_);
      if (query_ != nullptr && query_->done() && !ending_) {
        ending_ = true;
        status_ = absl::OkStatus();
      }
      if (ending_ || !query_->searching()) {
        busy_ = false;
        if (ending_) FinishNow();
        return;
      }
    }
    QueueLook();
  }

  // Ends when nobody looks and no write is under way. The first status stands.
  void End(const absl::Status& status) {
    absl::MutexLock lock(&mu_);
    if (ending_) return;
    ending_ = true;
    status_ = status;
    if (!busy_) FinishNow();
  }

  void FinishNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { this->Finish(ToGrpcStatus(status_)); }

  Front& front_;
  const operations::Context& context_;
  OpenStreams& streams_;
  grpc::CallbackServerContext* const call_;
  std::shared_ptr<QueryStream> self_;  // until OnDone
  Peer peer_;
  Caller caller_;
  absl::Time began_;

  // Of whoever looks: there is one at most.
  std::shared_ptr<Query> query_;
  Response message_;  // until it is written

  absl::Mutex mu_;
  bool busy_ ABSL_GUARDED_BY(mu_) = false;  // somebody looks, or a write is under way
  std::optional<absl::Time> writing_since_ ABSL_GUARDED_BY(mu_);
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

template <class Asked>
grpc::ServerWriteReactor<typename Asked::Response>* Stream(const Parts& parts,
                                                           grpc::CallbackServerContext* call,
                                                           const typename Asked::Request& request) {
  const auto stream = std::make_shared<QueryStream<Asked>>(parts, call);
  stream->Begin(request);
  return stream.get();
}

}  // namespace

grpc::ServerWriteReactor<v1::QueryEventsResponse>* StreamQuery(
    const Parts& parts, grpc::CallbackServerContext* call, const v1::QueryEventsRequest* request) {
  return Stream<EventsAsked>(parts, call, *request);
}

grpc::ServerWriteReactor<v1::CountEventsResponse>* StreamCount(
    const Parts& parts, grpc::CallbackServerContext* call, const v1::CountEventsRequest* request) {
  return Stream<CountAsked>(parts, call, *request);
}

}  // namespace amana::rpc
