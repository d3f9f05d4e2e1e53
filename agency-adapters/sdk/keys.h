// The keys of statements and deliveries, and their forms on the wire. Pure values.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_KEYS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_KEYS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "amana/v1/answer.pb.h"
#include "amana/v1/envelope.pb.h"
#include "base/ids.h"

namespace amana::sdk {

// One stage of one task, offered to one recipient.
struct DeliveryKey {
  StatementKey referral;
  uint32_t task = 0;
  uint32_t offer_epoch = 0;
  v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_UNSPECIFIED;
  uint32_t update = 0;  // 0: the referral itself; else the number of an update
  friend auto operator<=>(const DeliveryKey&, const DeliveryKey&) = default;
};

v1::StatementRef ToWire(const StatementKey& key);
v1::DeliveryRef ToWire(const DeliveryKey& key);
v1::Address ToWire(const Address& address);

// ID_INVALID and LENGTH_INVALID naming "<field>.<part>"; STATEMENT_INVALID for an unknown stage.
absl::StatusOr<StatementKey> FromWire(const v1::StatementRef& ref, std::string_view field);
absl::StatusOr<DeliveryKey> FromWire(const v1::DeliveryRef& ref, std::string_view field);
absl::StatusOr<Address> FromWire(const v1::Address& address, std::string_view field);

// "police-a/00112233445566778899aabbccddeeff/1", for people and command lines, and back.
std::string ToString(const StatementKey& key);
absl::StatusOr<StatementKey> ParseStatementKey(std::string_view text);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_KEYS_H_
