#include "agency-adapters/sdk/keys.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace amana::sdk {
namespace {

DeliveryKey Sample() {
  return {
      {AgencyId::Create("police-a").value(), ReferralId::FromBytes("0123456789abcdef").value(), 3},
      2,
      5,
      v1::DISCLOSURE_STAGE_AT_ACCEPT};
}

TEST(KeysTest, WireFormsRoundTrip) {
  const DeliveryKey key = Sample();
  EXPECT_EQ(FromWire(ToWire(key), "delivery").value(), key);
  EXPECT_EQ(FromWire(ToWire(key.referral), "referral").value(), key.referral);
  const Address address = ParseAddress("haven/intake", "a").value();
  EXPECT_EQ(FromWire(ToWire(address), "recipient").value(), address);
}

TEST(KeysTest, RefusalsNameTheField) {
  v1::DeliveryRef ref = ToWire(Sample());
  ref.set_stage(v1::DISCLOSURE_STAGE_UNSPECIFIED);
  EXPECT_EQ(ErrorField(FromWire(ref, "delivery").status()), "delivery.stage");
  ref.mutable_referral()->set_referral_id("short");
  EXPECT_EQ(ErrorField(FromWire(ref, "delivery").status()), "delivery.referral.referral_id");
  v1::Address address;
  address.set_agency("haven");
  EXPECT_EQ(ErrorField(FromWire(address, "recipient").status()), "recipient.unit");
}

TEST(KeysTest, TextRoundTrips) {
  const StatementKey key = Sample().referral;
  EXPECT_EQ(ToString(key), "police-a/30313233343536373839616263646566/3");
  EXPECT_EQ(ParseStatementKey(ToString(key)).value(), key);
  for (const char* const bad :
       {"", "police-a", "police-a/30313233343536373839616263646566", "police-a/3031/3",
        "police-a/30313233343536373839616263646566/0",
        "police-a/30313233343536373839616263646566/3x", "Police/30313233343536373839616263646566/3",
        "police-a/30313233343536373839616263646566/99999999999"}) {
    EXPECT_FALSE(ParseStatementKey(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace amana::sdk
