#include "broker/referral/reason_rule.h"

#include "broker/referral/actor.h"
#include "gtest/gtest.h"

namespace amana::referral {
namespace {

TEST(ReasonRuleTest, KindsDoNotStandInForEachOther) {
  struct Case {
    ReasonNeeded needed;
    v1::Reason meets;
    v1::Reason fails;
  };
  const Case cases[] = {
      {ReasonNeeded::kAny, v1::REASON_SUPERSEDED, v1::REASON_UNSPECIFIED},
      {ReasonNeeded::kBlockCode, v1::REASON_CONSENT_MISSING, v1::REASON_OVERRIDE_VITAL},
      {ReasonNeeded::kBlockCode, v1::REASON_RECIPIENT_EXCLUDED, v1::REASON_OVERRIDE_LEGAL},
      {ReasonNeeded::kCancelCode, v1::REASON_SENT_IN_ERROR, v1::REASON_NO_CAPACITY},
      {ReasonNeeded::kDeclineCode, v1::REASON_NO_CAPACITY, v1::REASON_SENT_IN_ERROR},
      {ReasonNeeded::kOutcomeCode, v1::REASON_PROVIDED, v1::REASON_NO_CAPACITY},
      {ReasonNeeded::kFailCode, v1::REASON_UNMET, v1::REASON_PROVIDED},
      {ReasonNeeded::kNativeClass, v1::REASON_OPEN_FAILED, v1::REASON_EXPIRED},
      {ReasonNeeded::kOptional, v1::REASON_UNSPECIFIED, static_cast<v1::Reason>(99)},
      {ReasonNeeded::kOptional, v1::REASON_OTHER, static_cast<v1::Reason>(18)},
      {ReasonNeeded::kLegalBasis, v1::REASON_UNSPECIFIED, static_cast<v1::Reason>(-1)},
      {ReasonNeeded::kExitCode, v1::REASON_UNSPECIFIED, static_cast<v1::Reason>(99)},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(Meets({c.needed}, c.meets)) << Describe({c.needed});
    EXPECT_FALSE(Meets({c.needed}, c.fails)) << Describe({c.needed});
  }
}

TEST(ReasonRuleTest, ExactlyTakesItsCodesAndNeverNone) {
  const ReasonRule one{ReasonNeeded::kExactly, v1::REASON_EXPIRED};
  EXPECT_TRUE(Meets(one, v1::REASON_EXPIRED));
  EXPECT_FALSE(Meets(one, v1::REASON_CONSENT_EXPIRED));
  EXPECT_FALSE(Meets(one, v1::REASON_UNSPECIFIED));
  EXPECT_EQ(Describe(one), "EXPIRED");
  const ReasonRule two{ReasonNeeded::kExactly, v1::REASON_CONSENT_WITHDRAWN,
                       v1::REASON_CONSENT_EXPIRED};
  EXPECT_TRUE(Meets(two, v1::REASON_CONSENT_WITHDRAWN));
  EXPECT_TRUE(Meets(two, v1::REASON_CONSENT_EXPIRED));
  EXPECT_FALSE(Meets(two, v1::REASON_UNSPECIFIED));
  EXPECT_EQ(Describe(two), "CONSENT_WITHDRAWN or CONSENT_EXPIRED");
}

TEST(ActorSetTest, HoldsWhatItWasMadeOf) {
  constexpr ActorSet set{Actor::kSender, Actor::kConsentHolder};
  for (int i = 0; i < kActorCount; ++i) {
    const Actor actor = static_cast<Actor>(i);
    EXPECT_EQ(set.Has(actor), actor == Actor::kSender || actor == Actor::kConsentHolder);
    EXPECT_NE(ActorName(actor), "UNKNOWN");
  }
}

}  // namespace
}  // namespace amana::referral
