#include "agency-adapters/sdk/client.h"

#include "absl/synchronization/notification.h"
#include "base/status.h"

namespace amana::sdk {

Client::Client(std::unique_ptr<Transport> transport, ClientOptions options)
    : transport_(std::move(transport)), options_(options) {}

Client::~Client() = default;

absl::StatusOr<std::string> Client::CallBytes(std::string_view method, std::string request) {
  absl::Notification done;
  absl::StatusOr<std::string> result = absl::UnknownError("");
  // The transport answers within the timeout, whatever happens, so this ends.
  transport_->Unary(method, std::move(request), options_.call_timeout,
                    [&](absl::StatusOr<std::string> bytes) {
                      result = std::move(bytes);
                      done.Notify();
                    });
  done.WaitForNotification();
  return result;
}

absl::StatusOr<std::vector<v1::ListEventsResponse>> Client::ListEvents(
    const v1::ListEventsRequest& request, absl::Duration timeout) {
  auto stream = Open(kListEvents, timeout);
  // A refusal may end the call before the request is out; Read has the better reason.
  (void)stream.Write(request);
  stream.WritesDone();
  std::vector<v1::ListEventsResponse> events;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(std::optional<v1::ListEventsResponse> event, stream.Read(timeout));
    if (!event.has_value()) return events;
    events.push_back(*std::move(event));
  }
}

absl::Status ReceiveStream::Open(const UnitId& unit) {
  v1::ReceiveRequest request;
  request.mutable_open()->set_unit(unit.value());
  return stream_.Write(request);
}

absl::Status ReceiveStream::Credit(uint32_t deliveries) {
  v1::ReceiveRequest request;
  request.mutable_credit()->set_deliveries(deliveries);
  return stream_.Write(request);
}

absl::Status ReceiveStream::Report(const v1::DeliveryReport& report) {
  v1::ReceiveRequest request;
  *request.mutable_report() = report;
  return stream_.Write(request);
}

}  // namespace amana::sdk
