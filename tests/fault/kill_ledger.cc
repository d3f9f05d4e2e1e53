#include "tests/fault/kill_ledger.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agency-adapters/sdk/entry_calls.h"
#include "amana/v1/referral_service.pb.h"
#include "base/status.h"

namespace amana::tests {
namespace {

using sdk::EntryKind;

constexpr size_t kAll = 1'000'000;

// Empty when the promise is kept.
std::string Broken(const Promise& promise, sdk::Client& client, LogCheck& log) {
  const sdk::EntryCall* call = sdk::CallOf(promise.kind);
  if (call == nullptr) return "an entry of no known call";
  const auto bytes = client.CallBytes(call->method, promise.request);
  if (!bytes.ok()) return bytes.status().ToString();
  const auto receipt = call->receipt(*bytes);
  if (!receipt.ok()) return receipt.status().ToString();
  const auto verified = log.Hold(*receipt);
  if (!verified.ok()) return verified.status().ToString();
  if (verified->index != promise.log_index) return absl::StrCat("now at ", verified->index);
  if (receipt->event().SerializeAsString() != promise.event) return "another event";
  if (promise.kind != EntryKind::kSubmission) return "";
  v1::SubmitResponse submitted;
  return submitted.ParseFromString(*bytes) && submitted.replayed() ? "" : "accepted anew";
}

}  // namespace

absl::Status KillLedger::Take(const std::string& owner, sdk::Outbox& outbox, LogCheck& log) {
  AMANA_ASSIGN_OR_RETURN(const auto accepted, outbox.List(sdk::EntryState::kAccepted, kAll));
  absl::MutexLock lock(&mu_);
  for (const sdk::OutboxEntry& listed : accepted) {
    if (taken_.contains({owner, listed.id})) continue;
    AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, outbox.Get(listed.id));
    if (!entry.receipt.has_value()) continue;
    AMANA_ASSIGN_OR_RETURN(const sdk::VerifiedReceipt verified, log.Hold(*entry.receipt));
    taken_.insert({owner, listed.id});
    promises_[owner].push_back({entry.kind, entry.request, entry.referral, verified.index,
                                entry.receipt->event().SerializeAsString()});
  }
  return absl::OkStatus();
}

std::vector<std::string> KillLedger::SendAgain(const std::string& owner, sdk::Client& client,
                                               LogCheck& log, std::mt19937_64& random,
                                               size_t sample) {
  std::vector<Promise> chosen;
  {
    absl::MutexLock lock(&mu_);
    const std::vector<Promise>& all = promises_[owner];
    const size_t old = std::exchange(checked_[owner], all.size());
    std::sample(all.begin(), all.begin() + static_cast<ptrdiff_t>(old), std::back_inserter(chosen),
                std::min(sample, old), random);
    chosen.insert(chosen.end(), all.begin() + static_cast<ptrdiff_t>(old), all.end());
  }
  std::vector<std::string> broken;
  for (const Promise& promise : chosen) {
    const std::string why = Broken(promise, client, log);
    if (why.empty()) continue;
    broken.push_back(absl::StrCat(
        std::string(sdk::KindName(promise.kind)), " of ", owner, " at ", promise.log_index, " ",
        promise.referral.has_value() ? sdk::ToString(*promise.referral) : "", ": ", why));
  }
  return broken;
}

size_t KillLedger::Count(EntryKind kind) const {
  absl::MutexLock lock(&mu_);
  size_t count = 0;
  for (const auto& [owner, promises] : promises_) {
    count += static_cast<size_t>(std::count_if(
        promises.begin(), promises.end(), [kind](const Promise& p) { return p.kind == kind; }));
  }
  return count;
}

std::vector<StatementKey> KillLedger::Referrals() const {
  absl::MutexLock lock(&mu_);
  std::vector<StatementKey> keys;
  for (const auto& [owner, promises] : promises_) {
    for (const Promise& promise : promises) {
      if (promise.kind == EntryKind::kSubmission && promise.referral.has_value()) {
        keys.push_back(*promise.referral);
      }
    }
  }
  return keys;
}

}  // namespace amana::tests
