#include "broker/delivery/wire.h"

#include <gtest/gtest.h>

namespace amana::delivery {
namespace {

store::DeliveryKey Key() {
  store::DeliveryKey key;
  key.task.referral = {*AgencyId::Create("police"), *ReferralId::FromBytes(std::string(16, 'r')),
                       3};
  key.task.task = 2;
  key.offer_epoch = 4;
  key.stage = v1::DISCLOSURE_STAGE_AT_ACCEPT;
  return key;
}

TEST(DeliveryWire, ThereAndBack) {
  const absl::StatusOr<store::DeliveryKey> back = FromWire(ToWire(Key()), "delivery");
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, Key());
}

TEST(DeliveryWire, NamesTheFieldThatIsWrong) {
  const struct {
    void (*edit)(v1::DeliveryRef&);
    const char* reason;
    const char* field;
  } rows[] = {
      {[](v1::DeliveryRef& r) { r.mutable_referral()->set_sender_agency("No Agency"); },
       "ID_INVALID", "delivery.referral.sender_agency"},
      {[](v1::DeliveryRef& r) { r.mutable_referral()->set_referral_id("short"); }, "LENGTH_INVALID",
       "delivery.referral.referral_id"},
      {[](v1::DeliveryRef& r) { r.clear_stage(); }, "STAGE_INVALID", "delivery.stage"},
  };
  for (const auto& row : rows) {
    v1::DeliveryRef ref = ToWire(Key());
    row.edit(ref);
    const absl::StatusOr<store::DeliveryKey> key = FromWire(ref, "delivery");
    EXPECT_EQ(ErrorReason(key.status()), row.reason);
    EXPECT_EQ(ErrorField(key.status()), row.field);
  }
}

}  // namespace
}  // namespace amana::delivery
