#include "tests/fault/kill_receiver.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <utility>

#include "agency-adapters/sdk/receiver.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/process.h"
#include "base/status.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

// A client as the transport of another one, with a place to die.
class DyingTransport final : public sdk::Transport {
 public:
  DyingTransport(std::unique_ptr<sdk::Client> client, DieAt die)
      : client_(std::move(client)), die_(die) {}

  void Unary(std::string_view method, std::string request, absl::Duration,
             sdk::ByteDone done) override {
    const bool last = method == sdk::kAcknowledge.method && ++calls_ == die_.call;
    if (last && !die_.after_answer) Die();
    absl::StatusOr<std::string> answer = client_->CallBytes(method, std::move(request));
    if (last) Die();
    done(std::move(answer));
  }

  std::unique_ptr<sdk::ByteStream> Open(std::string_view, absl::Duration timeout) override {
    return std::make_unique<Receiving>(client_->Open(sdk::kReceive, timeout));
  }

 private:
  using Typed = sdk::Stream<v1::ReceiveRequest, v1::ReceiveResponse>;

  // The only stream that a receiver opens.
  class Receiving final : public sdk::ByteStream {
   public:
    explicit Receiving(Typed stream) : stream_(std::move(stream)) {}
    absl::Status Write(std::string message) override {
      v1::ReceiveRequest request;
      if (!request.ParseFromString(message)) return absl::InternalError("request");
      return stream_.Write(request);
    }
    void WritesDone() override { stream_.WritesDone(); }
    absl::StatusOr<std::optional<std::string>> Read(absl::Duration timeout) override {
      AMANA_ASSIGN_OR_RETURN(const auto response, stream_.Read(timeout));
      if (!response.has_value()) return std::optional<std::string>();
      return std::optional<std::string>(response->SerializeAsString());
    }
    void Cancel() override { stream_.Cancel(); }

   private:
    Typed stream_;
  };

  [[noreturn]] static void Die() {
    kill(getpid(), SIGKILL);
    while (true) pause();
  }

  const std::unique_ptr<sdk::Client> client_;
  const DieAt die_;
  std::atomic<int> calls_{0};
};

// A caseworker who reads every offer and accepts every third. What cannot be sent now is flushed
// later. What was recalled meanwhile is not accepted.
void Answer(const sdk::InboxItem& item, Endpoint& endpoint, sdk::Courier& courier) {
  if (item.key.stage != v1::DISCLOSURE_STAGE_AT_OFFER || item.id % 3 != 0) return;
  if (item.state != sdk::InboxState::kReceived) return;
  sdk::Inbox inbox(endpoint.mailbox());
  for (const auto& entry : {inbox.MarkSeen(item.id, endpoint.identity(), RealClock()),
                            inbox.Accept(item.id, endpoint.identity(), RealClock())}) {
    if (entry.ok()) (void)courier.Send(*entry);
  }
}

}  // namespace

absl::Status RunReceiver(const std::string& agency_toml, const DieAt& die) {
  AMANA_ASSIGN_OR_RETURN(const auto shutdown, ShutdownSignal::Create());
  AMANA_ASSIGN_OR_RETURN(const auto endpoint, Endpoint::Open(agency_toml));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sdk::Client> client, Connect(endpoint->identity()));
  sdk::Client dying(std::make_unique<DyingTransport>(std::move(client), die));
  sdk::ReceiverOptions options;
  options.first_backoff = absl::Milliseconds(20);
  options.max_backoff = absl::Milliseconds(100);
  options.idle = absl::Milliseconds(100);
  sdk::Courier courier(endpoint->identity(), dying, endpoint->mailbox());
  options.on_item = [&](const sdk::InboxItem& item) { Answer(item, *endpoint, courier); };
  sdk::Receiver receiver(endpoint->identity(), dying, endpoint->mailbox(), RealClock(), options);
  return receiver.Run([&] { return shutdown->Requested(); });
}

}  // namespace amana::tests
