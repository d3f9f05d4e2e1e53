#include "tests/fault/withdraw_many.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"
#include "tests/fault/signed_acts.h"

namespace amana::tests {
namespace {

constexpr char kSettings[] = R"([logging]
level = "warning"
[limits]
min_free_mib = 1
)";
constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";
constexpr size_t kBatch = 64;
constexpr size_t kStreams = 2;
constexpr size_t kClients = 4;
constexpr uint32_t kMostEvents = 1000;
constexpr uint32_t kMostCredit = 256;
constexpr uint32_t kNewest = 128;  // more than comes between two slices of the broker's work
constexpr absl::Duration kPoll = absl::Milliseconds(100);

}  // namespace

WithdrawMany::WithdrawMany(const WithdrawManyOptions& options)
    : options_(options), world_({.broker_settings = kSettings, .data_dir = ""}), broker_(world_) {}

absl::StatusOr<WithdrawManyResult> WithdrawMany::Run() {
  AMANA_RETURN_IF_ERROR(broker_.Start());
  AMANA_ASSIGN_OR_RETURN(police_, Endpoint::Open(world_.agency_config("police")));
  AMANA_ASSIGN_OR_RETURN(intake_, Endpoint::Open(world_.agency_config("intake")));
  AMANA_RETURN_IF_ERROR(Queue());
  AMANA_ASSIGN_OR_RETURN(const auto load,
                         SubmitLoad::Start(world_, kClients, AddressOf("haven/coast")));
  absl::SleepFor(absl::Seconds(1));  // until all of them are under way
  const absl::Time before = absl::Now();
  absl::SleepFor(options_.window);
  Heard heard;
  const absl::Time began = absl::Now();
  AMANA_RETURN_IF_ERROR(Withdraw(heard));
  absl::Status received;
  std::thread receiver([&] { received = Receive(); });
  absl::Status status;
  const auto done_with = [this] {
    return std::min({result_.withheld, result_.blocked, result_.erased});
  };
  absl::Time done;
  do {
    absl::StatusOr<bool> quiet = false;
    while (quiet.ok() && !*quiet && absl::Now() < began + options_.patience) {
      absl::SleepFor(kPoll);
      quiet = IsQuiet();
    }
    done = absl::Now();
    status = quiet.ok() ? Listen(heard) : quiet.status();
  } while (status.ok() && done_with() < options_.queued && done < began + options_.patience);
  const absl::Time after = absl::Now();  // all was read
  absl::SleepFor(options_.window);
  status.Update(SendOneMore());
  stop_ = true;
  receiver.join();
  result_.before = load->Between(before, before + options_.window);
  result_.during = load->Between(began, done);
  result_.after = load->Between(after, after + options_.window);
  for (const absl::Status& each : {status, received, load->Stop(), Listen(heard), ListOpen()}) {
    AMANA_RETURN_IF_ERROR(each);
  }
  result_.withheld_s = absl::ToDoubleSeconds(heard.last_withheld - heard.withdrawn);
  result_.erased_s = absl::ToDoubleSeconds(heard.last_erased - heard.withdrawn);
  result_.leasable_after += received_.load();
  AMANA_RETURN_IF_ERROR(broker_.Stop());
  return result_;
}

absl::Status WithdrawMany::Queue() {
  AMANA_RETURN_IF_ERROR(Register(consent_));
  std::array<absl::Status, kStreams> statuses;
  std::array<std::set<StatementKey>, kStreams> keys;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kStreams; ++i) {
    const size_t count = (options_.queued + i) / kStreams;
    threads.emplace_back([&, i, count] { statuses[i] = QueueSome(*police_, count, keys[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) AMANA_RETURN_IF_ERROR(status);
  for (std::set<StatementKey>& some : keys) queued_.merge(some);
  return absl::OkStatus();
}

absl::Status WithdrawMany::Register(ConsentUse& consent) {
  consent.record = SampleConsent(absl::Now());
  AMANA_ASSIGN_OR_RETURN(const sdk::NewEntry entry,
                         SignConsent(police_->identity(), consent.record, absl::Now()));
  consent.digest = entry.digest;
  return CallSigned(police_->client(), sdk::kRegisterConsent, entry).status();
}

absl::Status WithdrawMany::SendOneMore() {
  ConsentUse consent;
  AMANA_RETURN_IF_ERROR(Register(consent));
  const absl::Time now = absl::Now();
  AMANA_ASSIGN_OR_RETURN(
      const SealedReferral sealed,
      SealReferral(police_->identity(),
                   SampleReferral(consent, AddressOf("haven/intake"), kContent, now), now));
  AMANA_RETURN_IF_ERROR(police_->client().Call(sdk::kSubmit, sealed.request).status());
  if (WaitUntil(absl::Seconds(10), [&] { return others_.load() > 0; })) return absl::OkStatus();
  return absl::UnavailableError("what is permitted did not reach the receiver either");
}

absl::Status WithdrawMany::QueueSome(Endpoint& client, size_t count, std::set<StatementKey>& keys) {
  auto stream = client.client().Open(sdk::kSubmitBatch);
  const Address to = AddressOf("haven/intake");
  while (keys.size() < count) {
    v1::SubmitBatchRequest request;
    for (size_t left = std::min(kBatch, count - keys.size()); left > 0; --left) {
      const absl::Time now = absl::Now();
      AMANA_ASSIGN_OR_RETURN(
          SealedReferral sealed,
          SealReferral(client.identity(), SampleReferral(consent_, to, kContent, now), now));
      keys.insert(sealed.key);
      *request.add_submissions() = std::move(*sealed.request.mutable_submission());
    }
    AMANA_RETURN_IF_ERROR(stream.Write(request));
    AMANA_ASSIGN_OR_RETURN(const auto response, stream.Read(absl::Seconds(30)));
    if (!response.has_value() || response->results_size() != request.submissions_size()) {
      return absl::InternalError("a batch was not answered");
    }
    for (const v1::SubmitResult& result : response->results()) {
      if (result.has_accepted()) continue;
      return absl::InternalError("refused in a batch: " + result.refused().reason());
    }
  }
  stream.WritesDone();
  return absl::OkStatus();
}

absl::Status WithdrawMany::Withdraw(Heard& heard) {
  AMANA_ASSIGN_OR_RETURN(const sdk::NewEntry entry,
                         SignWithdrawal(police_->identity(), consent_.record, absl::Now()));
  const absl::Time began = absl::Now();
  AMANA_ASSIGN_OR_RETURN(const v1::WithdrawConsentResponse response,
                         CallSigned(police_->client(), sdk::kWithdrawConsent, entry));
  result_.answer_ms = absl::ToDoubleMilliseconds(absl::Now() - began);
  AMANA_ASSIGN_OR_RETURN(const sdk::VerifiedReceipt receipt,
                         sdk::VerifyReceipt(response.receipt(), police_->identity().log()));
  heard.next = receipt.index + 1;
  heard.withdrawn = heard.last_withheld = heard.last_erased = receipt.event.time;
  return absl::OkStatus();
}

absl::StatusOr<bool> WithdrawMany::IsQuiet() {
  AMANA_ASSIGN_OR_RETURN(
      const sdk::NewCheckpoint newest,
      sdk::FetchCheckpoint(police_->client(), police_->identity().log(), 0, Digest()));
  v1::ListEventsRequest request;
  const uint64_t size = newest.checkpoint.size();
  request.set_first_index(size - std::min<uint64_t>(size, kNewest));
  request.set_limit(kNewest);
  AMANA_ASSIGN_OR_RETURN(const auto events, police_->client().ListEvents(request));
  for (const v1::ListEventsResponse& each : events) {
    if (!each.has_whole()) continue;
    AMANA_ASSIGN_OR_RETURN(const sdk::EventView event, sdk::ViewOf(each.whole()));
    if (event.referral.has_value() && queued_.contains(*event.referral)) return false;
  }
  return true;
}

// Everything up to the log's present end.
absl::Status WithdrawMany::Listen(Heard& heard) {
  AMANA_ASSIGN_OR_RETURN(
      const sdk::NewCheckpoint newest,
      sdk::FetchCheckpoint(police_->client(), police_->identity().log(), 0, Digest()));
  while (heard.next < newest.checkpoint.size()) {
    v1::ListEventsRequest request;
    request.set_first_index(heard.next);
    request.set_limit(static_cast<uint32_t>(
        std::min<uint64_t>(kMostEvents, newest.checkpoint.size() - heard.next)));
    AMANA_ASSIGN_OR_RETURN(const auto events, police_->client().ListEvents(request));
    for (const v1::ListEventsResponse& each : events) {
      if (!each.has_whole()) continue;
      AMANA_ASSIGN_OR_RETURN(const sdk::EventView event, sdk::ViewOf(each.whole()));
      if (!event.referral.has_value() || !queued_.contains(*event.referral)) continue;
      if (event.kind == v1::EVENT_KIND_DELIVERY_WITHHELD) {
        ++result_.withheld;
        heard.last_withheld = event.time;
      }
      result_.blocked += event.kind == v1::EVENT_KIND_TASK_BLOCKED_CONSENT;
      if (event.kind == v1::EVENT_KIND_REFERRAL_ERASED) {
        ++result_.erased;
        heard.last_erased = event.time;
      }
      result_.leasable_after += event.kind == v1::EVENT_KIND_DELIVERY_LEASED;
    }
    heard.next += request.limit();
  }
  return absl::OkStatus();
}

absl::Status WithdrawMany::ListOpen() {
  v1::ListReferralsRequest request;
  request.set_page_size(200);
  request.add_states(v1::REFERRAL_STATE_OPEN);
  size_t pages = 0;
  do {
    AMANA_ASSIGN_OR_RETURN(const auto page, police_->client().Call(sdk::kListReferrals, request));
    for (const v1::ReferralSummary& summary : page.referrals()) {
      AMANA_ASSIGN_OR_RETURN(const StatementKey key, sdk::FromWire(summary.referral(), "referral"));
      result_.still_open += queued_.contains(key);
    }
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  // All of them were looked at, not only a first page.
  if (pages * 200 < options_.queued) return absl::InternalError("ListReferrals ended early");
  return absl::OkStatus();
}

absl::Status WithdrawMany::Receive() {
  sdk::ReceiveStream stream(intake_->client());
  AMANA_RETURN_IF_ERROR(stream.Open(*intake_->identity().unit()));
  AMANA_RETURN_IF_ERROR(stream.Credit(kMostCredit));
  while (!stop_.load()) {
    const auto message = stream.Read(absl::Milliseconds(100));
    if (ErrorReason(message.status()) == "READ_TIMEOUT") continue;
    AMANA_RETURN_IF_ERROR(message.status());
    if (!message->has_value()) return absl::UnavailableError("the broker ended a Receive call");
    if (!(*message)->has_delivery()) continue;
    AMANA_ASSIGN_OR_RETURN(const sdk::DeliveryKey key,
                           sdk::FromWire((*message)->delivery().delivery(), "delivery"));
    ++(queued_.contains(key.referral) ? received_ : others_);
    AMANA_RETURN_IF_ERROR(stream.Credit(1));
  }
  stream.Cancel();
  return absl::OkStatus();
}

}  // namespace amana::tests
