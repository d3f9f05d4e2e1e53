#include "tests/fault/kill_sender.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"

namespace amana::tests {
namespace {

using sdk::EntryKind;
using sdk::EntryState;

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";
constexpr size_t kMany = 100'000;
constexpr int kBatch = 16;

}  // namespace

bool IsNetworkTrouble(const absl::Status& status) {
  static constexpr std::array<std::string_view, 8> kExpected = {
      "BROKER_UNREACHABLE", "BROKER_TIMEOUT", "CALL_CANCELLED",    "CALL_ENDED",
      "STREAM_CLOSED",      "SHUTTING_DOWN",  "STORE_UNAVAILABLE", "NOT_SERVING"};
  const std::string reason = ErrorReason(status);
  return std::find(kExpected.begin(), kExpected.end(), reason) != kExpected.end();
}

absl::StatusOr<std::unique_ptr<KillSender>> KillSender::Open(const std::string& agency_toml,
                                                             const std::string& folder, Form form,
                                                             uint64_t seed) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<Endpoint> endpoint, Endpoint::Open(agency_toml, folder));
  for (const char* unit : {"haven/intake", "haven/coast"}) {
    AMANA_RETURN_IF_ERROR(endpoint->sender().AddCandidate(SampleCandidate(AddressOf(unit))));
  }
  return std::unique_ptr<KillSender>(new KillSender(std::move(endpoint), form, seed));
}

void KillSender::Work(const std::atomic<bool>& stop) {
  while (!stop.load()) {
    Judge(Make());
    Judge(Send());
  }
}

absl::Status KillSender::Drain(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    const absl::Status sent = Send();
    Judge(sent);
    AMANA_ASSIGN_OR_RETURN(const auto pending, endpoint_->sender().outbox().Pending(kMany));
    if (pending.empty() && sent.ok()) break;
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat(pending.size(), " entries wait: ", sent.ToString()));
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
  CollectRefusals();
  return absl::OkStatus();
}

absl::Status KillSender::Make() {
  if (consents_.empty() || Chance(0.2)) AMANA_RETURN_IF_ERROR(MakeConsent());
  const size_t referrals = 1 + Below(form_ == Form::kBatch ? 8 : 3);
  for (size_t i = 0; i < referrals; ++i) AMANA_RETURN_IF_ERROR(MakeReferral());
  if (Chance(0.15)) AMANA_RETURN_IF_ERROR(MakeCancellation());
  if (Chance(0.1)) AMANA_RETURN_IF_ERROR(MakeWithdrawal());
  return absl::OkStatus();
}

absl::Status KillSender::MakeConsent() {
  Consent consent{{SampleConsent(absl::Now()), {}}, {}};
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued,
                         endpoint_->sender().QueueConsent(consent.use.record));
  consent.use.digest = queued.digest;
  consents_.push_back(std::move(consent));
  return absl::OkStatus();
}

absl::Status KillSender::MakeReferral() {
  Consent& consent = consents_[Below(consents_.size())];
  const Address to = AddressOf(Chance(0.5) ? "haven/intake" : "haven/coast");
  AMANA_ASSIGN_OR_RETURN(
      const sdk::QueuedReferral queued,
      endpoint_->sender().Queue(SampleReferral(consent.use, to, kContent, absl::Now())));
  consent.referrals.push_back(queued.key);
  return absl::OkStatus();
}

// Of one that the broker has, so that it can be judged by itself.
absl::Status KillSender::MakeCancellation() {
  const Consent& consent = consents_[Below(consents_.size())];
  if (consent.referrals.empty()) return absl::OkStatus();
  const StatementKey referral = consent.referrals[Below(consent.referrals.size())];
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry,
                         endpoint_->sender().outbox().FindSubmission(referral));
  if (entry.state != EntryState::kAccepted || !exempt_.insert(referral).second) {
    return absl::OkStatus();
  }
  return endpoint_->sender().QueueCancellation(referral, v1::REASON_NO_LONGER_NEEDED).status();
}

absl::Status KillSender::MakeWithdrawal() {
  const size_t chosen = Below(consents_.size());
  const Consent consent = consents_[chosen];
  consents_.erase(consents_.begin() + static_cast<ptrdiff_t>(chosen));
  exempt_.insert(consent.referrals.begin(), consent.referrals.end());
  v1::Withdrawal withdrawal;
  withdrawal.set_consent_id(consent.use.record.consent_id());
  withdrawal.set_subject_pseudonym(consent.use.record.subject_pseudonym());
  return endpoint_->sender().QueueWithdrawal(std::move(withdrawal)).status();
}

absl::Status KillSender::Send() {
  if (form_ == Form::kBatch) AMANA_RETURN_IF_ERROR(SendBatch());
  AMANA_ASSIGN_OR_RETURN(const sdk::FlushReport report, endpoint_->sender().Flush());
  return report.trouble;
}

// The pending submissions in one call; what else is pending goes one by one, before it where a
// submission may rest on it.
absl::Status KillSender::SendBatch() {
  sdk::Outbox& outbox = endpoint_->sender().outbox();
  AMANA_ASSIGN_OR_RETURN(const std::vector<int64_t> pending, outbox.Pending(kMany));
  v1::SubmitBatchRequest request;
  std::vector<sdk::OutboxEntry> entries;
  for (const int64_t id : pending) {
    AMANA_ASSIGN_OR_RETURN(sdk::OutboxEntry entry, outbox.Get(id));
    if (entry.kind == EntryKind::kConsent) {
      AMANA_RETURN_IF_ERROR(endpoint_->sender().Send(id).status());
    }
    if (entry.kind != EntryKind::kSubmission || request.submissions_size() == kBatch) continue;
    v1::SubmitRequest submit;
    submit.ParseFromString(entry.request);
    *request.add_submissions() = std::move(*submit.mutable_submission());
    entries.push_back(std::move(entry));
  }
  if (entries.empty()) return absl::OkStatus();
  auto stream = endpoint_->client().Open(sdk::kSubmitBatch, absl::Seconds(10));
  AMANA_RETURN_IF_ERROR(stream.Write(request));
  AMANA_ASSIGN_OR_RETURN(const auto response, stream.Read(absl::Seconds(10)));
  if (!response.has_value()) return absl::OkStatus();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (static_cast<int>(i) >= response->results_size()) {
      return MakeError(absl::StatusCode::kInternal, "BATCH_ANSWER_SHORT", "", "results missing");
    }
    const v1::SubmitResult& result = response->results(static_cast<int>(i));
    if (!result.has_accepted()) {
      AMANA_RETURN_IF_ERROR(MakeError(static_cast<absl::StatusCode>(result.refused().code()),
                                      result.refused().reason(), result.refused().field(),
                                      "in a batch"));
    }
    const v1::Receipt& receipt = result.accepted().receipt();
    AMANA_ASSIGN_OR_RETURN(const sdk::VerifiedReceipt verified,
                           sdk::VerifyReceipt(receipt, endpoint_->identity().log()));
    if (verified.event.statement_digest != entries[i].digest) {
      return MakeError(absl::StatusCode::kPermissionDenied, "RECEIPT_MISMATCH", "", "in a batch");
    }
    AMANA_RETURN_IF_ERROR(outbox.Accept(entries[i].id, receipt, verified.index));
  }
  stream.WritesDone();
  return absl::OkStatus();
}

void KillSender::Judge(const absl::Status& status) {
  if (!status.ok() && !IsNetworkTrouble(status)) troubles_.push_back(status.ToString());
}

void KillSender::CollectRefusals() {
  const auto refused = endpoint_->sender().outbox().List(EntryState::kRefused, kMany);
  if (!refused.ok()) return troubles_.push_back(refused.status().ToString());
  for (const sdk::OutboxEntry& entry : *refused) {
    if (!refused_.insert(entry.id).second) continue;
    // A withdrawal or an end of the task came first.
    if (entry.kind == EntryKind::kCancellation && entry.reason == "NOT_CANCELLABLE") continue;
    troubles_.push_back(absl::StrCat(std::string(sdk::KindName(entry.kind)),
                                     " refused: ", entry.reason, " ", entry.field));
  }
}

}  // namespace amana::tests
