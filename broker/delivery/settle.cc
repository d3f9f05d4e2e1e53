#include "broker/delivery/settle.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/referral.pb.h"
#include "base/status.h"
#include "broker/consent/rule.h"
#include "broker/delivery/carried.h"
#include "broker/referral/task_machine.h"

namespace amana::delivery {
namespace {

bool EndedEarly(const store::TaskRecord& task) {
  switch (task.state) {
    case v1::TASK_STATE_BLOCKED_CONSENT:
    case v1::TASK_STATE_REJECTED:
    case v1::TASK_STATE_CANCELLED:
    case v1::TASK_STATE_EXPIRED:
    case v1::TASK_STATE_REVOKED:
    case v1::TASK_STATE_ENTERED_IN_ERROR:
      return true;
    default:
      return false;
  }
}

bool MayGoOn(const store::TaskRecord& task) {
  return task.state == v1::TASK_STATE_REJECTED || task.state == v1::TASK_STATE_FAILED;
}

bool WasWithdrawn(const store::TaskRecord& task) {
  return std::any_of(task.consent_rules.begin(), task.consent_rules.end(), [](uint8_t number) {
    return consent::kWithdrawnRules.Has(static_cast<consent::Rule>(number));
  });
}

absl::StatusOr<bool> Disclosed(const store::Snapshot& snapshot,
                               const std::vector<store::TaskRecord>& tasks) {
  for (const store::TaskRecord& task : tasks) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> all,
                           snapshot.deliveries().OfTask(task.key));
    if (std::any_of(all.begin(), all.end(), [](const auto& each) { return each.disclosed; })) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<store::Ending> EndingOf(const store::Snapshot& snapshot,
                                       const std::vector<store::TaskRecord>& tasks) {
  if (std::any_of(tasks.begin(), tasks.end(), WasWithdrawn)) return store::Ending::kAtOnce;
  if (!std::all_of(tasks.begin(), tasks.end(), EndedEarly)) return store::Ending::kCompleted;
  // What cannot be read may have been disclosed.
  const absl::StatusOr<bool> disclosed = Disclosed(snapshot, tasks);
  if (!disclosed.ok() && !absl::IsDataLoss(disclosed.status())) return disclosed.status();
  return disclosed.value_or(true) ? store::Ending::kEnded : store::Ending::kAtOnce;
}

// What the body holds; what cannot be read may hold everything.
codes::CategorySet HeldBy(const store::Snapshot& snapshot, const StatementKey& key) {
  const absl::StatusOr<uint32_t> updates = snapshot.referrals().LastUpdate(key);
  if (!updates.ok()) return codes::kAllCategories;
  codes::CategorySet held;
  store::DeliveryKey part{{key, 0}};
  for (part.update = 0; part.update <= *updates; ++part.update) {
    const absl::StatusOr<v1::Submission> sections = ReadSections(snapshot, part);
    if (!sections.ok()) return codes::kAllCategories;
    for (const v1::SlotOpening& opening : sections->openings()) held.Add(opening.category());
  }
  return held;
}

}  // namespace

bool IsSettled(const store::TaskRecord& task) {
  if (referral::IsTerminal(task.state)) return true;
  return WasWithdrawn(task) && (task.state == v1::TASK_STATE_BLOCKED_CONSENT || MayGoOn(task));
}

bool IsAtRest(const store::TaskRecord& task) { return IsSettled(task) || MayGoOn(task); }

absl::Status NoteSettled(store::Transaction& tx, const store::TaskRecord& before,
                         const store::TaskRecord& after, absl::Time now) {
  const StatementKey& key = after.key.referral;
  if (!IsAtRest(after)) {
    return IsAtRest(before) ? tx.erasures().Unsettle(key) : absl::OkStatus();
  }
  const store::Transaction& read = tx;
  const absl::StatusOr<std::vector<store::TaskRecord>> tasks = read.referrals().Tasks(key);
  if (absl::IsDataLoss(tasks.status())) return absl::OkStatus();
  if (!tasks.ok()) return tasks.status();
  if (!std::all_of(tasks->begin(), tasks->end(), IsAtRest)) return absl::OkStatus();
  store::Settled settled;
  AMANA_ASSIGN_OR_RETURN(settled.ending, EndingOf(read, *tasks));
  // What is not kept at all need not be read, and there may be many.
  if (settled.ending != store::Ending::kAtOnce) settled.categories = HeldBy(read, key);
  settled.since = now;
  if (!std::all_of(tasks->begin(), tasks->end(), IsSettled)) {
    const absl::StatusOr<std::optional<store::ReferralRecord>> referral =
        read.referrals().Find(key);
    if (absl::IsDataLoss(referral.status())) return absl::OkStatus();
    if (!referral.ok()) return referral.status();
    if (referral->has_value()) settled.since = std::max(now, (*referral)->expires);
  }
  return tx.erasures().Settle(key, settled);
}

}  // namespace amana::delivery
