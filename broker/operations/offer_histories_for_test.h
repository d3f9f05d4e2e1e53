// For the random histories of offers: what one history knows, and what may be asked of the store.
#ifndef AMANA_BROKER_OPERATIONS_OFFER_HISTORIES_FOR_TEST_H_
#define AMANA_BROKER_OPERATIONS_OFFER_HISTORIES_FOR_TEST_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "broker/operations/testing_offers.h"

namespace amana::operations {

inline const std::vector<Shelter>& Shelters() {
  static const auto* const all =
      new std::vector<Shelter>{kHaven, kRefuge, kSafehouse, {"lantern"}, {"mbali"}};
  return *all;
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  uint64_t Below(uint64_t below) { return engine_() % below; }
  bool Chance(uint64_t one_in) { return Below(one_in) == 0; }
  std::string Bytes() {
    std::string bytes(16, '\0');
    for (char& each : bytes) each = static_cast<char>(Below(256));
    return bytes;
  }

 private:
  std::mt19937_64 engine_;
};

// A copy that a recipient was given.
struct Copy {
  size_t shelter = 0;
  v1::Delivery delivery;
};

struct History {
  explicit History(uint64_t seed) : dice(seed) {}
  Dice dice;
  Sent sent;
  std::vector<Copy> copies;         // of every epoch and stage, oldest first
  std::vector<v1::Recall> recalls;  // as they were last seen
  std::vector<size_t> recalled_at;  // by whom
  uint32_t orders = 1;
};

// All of a referral that an act could change, as text.
inline std::string Held(const store::Snapshot& look, const StatementKey& key) {
  std::string out;
  const std::vector<store::TaskRecord> tasks = look.referrals().Tasks(key).value();
  for (const store::TaskRecord& task : tasks) {
    absl::StrAppend(&out, "task ", task.state, " ", task.reason, " ", task.offer_epoch, " ",
                    task.recipient.has_value() ? task.recipient->agency.value() : "-", " ",
                    absl::FormatTime(task.clock.due), " ", task.clock.reached, " ",
                    static_cast<int>(task.clock.call), "\n");
    const std::vector<store::DeliveryRecord> deliveries =
        look.deliveries().OfTask(task.key).value();
    for (const store::DeliveryRecord& each : deliveries) {
      absl::StrAppend(&out, "delivery ", each.key.offer_epoch, " ", each.key.stage, " ", each.state,
                      " ", each.reason, " ", each.disclosed, " ", absl::FormatTime(each.due), "\n");
    }
    const std::vector<store::QueueItem> items = look.queue().OfTask(task.key).value();
    for (const store::QueueItem& item : items) {
      absl::StrAppend(&out, "item ", item.item, " ", item.alerted, " ", item.assignee.value(), " ",
                      look.queue().Notes(item.item)->size(), "\n");
    }
    absl::StrAppend(&out, look.offers().PastOffers(task.key)->size(), " offers over\n");
  }
  absl::StrAppend(&out, look.log().EventsOf(key.referral, 0, 10000)->size(), " events\n");
  return out;
}

// Whether a recipient may still read, answer or be given this copy.
inline bool IsLive(v1::DeliveryState state) {
  switch (state) {
    case v1::DELIVERY_STATE_WITHHELD:
    case v1::DELIVERY_STATE_RECALLED:
    case v1::DELIVERY_STATE_EXPIRED:
    case v1::DELIVERY_STATE_ERASED:
    case v1::DELIVERY_STATE_RECALL_SENT:
    case v1::DELIVERY_STATE_RECALL_CONFIRMED:
    case v1::DELIVERY_STATE_RECALL_REFUSED:
    case v1::DELIVERY_STATE_RECALL_UNANSWERED:
      return false;
    default:
      return true;
  }
}

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_OFFER_HISTORIES_FOR_TEST_H_
