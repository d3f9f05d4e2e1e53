#include "broker/store/embedded/page_token.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

std::vector<std::string_view> Split(std::string_view token) {
  std::vector<std::string_view> parts;
  size_t from = 0;
  for (size_t dot = token.find('.'); dot != std::string_view::npos; dot = token.find('.', from)) {
    parts.push_back(token.substr(from, dot - from));
    from = dot + 1;
  }
  parts.push_back(token.substr(from));
  return parts;
}

bool ParseNumber(std::string_view text, uint32_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// The first three parts.
bool ParseKey(const std::vector<std::string_view>& parts, StatementKey& key) {
  const auto sender = AgencyId::Create(parts[0]);
  const auto id = ReferralId::FromHexString(parts[1]);
  if (!sender.ok() || !id.ok() || !ParseNumber(parts[2], key.version)) return false;
  key.sender = *sender;
  key.referral = *id;
  return true;
}

}  // namespace

size_t PageSize(const Page& page) { return std::clamp<size_t>(page.size, 1, 1000); }

std::string TokenOf(const StatementKey& key) {
  return key.sender.value() + "." + key.referral.hex() + "." + std::to_string(key.version);
}

std::string TokenOf(const DeliveryKey& key) {
  return TokenOf(key.task.referral) + "." + std::to_string(key.task.task) + "." +
         std::to_string(key.offer_epoch) + "." + std::to_string(key.stage) + "." +
         std::to_string(key.update);
}

absl::StatusOr<StatementKey> ParseReferralToken(std::string_view token) {
  const auto parts = Split(token);
  StatementKey key;
  if (parts.size() != 3 || !ParseKey(parts, key)) return PageTokenInvalidError();
  return key;
}

absl::StatusOr<DeliveryKey> ParseDeliveryToken(std::string_view token) {
  const auto parts = Split(token);
  DeliveryKey key;
  uint32_t stage = 0;
  if (parts.size() != 7 || !ParseKey(parts, key.task.referral) ||
      !ParseNumber(parts[3], key.task.task) || !ParseNumber(parts[4], key.offer_epoch) ||
      !ParseNumber(parts[5], stage) || !ParseNumber(parts[6], key.update) ||
      !v1::DisclosureStage_IsValid(static_cast<int>(stage))) {
    return PageTokenInvalidError();
  }
  key.stage = static_cast<v1::DisclosureStage>(stage);
  return key;
}

}  // namespace amana::store::embedded
