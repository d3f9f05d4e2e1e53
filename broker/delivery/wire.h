// Delivery keys between store and wire.
#ifndef AMANA_BROKER_DELIVERY_WIRE_H_
#define AMANA_BROKER_DELIVERY_WIRE_H_

#include "absl/status/statusor.h"
#include "amana/v1/answer.pb.h"
#include "broker/store/records.h"

namespace amana::delivery {

v1::StatementRef ToWire(const StatementKey& key);
v1::DeliveryRef ToWire(const store::DeliveryKey& key);
v1::Address ToWire(const Address& address);

// Errors name the field below `field`: ID_INVALID, LENGTH_INVALID, STAGE_INVALID.
absl::StatusOr<StatementKey> FromWire(const v1::StatementRef& ref, std::string_view field);
absl::StatusOr<store::DeliveryKey> FromWire(const v1::DeliveryRef& ref, std::string_view field);
absl::StatusOr<Address> FromWire(const v1::Address& address, std::string_view field);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_WIRE_H_
