#include "tests/support/log_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/sdk/errors.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"

namespace amana::tests {
namespace {

constexpr uint32_t kPage = 1000;

// Kinds that happen once to what they name. Leases, retries and reads may come again.
bool OnceOnly(v1::EventKind kind) {
  switch (kind) {
    case v1::EVENT_KIND_LOG_OPENED:
    case v1::EVENT_KIND_SUBMISSION_ACCEPTED:
    case v1::EVENT_KIND_CONSENT_REGISTERED:
    case v1::EVENT_KIND_CONSENT_WITHDRAWN:
    case v1::EVENT_KIND_TASK_RECEIVED:
    case v1::EVENT_KIND_TASK_SEEN:
    case v1::EVENT_KIND_TASK_ACCEPTED:
    case v1::EVENT_KIND_TASK_CANCELLED:
    case v1::EVENT_KIND_TASK_REVOKED:
    case v1::EVENT_KIND_DELIVERY_NATIVE_ACKED:
    case v1::EVENT_KIND_DELIVERY_RECALL_SENT:
    case v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED:
      return true;
    default:
      return false;
  }
}

sdk::DeliveryKey KeyOf(const sdk::EventView& view) {
  sdk::DeliveryKey key;
  if (view.referral.has_value()) key.referral = *view.referral;
  key.task = view.task.value_or(0);
  key.offer_epoch = view.offer_epoch;
  key.stage = view.stage;
  if (v1::EventKind_Name(view.kind).starts_with("EVENT_KIND_DELIVERY_")) {
    key.update = sdk::UpdateOf(view);
  }
  return key;
}

}  // namespace

absl::StatusOr<sdk::VerifiedReceipt> LogCheck::Hold(const v1::Receipt& receipt) {
  AMANA_ASSIGN_OR_RETURN(sdk::VerifiedReceipt verified,
                         sdk::VerifyReceipt(receipt, party_.identity().log()));
  const auto [held, added] =
      checkpoints_.emplace(verified.checkpoint.size(), verified.checkpoint_note);
  if (!added && held->second != verified.checkpoint_note)
    forks_.push_back(verified.checkpoint_note);
  return verified;
}

absl::Status LogCheck::Verify() {
  const transparency::NoteVerifier& log = party_.identity().log();
  FileSystem& files = RealFileSystem();
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(folder_));
  AMANA_ASSIGN_OR_RETURN(const transparency::Checkpoint newest,
                         sdk::DownloadLog(auditor_.client(), files, folder_, log));
  sdk::HeldEvidence held;
  held.checkpoints = forks_;
  for (const auto& [size, note] : checkpoints_) held.checkpoints.push_back(note);
  AMANA_RETURN_IF_ERROR(sdk::VerifyLog(files, folder_, log, held).status());
  AMANA_RETURN_IF_ERROR(CheckConsistencyProofs());
  AMANA_RETURN_IF_ERROR(ReadAuditorEvents(newest.size()));
  AMANA_RETURN_IF_ERROR(ReadPartyEvents(newest.size()));
  size_ = newest.size();
  return absl::OkStatus();
}

absl::Status LogCheck::CheckConsistencyProofs() {
  if (checkpoints_.empty()) return absl::OkStatus();
  const transparency::NoteVerifier& log = party_.identity().log();
  for (const std::string& note : {checkpoints_.begin()->second, checkpoints_.rbegin()->second}) {
    AMANA_ASSIGN_OR_RETURN(const auto held, transparency::OpenCheckpoint(note, log));
    AMANA_ASSIGN_OR_RETURN(
        const sdk::NewCheckpoint newest,
        sdk::FetchCheckpoint(party_.client(), log, held.checkpoint.size(), held.checkpoint.root()));
    AMANA_RETURN_IF_ERROR(newest.consistent);
  }
  return absl::OkStatus();
}

absl::Status LogCheck::CompareWithEntry(uint64_t index, const sdk::EventView& view) {
  AMANA_ASSIGN_OR_RETURN(const std::string entry, sdk::ReadEntry(RealFileSystem(), folder_, index));
  if (entry == view.leaf_data) return absl::OkStatus();
  return sdk::LogTampered(absl::StrCat("event ", index, " is not the entry of the log"));
}

absl::Status LogCheck::ReadAuditorEvents(uint64_t until) {
  uint64_t next = size_;
  while (next < until) {
    v1::ListEventsRequest request;
    request.set_first_index(next);
    request.set_limit(static_cast<uint32_t>(std::min<uint64_t>(kPage, until - next)));
    AMANA_ASSIGN_OR_RETURN(const auto events, auditor_.client().ListEvents(request));
    for (const v1::ListEventsResponse& event : events) {
      if (event.index() != next) {
        return sdk::LogTampered(absl::StrCat("event ", next, " is missing"));
      }
      AMANA_ASSIGN_OR_RETURN(const sdk::EventView view, event.has_whole()
                                                            ? sdk::ViewOf(event.whole())
                                                            : sdk::ViewOf(event.partial()));
      AMANA_RETURN_IF_ERROR(CompareWithEntry(next++, view));
    }
    if (events.empty()) return sdk::LogTampered(absl::StrCat("event ", next, " is missing"));
  }
  return absl::OkStatus();
}

absl::Status LogCheck::ReadPartyEvents(uint64_t until) {
  for (uint64_t next = size_; next < until; next += kPage) {
    v1::ListEventsRequest request;
    request.set_first_index(next);
    request.set_limit(static_cast<uint32_t>(std::min<uint64_t>(kPage, until - next)));
    AMANA_ASSIGN_OR_RETURN(const auto events, party_.client().ListEvents(request));
    for (const v1::ListEventsResponse& event : events) {
      if (!event.has_whole()) continue;
      AMANA_ASSIGN_OR_RETURN(const sdk::EventView view, sdk::ViewOf(event.whole()));
      AMANA_RETURN_IF_ERROR(CompareWithEntry(event.index(), view));
      Tally(view);
      if (on_event) on_event(event.index(), view);
    }
  }
  return absl::OkStatus();
}

void LogCheck::Tally(const sdk::EventView& view) {
  const sdk::DeliveryKey key = KeyOf(view);
  ++by_key_[{view.kind, key}];
  // It is SEEN again when its question is answered.
  if (view.kind == v1::EVENT_KIND_TASK_INFO_REQUESTED) {
    tally_.erase({v1::EVENT_KIND_TASK_SEEN, key, Digest()});
  }
  if (!OnceOnly(view.kind)) return;
  // Consents have no referral: the statement tells them apart. For what happens to a task, a second
  // statement is a second time.
  const bool of_referral = view.referral.has_value();
  const EventKey event{view.kind, key, of_referral ? Digest() : view.statement_digest};
  if (++tally_[event] == 2) {
    doubled_.push_back(absl::StrCat(v1::EventKind_Name(view.kind), " ", sdk::ToString(key.referral),
                                    " task ", key.task, " epoch ", key.offer_epoch, " stage ",
                                    static_cast<int>(key.stage)));
  }
}

size_t LogCheck::Count(v1::EventKind kind, const sdk::DeliveryKey& key) const {
  const auto found = by_key_.find({kind, key});
  return found == by_key_.end() ? 0 : found->second;
}

std::vector<sdk::DeliveryKey> LogCheck::Keys(v1::EventKind kind) const {
  std::vector<sdk::DeliveryKey> keys;
  for (const auto& [event, count] : by_key_) {
    if (event.first == kind) keys.push_back(event.second);
  }
  return keys;
}

}  // namespace amana::tests
