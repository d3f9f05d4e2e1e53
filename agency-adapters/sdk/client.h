// Typed calls to a broker:
//
//   AMANA_ASSIGN_OR_RETURN(auto client, ConnectClient(identity, clock));   // grpc_transport.h
//   AMANA_ASSIGN_OR_RETURN(v1::MatchResponse found, client->Call(kMatch, request));
//   client->CallAsync(kSubmit, request, [](absl::StatusOr<v1::SubmitResponse> response) {...});
//   auto batch = client->Open(kSubmitBatch);                                // rpcs.h has them all
//
// What comes back is the broker's word: receipts are verified by ReceiptVerifier (verifier.h),
// which Sender and Receiver do by themselves. Thread-safe. Errors: the broker's refusals
// (ErrorReason and ErrorField of base/status.h), CallFailed and RESPONSE_MALFORMED.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_CLIENT_H_
#define AMANA_AGENCY_ADAPTERS_SDK_CLIENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/transport.h"

namespace amana::sdk {

template <class Response>
using Done = absl::AnyInvocable<void(absl::StatusOr<Response>)>;

// A ByteStream with types; its contract is that one's. RESPONSE_MALFORMED for what does not parse.
template <class Request, class Response>
class Stream {
 public:
  Stream(std::string_view method, std::unique_ptr<ByteStream> bytes)
      : method_(method), bytes_(std::move(bytes)) {}

  absl::Status Write(const Request& request) { return bytes_->Write(request.SerializeAsString()); }
  void WritesDone() { bytes_->WritesDone(); }
  absl::StatusOr<std::optional<Response>> Read(absl::Duration timeout) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, bytes_->Read(timeout));
    if (!bytes.has_value()) return std::optional<Response>();
    std::optional<Response> response(std::in_place);
    if (!response->ParseFromString(*bytes)) return ResponseMalformed(method_);
    return response;
  }
  void Cancel() { bytes_->Cancel(); }

 private:
  std::string_view method_;
  std::unique_ptr<ByteStream> bytes_;
};

struct ClientOptions {
  absl::Duration call_timeout = absl::Seconds(15);  // of a unary call
};

class Client {
 public:
  explicit Client(std::unique_ptr<Transport> transport, ClientOptions options = {});
  ~Client();  // no call may be under way

  // `done` is called once, on a thread of the transport's; it must not block.
  template <class Request, class Response>
  void CallAsync(UnaryRpc<Request, Response> rpc, const Request& request,
                 std::type_identity_t<Done<Response>> done) {
    transport_->Unary(
        rpc.method, request.SerializeAsString(), options_.call_timeout,
        [method = rpc.method, done = std::move(done)](absl::StatusOr<std::string> bytes) mutable {
          if (!bytes.ok()) return done(bytes.status());
          Response response;
          if (!response.ParseFromString(*bytes)) return done(ResponseMalformed(method));
          done(std::move(response));
        });
  }

  template <class Request, class Response>
  absl::StatusOr<Response> Call(UnaryRpc<Request, Response> rpc, const Request& request) {
    AMANA_ASSIGN_OR_RETURN(const std::string bytes,
                           CallBytes(rpc.method, request.SerializeAsString()));
    Response response;
    if (!response.ParseFromString(bytes)) return ResponseMalformed(rpc.method);
    return response;
  }

  template <class Request, class Response>
  Stream<Request, Response> Open(StreamRpc<Request, Response> rpc,
                                 absl::Duration timeout = absl::InfiniteDuration()) {
    return {rpc.method, transport_->Open(rpc.method, timeout)};
  }

  // A unary call in bytes, for what was serialised before and must go out as it is.
  absl::StatusOr<std::string> CallBytes(std::string_view method, std::string request);

  // All events of one ListEvents call, in log order.
  absl::StatusOr<std::vector<v1::ListEventsResponse>> ListEvents(
      const v1::ListEventsRequest& request, absl::Duration timeout = absl::Minutes(1));

 private:
  const std::unique_ptr<Transport> transport_;
  const ClientOptions options_;
};

// A Receive call in its own words. As thread-safe as a ByteStream.
class ReceiveStream {
 public:
  explicit ReceiveStream(Client& client) : stream_(client.Open(kReceive)) {}

  absl::Status Open(const UnitId& unit);
  absl::Status Credit(uint32_t deliveries);
  absl::Status Report(const v1::DeliveryReport& report);
  absl::StatusOr<std::optional<v1::ReceiveResponse>> Read(absl::Duration timeout) {
    return stream_.Read(timeout);
  }
  void WritesDone() { stream_.WritesDone(); }
  void Cancel() { stream_.Cancel(); }

 private:
  Stream<v1::ReceiveRequest, v1::ReceiveResponse> stream_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_CLIENT_H_
