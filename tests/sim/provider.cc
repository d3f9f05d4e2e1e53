#include "tests/sim/provider.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "broker/delivery/wire.h"
#include "tests/sim/habits.h"

namespace amana::sim {

Provider::Provider(Town& town, const Profile& profile) : town_(town), profile_(profile) {
  if (profile_.reports_room) CountRoom();
}

Provider::OfferKey Provider::KeyOf(const v1::DeliveryRef& ref) {
  return {delivery::FromWire(ref.referral(), "referral").value(), ref.offer_epoch()};
}

const v1::Delivery* Provider::OfferOf(const Case& about) {
  const auto found = offers_.find({about.sent.key, town_.TaskOf(about).offer_epoch});
  return found == offers_.end() ? nullptr : &found->second;
}

void Provider::Wake() {
  if (woken_) return;
  woken_ = true;
  if (town_.chance.Percent(2)) away_until_ = town_.Now() + town_.chance.Around(absl::Hours(10));
  const absl::Time when =
      std::max(town_.Now() + town_.chance.Around(absl::Minutes(3)), away_until_);
  town_.agenda.At(when, [this] {
    woken_ = false;
    Poll();
  });
}

void Provider::Poll() {
  size_t taken = 0;
  for (const v1::ReceiveResponse& each : operations::ReceiveAt(town_.world, profile_.shelter)) {
    if (each.has_recall()) {
      Recalled(each.recall());
    } else {
      ++taken;
      Take(each.delivery());
    }
  }
  if (taken > 0) Wake();  // there may be more
}

void Provider::Take(const v1::Delivery& delivery) {
  const OfferKey key = KeyOf(delivery.delivery());
  const bool offer = delivery.delivery().stage() == v1::DISCLOSURE_STAGE_AT_OFFER;
  AMANA_EXPECT_OK(operations::AcknowledgeAt(town_.world, profile_.shelter, delivery).status());
  if (!offer) return;
  v1::Delivery kept;
  *kept.mutable_delivery() = delivery.delivery();
  *kept.mutable_header() = delivery.header();
  offers_[key] = std::move(kept);
  const Case* const about = town_.Find(key.first);
  if (about == nullptr || town_.chance.Percent(9)) return;  // nobody looks
  town_.After(town_.chance.Around(Pace(about->urgency)), [this, key] { Read(key); });
}

void Provider::Recalled(const v1::Recall& recall) {
  const OfferKey key = KeyOf(recall.delivery());
  if (!recalls_.insert({key, recall.delivery().stage()}).second) return;
  stays_.erase(key);
  const bool late = town_.chance.Percent(6);
  town_.After(late ? absl::Hours(30) : town_.chance.Around(absl::Minutes(30)), [this, recall] {
    AMANA_EXPECT_OK(operations::ConfirmRecallAt(town_.world, profile_.shelter, recall).status());
  });
}

void Provider::Read(const OfferKey& key) {
  const Case* const about = town_.Find(key.first);
  // Refused: it was recalled meanwhile, or is another's by now.
  if (!operations::MarkSeenAt(town_.world, profile_.shelter, offers_.at(key)).ok()) return;
  if (town_.chance.Percent(6)) return;  // put aside
  town_.After(town_.chance.Around(Pace(about->urgency)), [this, key] { Decide(key); });
}

void Provider::Decide(const OfferKey& key) {
  const v1::Delivery& offer = offers_.at(key);
  const Case& about = *town_.Find(key.first);
  const auto decline = [&](v1::Reason reason) {
    (void)operations::DeclineAt(town_.world, profile_.shelter, offer, reason);
  };
  if (about.service == v1::SERVICE_TYPE_ACCOMMODATION && full()) {
    return decline(v1::REASON_NO_CAPACITY);
  }
  const uint64_t mood = town_.chance.Below(100);
  if (mood < 66) return Accept(key, offer);
  if (mood < 88) return decline(town_.chance.OneOf(Declines()));
  if (mood < 92) return decline(town_.chance.OneOf(FinalDeclines()));
  Ask(key, offer);
}

void Provider::Ask(const OfferKey& key, const v1::Delivery& offer) {
  if (!operations::AskAt(town_.world, profile_.shelter, offer).ok()) return;
  // It waits for an answer, and one in five forgets.
  if (town_.chance.Percent(20)) return;
  town_.After(town_.chance.Around(Pace(town_.Find(key.first)->urgency) * 3), [this, key] {
    (void)operations::DeclineAt(town_.world, profile_.shelter, offers_.at(key),
                                v1::REASON_INSUFFICIENT_INFORMATION);
  });
}

void Provider::Accept(const OfferKey& key, const v1::Delivery& offer) {
  if (!operations::DecideAt(town_.world, profile_.shelter, offer).ok()) return;
  const Case& about = *town_.Find(key.first);
  if (about.service == v1::SERVICE_TYPE_ACCOMMODATION) stays_.insert(key);
  if (about.hands_over) return;         // the sender brings the person
  if (town_.chance.Percent(8)) return;  // and then nothing happens
  town_.After(town_.chance.Around(Pace(about.urgency)), [this, key] { Start(key); });
}

void Provider::BeginCare(const Case& about) {
  if (OfferOf(about) == nullptr) return;
  const OfferKey key{about.sent.key, town_.TaskOf(about).offer_epoch};
  town_.After(town_.chance.Around(absl::Hours(1)), [this, key] { Start(key); });
}

void Provider::Start(const OfferKey& key) {
  if (operations::StartAt(town_.world, profile_.shelter, offers_.at(key)).ok()) {
    Care(*town_.Find(key.first));
  }
}

void Provider::Care(const Case& about) {
  const OfferKey key{about.sent.key, town_.TaskOf(about).offer_epoch};
  if (!offers_.contains(key) || !caring_.insert(key).second) return;
  town_.After(town_.chance.Between(absl::Hours(4), absl::Hours(72)), [this, key] { EndCare(key); });
}

void Provider::EndCare(const OfferKey& key) {
  stays_.erase(key);
  const bool served = town_.chance.Percent(88);
  // Refused: consent was withdrawn meanwhile.
  (void)operations::ReportAt(town_.world, profile_.shelter, offers_.at(key),
                             [&](v1::Outcome& outcome) {
                               outcome.set_completed(served);
                               outcome.set_outcome(served ? v1::REASON_PROVIDED : v1::REASON_UNMET);
                             });
}

void Provider::Phoned(const Case& about) {
  Poll();
  const v1::Delivery* const offer = OfferOf(about);
  if (offer == nullptr) return;
  const OfferKey key = KeyOf(offer->delivery());
  switch (town_.TaskOf(about).state) {
    case v1::TASK_STATE_RECEIVED:
      return Read(key);
    case v1::TASK_STATE_SEEN:
      return Decide(key);
    case v1::TASK_STATE_INFO_REQUESTED:
      AMANA_EXPECT_OK(operations::DeclineAt(town_.world, profile_.shelter, *offer,
                                            v1::REASON_INSUFFICIENT_INFORMATION)
                          .status());
      return;
    case v1::TASK_STATE_ACCEPTED:
      return Start(key);
    default:
      return;
  }
}

void Provider::CountRoom() {
  const auto taken = static_cast<uint32_t>(std::min<size_t>(stays_.size(), profile_.places));
  AMANA_EXPECT_OK(operations::ReportRoom(
                      town_.world, profile_.places - taken,
                      [&](v1::CapacityReport& report) {
                        *report.mutable_unit() = delivery::ToWire(profile_.shelter.address());
                        report.mutable_services(0)->set_service(profile_.services[0]);
                        report.mutable_services(0)->set_total(profile_.places);
                      },
                      profile_.shelter.system())
                      .status());
  town_.After(town_.chance.Between(absl::Hours(5), absl::Hours(20)), [this] { CountRoom(); });
}

}  // namespace amana::sim
