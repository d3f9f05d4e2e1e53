#include "tests/fault/race_judge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace amana::tests {
namespace {

sdk::DeliveryKey KeyOf(const sdk::EventView& event) {
  return {*event.referral, event.task.value_or(0), event.offer_epoch, event.stage};
}

bool EndsLease(v1::EventKind kind) {
  return kind == v1::EVENT_KIND_DELIVERY_NATIVE_ACKED ||
         kind == v1::EVENT_KIND_DELIVERY_RETRY_WAIT || kind == v1::EVENT_KIND_DELIVERY_QUEUED ||
         kind == v1::EVENT_KIND_DELIVERY_DEAD_LETTER;
}

}  // namespace

RaceJudge::RaceJudge(const std::vector<RaceWithdrawal>& withdrawals) : withdrawals_(withdrawals) {
  for (const RaceWithdrawal& withdrawal : withdrawals_) {
    by_index_[withdrawal.index] = &withdrawal;
    for (const StatementKey& referral : withdrawal.referrals) withdrawn_[referral] = &withdrawal;
  }
}

void RaceJudge::Hear(uint64_t index, const sdk::EventView& event) {
  if (const auto withdrawal = by_index_.find(index); withdrawal != by_index_.end()) {
    ++result_.withdrawals;
    result_.in_flight += !open_[withdrawal->second].empty();
  }
  if (!event.referral.has_value()) return;
  const sdk::DeliveryKey key = KeyOf(event);
  const bool leases = event.kind == v1::EVENT_KIND_DELIVERY_LEASED;
  if (leases) leased_.emplace(key, event.lease_epoch);
  const auto found = withdrawn_.find(key.referral);
  if (found == withdrawn_.end()) return;
  const bool after = index > found->second->index;
  if (leases && after) {
    Find(result_.late_leases,
         absl::StrCat("leased at ", index, ", withdrawn at ", found->second->index, ": ",
                      sdk::ToString(key.referral)));
  } else if (leases) {
    leased_before_.emplace(key, event.lease_epoch);
    open_[found->second].insert(key);
  } else if (EndsLease(event.kind)) {
    open_[found->second].erase(key);
  }
  result_.withheld += after && event.kind == v1::EVENT_KIND_DELIVERY_WITHHELD;
  result_.recalled += after && event.kind == v1::EVENT_KIND_DELIVERY_RECALL_SENT;
}

void RaceJudge::Hear(const std::vector<std::shared_ptr<RaceSession>>& sessions) {
  for (size_t i = 0; i < sessions.size(); ++i) HearSession(i, *sessions[i]);
  result_.leased_unread = leased_before_.size();
}

void RaceJudge::HearSession(size_t number, const RaceSession& session) {
  const std::vector<uint64_t> ends = session.Ends();
  const std::vector<uint64_t> records = session.meter->RecordEnds();
  for (size_t i = 0; i < ends.size(); ++i) {
    const SeenMessage& message = session.messages[i];
    if (!message.key.has_value()) continue;
    HearDelivery(message);
    const auto record = std::lower_bound(records.begin(), records.end(), ends[i]);
    if (record != records.end()) {
      result_.overhead = std::max(result_.overhead, *record - ends[i]);
    }
    const auto found = withdrawn_.find(message.key->referral);
    if (found == withdrawn_.end()) continue;
    const std::vector<uint64_t>& marks = found->second->marks;
    const uint64_t mark = number < marks.size() ? marks[number] : 0;
    const uint64_t written = session.meter->PlainAt(mark);
    if (mark == WireMeter::kEnded || ends[i] <= written) continue;
    Find(result_.late_writes,
         absl::StrCat("ends at ", ends[i], ", ", message.size,
                      " bytes; when the withdrawal was answered the broker had written ", written,
                      ": ", sdk::ToString(message.key->referral)));
  }
}

void RaceJudge::HearDelivery(const SeenMessage& delivery) {
  const Lease lease(*delivery.key, delivery.lease_epoch);
  const bool first = result_.deliveries++ == 0;
  result_.smallest_delivery =
      first ? delivery.size : std::min(result_.smallest_delivery, delivery.size);
  if (!leased_.contains(lease)) {
    Find(result_.unlogged, "read and not in the log: " + sdk::ToString(delivery.key->referral));
  }
  leased_before_.erase(lease);
}

void RaceJudge::Find(size_t& counter, std::string what) {
  ++counter;
  result_.findings.push_back(std::move(what));
}

}  // namespace amana::tests
