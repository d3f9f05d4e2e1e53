#include "broker/operations/notice_hub.h"

#include <algorithm>
#include <utility>

#include "broker/operations/notices.h"

namespace amana::operations {

NoticeHub::News NoticeHub::Follower::Take() {
  absl::MutexLock lock(&mu_);
  News out = std::exchange(news_, News{});
  news_.seen = out.seen;
  return out;
}

std::shared_ptr<NoticeHub::Follower> NoticeHub::Follow(const AgencyId& agency,
                                                       std::function<void()> ready) {
  std::shared_ptr<Follower> follower(new Follower(std::move(ready)));
  absl::MutexLock lock(&mu_);
  std::vector<std::weak_ptr<Follower>>& all = followers_[agency];
  std::erase_if(all, [](const std::weak_ptr<Follower>& each) { return each.expired(); });
  all.push_back(follower);
  return follower;
}

void NoticeHub::OnCommit(const store::CommittedBatch& batch) {
  struct Told {
    std::shared_ptr<Follower> follower;
    AgencyId agency;
  };
  std::vector<Told> present;
  {
    absl::MutexLock lock(&mu_);
    if (followers_.empty()) return;
    for (auto it = followers_.begin(); it != followers_.end();) {
      std::erase_if(it->second, [](const std::weak_ptr<Follower>& each) { return each.expired(); });
      for (const std::weak_ptr<Follower>& each : it->second) {
        if (auto follower = each.lock()) present.push_back({std::move(follower), it->first});
      }
      if (it->second.empty()) {
        followers_.erase(it++);
      } else {
        ++it;
      }
    }
  }
  for (const Told& told : present) {
    bool news = false;
    {
      absl::MutexLock lock(&told.follower->mu_);
      News& kept = told.follower->news_;
      for (const store::StoredEvent& stored : batch.events()) {
        if (!IsNoticeFor(stored.event, told.agency)) continue;
        news = true;
        if (kept.indexes.size() < kMostKept) {
          kept.indexes.push_back(stored.index);
        } else {
          kept.missed = true;
        }
      }
      kept.seen = batch.head().size;
    }
    if (news) told.follower->ready_();
  }
}

}  // namespace amana::operations
