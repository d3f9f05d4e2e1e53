#include "broker/rpc/notice_stream.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "broker/operations/notice_hub.h"
#include "broker/operations/notices.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

using operations::NoticeHub;
using operations::NoticePage;

// A reader that has nothing to hear is told now and then how far was looked for it, so that it need
// not be looked at again.
constexpr uint64_t kTellProgress = 10'000;

// Lives until gRPC is done with it and nobody else holds it. gRPC starts no reaction from within
// StartWrite or Finish, so these are called with mu_ held: nothing may be started after Finish.
class NoticeStream final : public grpc::ServerWriteReactor<v1::FollowEventsResponse>,
                           public OpenStream,
                           public std::enable_shared_from_this<NoticeStream> {
 public:
  NoticeStream(const Parts& parts, grpc::CallbackServerContext* call)
      : front_(*parts.front),
        context_(*parts.context),
        hub_(*parts.notices),
        streams_(*parts.streams),
        call_(call) {}

  void Begin(const v1::FollowEventsRequest& request) {
    self_ = shared_from_this();
    absl::StatusOr<Peer> peer = ReadPeer(*call_->auth_context());
    if (!peer.ok()) {
      front_.Refused(AgencyId(), peer.status());
      return End(peer.status());
    }
    peer_ = *std::move(peer);
    const absl::StatusOr<Caller> caller = front_.Admit(peer_, Rpc::kFollowEvents);
    if (!caller.ok()) return End(caller.status());
    caller_ = *caller;
    place_ = {request.first_index(), request.held_size()};
    told_ = place_.next;
    streams_.Add(weak_from_this());
    // Followed first and looked at then: nothing falls between.
    follower_ = hub_.Follow(caller_.agency, [weak = weak_from_this()] {
      if (const std::shared_ptr<NoticeStream> stream = weak.lock()) stream->Pump();
    });
    Pump();
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mu_);
      writing_since_.reset();
      busy_ = false;
      if (ending_) return FinishNow();
    }
    if (!ok) return End(absl::OkStatus());
    Pump();
  }

  void OnCancel() override { End(CallEnded()); }
  void OnDone() override { const auto last = std::move(self_); }

  void Check(absl::Time now) override {
    const absl::StatusOr<Caller> caller = front_.Identify(peer_);
    if (!caller.ok()) End(caller.status());
    absl::MutexLock lock(&mu_);
    if (writing_since_.has_value() && now - *writing_since_ > kWriteTimeout) call_->TryCancel();
  }

 private:
  // Has somebody look, unless somebody does or a write is under way.
  void Pump() {
    {
      absl::MutexLock lock(&mu_);
      again_ = true;
      if (ending_ || busy_) return;
      busy_ = true;
      again_ = false;
    }
    Look();
  }

  void Look() {
    const absl::Status queued =
        front_.Run(caller_.agency, [self = shared_from_this()] { self->LookNow(); });
    if (queued.ok()) return;
    Rest();
    End(queued);
  }

  // On the executor; alone, as busy_ says.
  void LookNow() {
    absl::StatusOr<std::optional<NoticePage>> page = Next();
    if (!page.ok()) {
      Rest();
      return End(page.status());
    }
    if (!page->has_value()) return Rest();
    NoticePage& next = **page;
    place_.next = next.response.next_index();
    const bool tell =
        next.response.notices_size() > 0 || !told_once_ || place_.next >= told_ + kTellProgress;
    if (!tell) return catching_up_ ? Look() : Rest();
    place_.held = next.log_size;
    told_ = place_.next;
    // The first is told when the end was reached, or there is something.
    told_once_ = true;
    message_ = std::move(next.response);
    absl::MutexLock lock(&mu_);
    if (ending_) {
      busy_ = false;
      return FinishNow();
    }
    writing_since_ = front_.Now();
    StartWrite(&message_);
  }

  // What is to be told next; none: there is nothing new.
  absl::StatusOr<std::optional<NoticePage>> Next() {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context_.store->Read());
    if (!catching_up_) {
      NoticeHub::News news = follower_->Take();
      std::erase_if(news.indexes, [this](uint64_t index) { return index < place_.next; });
      if (!news.missed) {
        if (news.indexes.empty()) return std::nullopt;
        AMANA_ASSIGN_OR_RETURN(NoticePage page, operations::ReadNoticesAt(
                                                    *snapshot, caller_.agency, place_, news.indexes,
                                                    std::max(news.seen, place_.next)));
        catching_up_ = page.response.next_index() < news.seen;
        return page;
      }
      catching_up_ = true;
    }
    AMANA_ASSIGN_OR_RETURN(NoticePage page,
                           operations::ReadNotices(*snapshot, caller_.agency, place_));
    catching_up_ = page.response.next_index() < page.log_size;
    return page;
  }

  // Nobody looks any more; goes on at once where there was news meanwhile.
  void Rest() {
    bool again = false;
    {
      absl::MutexLock lock(&mu_);
      busy_ = false;
      if (ending_) return FinishNow();
      again = std::exchange(again_, false);
      busy_ = again;
    }
    if (again) Look();
  }

  // Ends when nobody looks and no write is under way. The first status stands.
  void End(const absl::Status& status) {
    absl::MutexLock lock(&mu_);
    if (ending_) return;
    ending_ = true;
    status_ = status;
    if (!busy_) FinishNow();
  }

  void FinishNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { Finish(ToGrpcStatus(status_)); }

  Front& front_;
  const operations::Context& context_;
  NoticeHub& hub_;
  OpenStreams& streams_;
  grpc::CallbackServerContext* const call_;
  std::shared_ptr<NoticeStream> self_;  // until OnDone
  Peer peer_;
  Caller caller_;
  std::shared_ptr<NoticeHub::Follower> follower_;

  // Of whoever looks: there is one at most.
  operations::NoticePlace place_;
  uint64_t told_ = 0;
  bool told_once_ = false;
  bool catching_up_ = true;
  v1::FollowEventsResponse message_;  // until it is written

  absl::Mutex mu_;
  bool busy_ ABSL_GUARDED_BY(mu_) = false;   // somebody looks, or a write is under way
  bool again_ ABSL_GUARDED_BY(mu_) = false;  // there was news meanwhile
  std::optional<absl::Time> writing_since_ ABSL_GUARDED_BY(mu_);
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

grpc::ServerWriteReactor<v1::FollowEventsResponse>* FollowNotices(
    const Parts& parts, grpc::CallbackServerContext* call, const v1::FollowEventsRequest* request) {
  const auto stream = std::make_shared<NoticeStream>(parts, call);
  stream->Begin(*request);
  return stream.get();
}

}  // namespace amana::rpc
