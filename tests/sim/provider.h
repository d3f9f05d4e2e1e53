// A shelter of the town: its system that fetches, and the people who read, decide, ask, serve and
// keep silent as chance has it. For one thread.
#ifndef AMANA_TESTS_SIM_PROVIDER_H_
#define AMANA_TESTS_SIM_PROVIDER_H_

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "tests/sim/town.h"

namespace amana::sim {

class Provider {
 public:
  // Both outlive it.
  Provider(Town& town, const Profile& profile);

  // There is something for it.
  void Wake();
  // Somebody phones about a referral: what it owes, it does at once.
  void Phoned(const Case& about);
  // It accepted, and the person will not be brought: it begins on its own.
  void BeginCare(const Case& about);
  // The person is there, or care has begun: it ends in time.
  void Care(const Case& about);

  const Profile& profile() const { return profile_; }
  bool full() const { return stays_.size() >= profile_.places; }

 private:
  using OfferKey = std::pair<StatementKey, uint32_t>;  // and epoch

  static OfferKey KeyOf(const v1::DeliveryRef& ref);
  const v1::Delivery* OfferOf(const Case& about);
  void Poll();
  void Take(const v1::Delivery& delivery);
  void Recalled(const v1::Recall& recall);
  void Read(const OfferKey& key);
  void Decide(const OfferKey& key);
  void Accept(const OfferKey& key, const v1::Delivery& offer);
  void Ask(const OfferKey& key, const v1::Delivery& offer);
  void Start(const OfferKey& key);
  void EndCare(const OfferKey& key);
  void CountRoom();

  Town& town_;
  const Profile& profile_;
  bool woken_ = false;
  absl::Time away_until_ = absl::InfinitePast();  // the system is down
  std::map<OfferKey, v1::Delivery> offers_;       // header and reference only
  std::set<OfferKey> stays_;                      // accepted and not over: a place each
  std::set<OfferKey> caring_;                     // for whom the end of care is planned
  std::set<std::pair<OfferKey, int>> recalls_;    // that are being answered
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_PROVIDER_H_
