// Who makes a transition (domain tables, column `actor`).
#ifndef AMANA_BROKER_REFERRAL_ACTOR_H_
#define AMANA_BROKER_REFERRAL_ACTOR_H_

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace amana::referral {

enum class Actor : uint8_t {
  kSender,
  kResponsible,  // the agency that is responsible for the person
  kRecipient,
  kBroker,
  kAdapter,
  kCoordinator,
  kOperator,
  // The person. Acts through whichever agency the withdrawal was said to; that agency signs.
  kConsentHolder,
};
inline constexpr int kActorCount = 8;

// A set of actors; constexpr, so that the tables are constants.
class ActorSet {
 public:
  constexpr ActorSet(Actor only) : bits_(Bit(only)) {}  // NOLINT: a set of one reads as itself
  constexpr ActorSet(std::initializer_list<Actor> actors) {
    for (const Actor actor : actors) bits_ |= Bit(actor);
  }
  constexpr bool Has(Actor actor) const { return (bits_ & Bit(actor)) != 0; }

 private:
  static constexpr uint16_t Bit(Actor actor) {
    return static_cast<uint16_t>(1u << static_cast<unsigned>(actor));
  }
  uint16_t bits_ = 0;
};

// As the domain tables write it: "SENDER", "CONSENT_HOLDER"…
std::string_view ActorName(Actor actor);

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_ACTOR_H_
