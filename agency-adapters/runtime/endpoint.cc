#include "agency-adapters/runtime/endpoint.h"

#include "agency-adapters/sdk/keys.h"
#include "proto/codes/names.h"

namespace amana::runtime {

std::string DeliveryKeyText(const sdk::DeliveryKey& key) {
  std::string text = sdk::ToString(key.referral) + "/" + std::to_string(key.task) + "/" +
                     std::to_string(key.offer_epoch) + "/" +
                     std::string(codes::CodeName(key.stage));
  if (key.update != 0) text += "/u" + std::to_string(key.update);
  return text;
}

std::string RecallKeyText(const sdk::DeliveryKey& key) { return DeliveryKeyText(key) + "/recall"; }

}  // namespace amana::runtime
