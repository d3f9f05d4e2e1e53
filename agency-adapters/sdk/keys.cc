#include "agency-adapters/sdk/keys.h"

#include <charconv>

#include "agency-adapters/sdk/errors.h"
#include "base/status.h"

namespace amana::sdk {

v1::StatementRef ToWire(const StatementKey& key) {
  v1::StatementRef ref;
  ref.set_sender_agency(key.sender.value());
  ref.set_referral_id(key.referral.bytes());
  ref.set_version(key.version);
  return ref;
}

v1::DeliveryRef ToWire(const DeliveryKey& key) {
  v1::DeliveryRef ref;
  *ref.mutable_referral() = ToWire(key.referral);
  ref.set_task(key.task);
  ref.set_offer_epoch(key.offer_epoch);
  ref.set_stage(key.stage);
  ref.set_update(key.update);
  return ref;
}

v1::Address ToWire(const Address& address) {
  v1::Address wire;
  wire.set_agency(address.agency.value());
  wire.set_unit(address.unit.value());
  return wire;
}

absl::StatusOr<StatementKey> FromWire(const v1::StatementRef& ref, std::string_view field) {
  const std::string prefix(field);
  StatementKey key;
  AMANA_ASSIGN_OR_RETURN(key.sender,
                         AgencyId::Create(ref.sender_agency(), prefix + ".sender_agency"));
  AMANA_ASSIGN_OR_RETURN(key.referral,
                         ReferralId::FromBytes(ref.referral_id(), prefix + ".referral_id"));
  key.version = ref.version();
  return key;
}

absl::StatusOr<DeliveryKey> FromWire(const v1::DeliveryRef& ref, std::string_view field) {
  const std::string prefix(field);
  DeliveryKey key;
  AMANA_ASSIGN_OR_RETURN(key.referral, FromWire(ref.referral(), prefix + ".referral"));
  key.task = ref.task();
  key.offer_epoch = ref.offer_epoch();
  key.stage = ref.stage();
  if (key.stage != v1::DISCLOSURE_STAGE_AT_OFFER && key.stage != v1::DISCLOSURE_STAGE_AT_ACCEPT) {
    return StatementInvalid(prefix + ".stage", "must be AT_OFFER or AT_ACCEPT");
  }
  key.update = ref.update();
  if (key.update != 0 && key.stage != v1::DISCLOSURE_STAGE_AT_OFFER) {
    return StatementInvalid(prefix + ".stage", "an update's is AT_OFFER");
  }
  return key;
}

absl::StatusOr<Address> FromWire(const v1::Address& address, std::string_view field) {
  const std::string prefix(field);
  Address out;
  AMANA_ASSIGN_OR_RETURN(out.agency, AgencyId::Create(address.agency(), prefix + ".agency"));
  AMANA_ASSIGN_OR_RETURN(out.unit, UnitId::Create(address.unit(), prefix + ".unit"));
  return out;
}

std::string ToString(const StatementKey& key) {
  return key.sender.value() + "/" + key.referral.hex() + "/" + std::to_string(key.version);
}

absl::StatusOr<StatementKey> ParseStatementKey(std::string_view text) {
  const size_t first = text.find('/');
  const size_t last = text.rfind('/');
  if (first == std::string_view::npos || first == last) {
    return StatementInvalid("referral", "expected agency/referral id in hexadecimal/version");
  }
  StatementKey key;
  AMANA_ASSIGN_OR_RETURN(key.sender, AgencyId::Create(text.substr(0, first), "referral"));
  AMANA_ASSIGN_OR_RETURN(key.referral, ReferralId::FromHexString(
                                           text.substr(first + 1, last - first - 1), "referral"));
  const std::string_view version = text.substr(last + 1);
  const char* const end = version.data() + version.size();
  const auto parsed = std::from_chars(version.data(), end, key.version);
  if (parsed.ec != std::errc() || parsed.ptr != end || key.version == 0) {
    return StatementInvalid("referral", "the version must be a number from 1");
  }
  return key;
}

}  // namespace amana::sdk
