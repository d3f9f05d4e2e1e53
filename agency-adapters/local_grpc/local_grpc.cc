#include "agency-adapters/local_grpc/local_grpc.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "agency-adapters/local_grpc/address.h"
#include "agency-adapters/local_grpc/translate.h"
#include "amana/local/v1/local_api.grpc.pb.h"
#include "base/status.h"

namespace amana::local_grpc {
namespace {

namespace v1 = amana::local::v1;

constexpr int kMaxMessage = 512 << 10;  // as over HTTP
constexpr int kMaxThreads = 16;
constexpr int kMaxFollowers = 8;
constexpr uint32_t kLookSeconds = 1;  // so late those who follow may see that it ends

absl::Status ListenFailed() {
  return MakeError(absl::StatusCode::kUnavailable, "GRPC_LISTEN_FAILED", "api.grpc",
                   "the address cannot be listened on");
}

absl::Status TooManyFollow() {
  return MakeError(absl::StatusCode::kResourceExhausted, "FOLLOWERS_EXHAUSTED", "",
                   "too many follow already");
}

// Between listening and its mode being set, the folder alone keeps others out.
absl::Status CheckFolder(const std::string& folder) {
  struct stat info {};
  const bool ours = stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
                    info.st_uid == geteuid() && (info.st_mode & 077) == 0;
  if (ours) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "GRPC_FOLDER_OPEN", "api.grpc",
                   "expected the socket in a folder of ours of mode 0700");
}

// No compression either way: 1.51 inflates without bound. A compressed message is refused.
void SetUp(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET,
                             1 << GRPC_COMPRESS_NONE);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 << 10);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 2 * kMaxThreads);
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  grpc::ResourceQuota quota("local");
  quota.SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota);
}

grpc::Status ToGrpc(const absl::Status& status, grpc::ServerContext& context) {
  if (status.ok()) return grpc::Status::OK;
  const std::string reason = ErrorReason(status);
  const std::string field = ErrorField(status);
  context.AddTrailingMetadata("amana-reason", reason);
  if (!field.empty()) context.AddTrailingMetadata("amana-field", field);
  return {static_cast<grpc::StatusCode>(status.code()),
          reason + (field.empty() ? "" : ": " + field)};
}

}  // namespace

// What the calls have in common: a request as it would be over HTTP, and its answer.
struct Server::Calls final : v1::LocalApiService::Service {
  explicit Calls(Handler h) : handler(std::move(h)) {}

  using Context = grpc::ServerContext;

  http::Response Ask(const Context& context, std::string method, std::string path,
                     std::string query = {}, std::string body = {}) const {
    http::Request request{
        std::move(method), std::move(path), std::move(query), {}, std::move(body)};
    const auto shown = context.client_metadata().find("authorization");
    if (shown != context.client_metadata().end()) {
      request.headers = {{"authorization", {shown->second.data(), shown->second.size()}}};
    }
    return handler(request);
  }

  // What `response` says into `answer`, as its `member`.
  static grpc::Status Read(Context& context, const http::Response& response,
                           std::string_view member, google::protobuf::Message& answer) {
    absl::Status status = StatusOf(response);
    if (status.ok()) status = FromJson(response.body, member, answer);
    return ToGrpc(status, context);
  }

  grpc::Status GetHealth(Context* c, const v1::GetHealthRequest*,
                         v1::GetHealthResponse* answer) override {
    return Read(*c, Ask(*c, "GET", "/v1/health"), "", *answer);
  }
  grpc::Status SubmitItem(Context* c, const v1::SubmitItemRequest* request,
                          v1::SubmitItemResponse* answer) override {
    const absl::StatusOr<std::string> body = ToJson(request->item());
    if (!body.ok()) return ToGrpc(body.status(), *c);
    return Read(*c, Ask(*c, "POST", "/v1/items", "", *body), "item", *answer);
  }
  grpc::Status SubmitNative(Context* c, const v1::SubmitNativeRequest* request,
                            v1::SubmitNativeResponse* answer) override {
    http::Response response = Ask(*c, "POST", "/v1/native", "", request->native());
    if (StatusOf(response).ok()) response.body = AsItems(response.body);
    return Read(*c, response, "", *answer);
  }
  grpc::Status GetItem(Context* c, const v1::GetItemRequest* request,
                       v1::GetItemResponse* answer) override {
    return Read(*c, Ask(*c, "GET", "/v1/items", "key=" + Encoded(request->key())), "item", *answer);
  }
  grpc::Status ListInbox(Context* c, const v1::ListInboxRequest* request,
                         v1::ListInboxResponse* answer) override {
    const std::string after = "after=" + std::to_string(request->after());
    return Read(*c, Ask(*c, "GET", "/v1/inbox", after), "", *answer);
  }
  grpc::Status GetInboxItem(Context* c, const v1::GetInboxItemRequest* request,
                            v1::GetInboxItemResponse* answer) override {
    const std::string path = "/v1/inbox/" + std::to_string(request->id());
    return Read(*c, Ask(*c, "GET", path), "item", *answer);
  }
  grpc::Status AnswerInboxItem(Context* c, const v1::AnswerInboxItemRequest* request,
                               v1::AnswerInboxItemResponse* answer) override {
    const absl::StatusOr<std::string> body = ToJson(request->answer());
    if (!body.ok()) return ToGrpc(body.status(), *c);
    const std::string path = "/v1/inbox/" + std::to_string(request->id()) + "/answer";
    return Read(*c, Ask(*c, "POST", path, "", *body), "item", *answer);
  }
  grpc::Status ListDeadLetters(Context* c, const v1::ListDeadLettersRequest*,
                               v1::ListDeadLettersResponse* answer) override {
    return Read(*c, Ask(*c, "GET", "/v1/dead-letters"), "", *answer);
  }
  grpc::Status RedriveDeadLetter(Context* c, const v1::RedriveDeadLetterRequest* request,
                                 v1::RedriveDeadLetterResponse* answer) override {
    // A name with a slash in it is no part of a path, and found nowhere.
    const std::string path = "/v1/dead-letters/" + request->letter() + "/redrive";
    return Read(*c, Ask(*c, "POST", path), "", *answer);
  }
  grpc::Status ListNotices(Context* c, const v1::ListNoticesRequest* request,
                           v1::ListNoticesResponse* answer) override {
    return Notices(*c, request->after(), request->wait(), *answer);
  }
  grpc::Status FollowNotices(Context* c, const v1::FollowNoticesRequest* request,
                             grpc::ServerWriter<v1::FollowNoticesResponse>* writer) override {
    const Place place(followers);
    if (place.number > kMaxFollowers) return ToGrpc(TooManyFollow(), *c);
    uint64_t after = request->after();
    while (!c->IsCancelled() && !stopping) {
      v1::ListNoticesResponse page;
      const grpc::Status status = Notices(*c, after, kLookSeconds, page);
      if (!status.ok()) return status;
      for (v1::Notice& notice : *page.mutable_notices()) {
        v1::FollowNoticesResponse each;
        each.mutable_notice()->Swap(&notice);
        if (!writer->Write(each)) return grpc::Status::CANCELLED;
      }
      after = page.next();
    }
    return stopping ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "stopping")
                    : grpc::Status::CANCELLED;
  }

  grpc::Status Notices(Context& context, uint64_t after, uint32_t wait,
                       v1::ListNoticesResponse& answer) const {
    const std::string query = "after=" + std::to_string(after) + "&wait=" + std::to_string(wait);
    return Read(context, Ask(context, "GET", "/v1/notices", query), "", answer);
  }

  // One of those who follow, as long as it lives.
  struct Place {
    explicit Place(std::atomic<int>& all) : taken(all), number(++all) {}
    ~Place() { --taken; }
    std::atomic<int>& taken;
    const int number;
  };

  const Handler handler;
  std::atomic<int> followers = 0;
  std::atomic<bool> stopping = false;
  std::unique_ptr<grpc::Server> server;
};

Server::Server(std::string address, std::unique_ptr<Calls> calls)
    : address_(std::move(address)), calls_(std::move(calls)) {}

Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const std::string& address, Handler handler) {
  AMANA_RETURN_IF_ERROR(CheckAddress(address));
  const std::string socket =
      address.starts_with(kUnix) ? address.substr(kUnix.size()) : std::string();
  if (!socket.empty()) AMANA_RETURN_IF_ERROR(CheckFolder(socket.substr(0, socket.rfind('/'))));
  auto calls = std::make_unique<Calls>(std::move(handler));
  grpc::ServerBuilder builder;
  SetUp(builder);
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(calls.get());
  calls->server = builder.BuildAndStart();
  if (calls->server == nullptr || port == 0) return ListenFailed();
  if (!socket.empty()) {
    if (chmod(socket.c_str(), 0600) != 0) return ListenFailed();
    return std::unique_ptr<Server>(new Server(address, std::move(calls)));
  }
  return std::unique_ptr<Server>(new Server(
      address.substr(0, address.rfind(':') + 1) + std::to_string(port), std::move(calls)));
}

void Server::Stop() {
  calls_->stopping = true;
  calls_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  calls_->server->Wait();
}

}  // namespace amana::local_grpc
