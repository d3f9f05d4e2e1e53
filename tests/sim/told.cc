#include "tests/sim/told.h"

#include "absl/strings/str_cat.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/merkle.h"

namespace amana::sim {
namespace {

const AgencyId& Sender() {
  static const auto* const id = new AgencyId(*AgencyId::Create("police"));
  return *id;
}

template <class Bytes>
std::vector<Digest> DigestsOf(const Bytes& hashes) {
  std::vector<Digest> out;
  for (const std::string& hash : hashes) {
    out.push_back(Digest::FromBytes(hash, "hash").value_or(Digest()));
  }
  return out;
}

}  // namespace

std::vector<sdk::EventView> Told::Catch() {
  std::vector<sdk::EventView> out;
  const auto look = town_.world.store().Read().value();
  const uint64_t size = look->log().Head().value().size;
  while (place_.next < size) {
    const auto page = operations::ReadNotices(*look, Sender(), place_);
    if (!page.ok() || !Believe(page->response)) {
      faults_.push_back(absl::StrCat("a page of notices from ", place_.next,
                                     " is refused: ", std::string(page.status().message())));
      return out;
    }
    for (const v1::Notice& notice : page->response.notices()) {
      const absl::StatusOr<sdk::EventView> view =
          notice.has_whole() ? sdk::ViewOf(notice.whole()) : sdk::ViewOf(notice.partial());
      const absl::Status proven =
          view.ok() ? transparency::VerifyInclusion(notice.index(), page->log_size, view->leaf_hash,
                                                    DigestsOf(notice.inclusion_path()), root_)
                    : view.status();
      if (!proven.ok()) {
        faults_.push_back(absl::StrCat("notice ", notice.index(), " is not proven"));
        continue;
      }
      Keep(*view);
      out.push_back(*view);
    }
    place_ = {page->response.next_index(), page->log_size};
  }
  return out;
}

bool Told::Believe(const v1::FollowEventsResponse& page) {
  const auto opened = transparency::OpenCheckpoint(page.checkpoint(), log_);
  if (!opened.ok()) return false;
  const transparency::Checkpoint& now = opened->checkpoint;
  if (place_.held > 0 &&
      !transparency::VerifyConsistency(place_.held, now.size(), root_, now.root(),
                                       DigestsOf(page.consistency_proof()))
           .ok()) {
    return false;
  }
  root_ = now.root();
  return true;
}

void Told::Keep(const sdk::EventView& view) {
  if (view.sender_counter != counter_ + 1) {
    faults_.push_back(absl::StrCat("counter ", view.sender_counter, " after ", counter_));
  }
  counter_ = view.sender_counter;
  if (!view.referral.has_value()) return;
  if (const v1::TaskState state = TaskStateOf(view.kind); state != v1::TASK_STATE_UNSPECIFIED) {
    tasks_[*view.referral] = {state, view.offer_epoch};
  }
  if (const v1::HandoverState state = HandoverStateOf(view.kind);
      state != v1::HANDOVER_STATE_UNSPECIFIED) {
    handovers_[{{*view.referral, view.task.value_or(0)}, view.attempt}] = state;
  }
}

const Told::Task* Told::task(const StatementKey& key) const {
  const auto found = tasks_.find(key);
  return found == tasks_.end() ? nullptr : &found->second;
}

v1::HandoverState Told::handover(const store::HandoverKey& key) const {
  const auto found = handovers_.find(key);
  return found == handovers_.end() ? v1::HANDOVER_STATE_UNSPECIFIED : found->second;
}

}  // namespace amana::sim
