#include "broker/referral/actor.h"

namespace amana::referral {

std::string_view ActorName(Actor actor) {
  switch (actor) {
    case Actor::kSender:
      return "SENDER";
    case Actor::kResponsible:
      return "RESPONSIBLE";
    case Actor::kRecipient:
      return "RECIPIENT";
    case Actor::kBroker:
      return "BROKER";
    case Actor::kAdapter:
      return "ADAPTER";
    case Actor::kCoordinator:
      return "COORDINATOR";
    case Actor::kOperator:
      return "OPERATOR";
    case Actor::kConsentHolder:
      return "CONSENT_HOLDER";
  }
  return "UNKNOWN";
}

}  // namespace amana::referral
