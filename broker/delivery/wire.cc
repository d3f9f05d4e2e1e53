#include "broker/delivery/wire.h"

#include <string>

namespace amana::delivery {

v1::StatementRef ToWire(const StatementKey& key) {
  v1::StatementRef ref;
  ref.set_sender_agency(key.sender.value());
  ref.set_referral_id(key.referral.bytes());
  ref.set_version(key.version);
  return ref;
}

v1::DeliveryRef ToWire(const store::DeliveryKey& key) {
  v1::DeliveryRef ref;
  *ref.mutable_referral() = ToWire(key.task.referral);
  ref.set_task(key.task.task);
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

absl::StatusOr<store::DeliveryKey> FromWire(const v1::DeliveryRef& ref, std::string_view field) {
  const std::string prefix(field);
  store::DeliveryKey key;
  AMANA_ASSIGN_OR_RETURN(key.task.referral, FromWire(ref.referral(), prefix + ".referral"));
  key.task.task = ref.task();
  key.offer_epoch = ref.offer_epoch();
  key.stage = ref.stage();
  if (key.stage != v1::DISCLOSURE_STAGE_AT_OFFER && key.stage != v1::DISCLOSURE_STAGE_AT_ACCEPT) {
    return MakeError(absl::StatusCode::kInvalidArgument, "STAGE_INVALID", prefix + ".stage",
                     prefix + ".stage: must be AT_OFFER or AT_ACCEPT");
  }
  key.update = ref.update();
  if (key.update != 0 && key.stage != v1::DISCLOSURE_STAGE_AT_OFFER) {
    return MakeError(absl::StatusCode::kInvalidArgument, "STAGE_INVALID", prefix + ".stage",
                     prefix + ".stage: an update's is AT_OFFER");
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

}  // namespace amana::delivery
