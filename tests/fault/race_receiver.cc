#include "tests/fault/race_receiver.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "tests/fault/signed_acts.h"

namespace amana::tests {
namespace {

constexpr uint32_t kMostCredit = 256;
constexpr uint32_t kCredit = 32;
constexpr absl::Duration kPoll = absl::Milliseconds(100);
constexpr absl::Duration kQuiet = absl::Seconds(1);
constexpr uint64_t kMessageHead = 9 + 5;  // a frame's and gRPC's

// A call whose request was serialised when it was signed.
struct SignedRequest {
  std::string_view bytes;
  std::string SerializeAsString() const { return std::string(bytes); }
};

}  // namespace

std::vector<uint64_t> RaceSession::Ends() const {
  const std::vector<uint64_t> records = meter->RecordEnds();
  std::vector<uint64_t> ends;
  uint64_t end = base;
  for (const SeenMessage& message : messages) {
    const auto record = std::lower_bound(records.begin(), records.end(), end);
    end = (record == records.end() ? end : *record) + kMessageHead + message.size;
    ends.push_back(end);
  }
  return ends;
}

std::shared_ptr<RaceSession> RaceBoard::Add(std::unique_ptr<WireMeter> meter) {
  auto session = std::make_shared<RaceSession>();
  session->meter = std::move(meter);
  absl::MutexLock lock(&mu_);
  sessions_.push_back(session);
  return session;
}

absl::StatusOr<std::vector<uint64_t>> RaceBoard::MarkAll() const {
  std::vector<uint64_t> marks;
  for (const auto& session : sessions()) {
    AMANA_ASSIGN_OR_RETURN(const uint64_t mark, session->meter->Mark());
    marks.push_back(mark);
  }
  return marks;
}

std::vector<std::shared_ptr<RaceSession>> RaceBoard::sessions() const {
  absl::MutexLock lock(&mu_);
  return sessions_;
}

// The endpoint's own identity, which finds the broker at `port`.
absl::StatusOr<std::unique_ptr<Endpoint>> RaceReceiver::Connect(int port) {
  const std::string folder = absl::StrCat("endpoints/", options_.endpoint, "/");
  const std::string name = absl::StrCat(folder, "port-", port, ".toml");
  world_.Write(name, absl::StrReplaceAll(world_.Read(folder + "agency.toml"),
                                         {{absl::StrCat("127.0.0.1:", broker_port_),
                                           absl::StrCat("127.0.0.1:", port)}}));
  return Endpoint::Open(world_.File(name), world_.File(absl::StrCat("mailbox-", port)));
}

absl::Status RaceReceiver::Run(const std::atomic<bool>& stop) {
  AMANA_ASSIGN_OR_RETURN(answers_,
                         Endpoint::Open(world_.agency_config(options_.endpoint),
                                        world_.File(absl::StrCat("mailbox-answers-", random_()))));
  do {
    AMANA_RETURN_IF_ERROR(Serve(stop));
  } while (!stop.load());
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(
      +[](size_t* unanswered) { return *unanswered == 0; }, &unanswered_));
  return absl::OkStatus();
}

absl::Status RaceReceiver::Serve(const std::atomic<bool>& stop) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<WireMeter> meter,
                         WireMeter::Open(broker_port_, options_.slow));
  const std::shared_ptr<RaceSession> session = board_.Add(std::move(meter));
  AMANA_ASSIGN_OR_RETURN(const auto endpoint, Connect(session->meter->port()));
  // The connection is there, and what setting it up took is over, before the stream begins.
  AMANA_RETURN_IF_ERROR(
      endpoint->client().Call(sdk::kGetCheckpoint, v1::GetCheckpointRequest()).status());
  session->base = session->meter->PlainAt(WireMeter::kEnded);
  sdk::ReceiveStream stream(endpoint->client());
  AMANA_RETURN_IF_ERROR(stream.Open(*endpoint->identity().unit()));
  const uint32_t credit = options_.slow ? kMostCredit : kCredit;
  AMANA_RETURN_IF_ERROR(stream.Credit(credit));
  const absl::Time until =
      absl::Now() + absl::Milliseconds(Between(3000, 6000)) * (options_.slow ? 2 : 1);
  absl::Time last = absl::Now();
  uint32_t spent = 0;
  int burst = 0;
  while (stop.load() ? absl::Now() - last < kQuiet : absl::Now() < until) {
    if (options_.slow && !stop.load() && --burst < 0) {
      burst = Between(5, 30);
      const absl::Time resume = absl::Now() + absl::Milliseconds(Between(200, 900));
      session->meter->Hold(true);
      while (absl::Now() < resume && !stop.load()) absl::SleepFor(absl::Milliseconds(10));
      session->meter->Hold(false);
    }
    const auto message = stream.Read(kPoll);
    if (ErrorReason(message.status()) == "READ_TIMEOUT") continue;
    AMANA_RETURN_IF_ERROR(message.status());
    if (!message->has_value()) return absl::UnavailableError("the broker ended a Receive call");
    last = absl::Now();
    spent += (*message)->has_delivery();
    // At the end everything is acknowledged, for else it would come again and again.
    const bool acknowledge = stop.load() || Chance(options_.acknowledges);
    AMANA_RETURN_IF_ERROR(Take(*session, **message, acknowledge));
    if (spent * 2 < credit) continue;
    AMANA_RETURN_IF_ERROR(stream.Credit(std::exchange(spent, 0)));
  }
  stream.Cancel();
  return absl::OkStatus();
}

absl::Status RaceReceiver::Take(RaceSession& session, const v1::ReceiveResponse& message,
                                bool acknowledge) {
  session.messages.push_back({message.ByteSizeLong(), {}, 0});
  const Endpoint& self = *answers_;
  if (message.has_recall() && options_.answers_recalls) {
    AMANA_ASSIGN_OR_RETURN(const sdk::NewEntry entry,
                           SignRecallAnswer(self.identity(), message.recall(), absl::Now()));
    Answer(sdk::kAnswerRecall, entry);
  }
  if (!message.has_delivery()) return absl::OkStatus();
  const v1::Delivery& delivery = message.delivery();
  AMANA_ASSIGN_OR_RETURN(const sdk::DeliveryKey key,
                         sdk::FromWire(delivery.delivery(), "delivery"));
  session.messages.back().key = key;
  session.messages.back().lease_epoch = delivery.lease_epoch();
  if (!acknowledge) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const sdk::NewEntry entry,
                         SignAcknowledgement(self.identity(), delivery, absl::Now()));
  Answer(sdk::kAcknowledge, entry);
  return absl::OkStatus();
}

template <class Rpc>
void RaceReceiver::Answer(Rpc rpc, const sdk::NewEntry& entry) {
  {
    absl::MutexLock lock(&mu_);
    ++unanswered_;
  }
  const sdk::UnaryRpc<SignedRequest, v1::AcknowledgeResponse> call{rpc.method};
  answers_->client().CallAsync(call, SignedRequest{entry.request},
                               [this](const absl::StatusOr<v1::AcknowledgeResponse>& answer) {
                                 absl::MutexLock lock(&mu_);
                                 --unanswered_;
                                 if (!answer.ok()) ++refused_[ErrorReason(answer.status())];
                               });
}

std::map<std::string, size_t> RaceReceiver::refused_answers() const {
  absl::MutexLock lock(&mu_);
  return refused_;
}

}  // namespace amana::tests
