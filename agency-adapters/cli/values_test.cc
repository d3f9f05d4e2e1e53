#include "agency-adapters/cli/values.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace amana::cli {
namespace {

constexpr char kHex[] = "00112233445566778899aabbccddeeff";

TEST(CodeOption, AnUnknownCodeIsAnsweredWithTheList) {
  EXPECT_EQ(*CodeOption<v1::Urgency>("--urgency", "URGENT"), v1::URGENCY_URGENT);
  for (const char* wrong : {"", "urgent", "UNSPECIFIED", "URGENCY_URGENT"}) {
    const absl::Status error = CodeOption<v1::Urgency>("--urgency", wrong).status();
    EXPECT_EQ(ErrorReason(error), "USAGE_INVALID") << wrong;
    EXPECT_EQ(std::string(error.message()),
              "--urgency: expected one of IMMEDIATE, EMERGENCY, URGENT, NORMAL");
  }
  EXPECT_FALSE(CodeOptions<v1::Purpose>("--purpose", {"PROTECTION", "SPORT"}).ok());
}

TEST(DurationOption, DaysAndAbseilsForm) {
  EXPECT_EQ(*DurationOption("--for", "30d"), absl::Hours(720));
  EXPECT_EQ(*DurationOption("--for", "1h30m"), absl::Minutes(90));
  for (const char* wrong : {"", "d", "0d", "-1d", "30", "0s", "-5m", "soon", "99999999999d"}) {
    EXPECT_FALSE(DurationOption("--for", wrong).ok()) << wrong;
  }
}

TEST(TimeOption, DatesAndTimes) {
  const absl::Time day = absl::FromCivil(absl::CivilDay(2031, 2, 2), absl::UTCTimeZone());
  EXPECT_EQ(*TimeOption("--at", "2031-02-02"), day);
  EXPECT_EQ(*TimeOption("--at", "2031-02-02T03:00:00+03:00"), day);
  for (const char* wrong : {"", "02/02/2031", "2031-2-2", "2031-02-30", "tomorrow"}) {
    EXPECT_FALSE(TimeOption("--at", wrong).ok()) << wrong;
  }
}

TEST(MonthOption, CountsFrom1970) {
  EXPECT_EQ(*MonthOption("--month", "1970-01"), 0u);
  EXPECT_EQ(*MonthOption("--month", "2031-02"), 733u);
  for (const char* wrong : {"", "2031", "2031-13", "2031-00", "1969-12", "2031/02"}) {
    EXPECT_FALSE(MonthOption("--month", wrong).ok()) << wrong;
  }
}

TEST(ReferralOption, AKeyOrTheIdOfAnOwnOne) {
  const AgencyId own = *AgencyId::Create("police-a");
  const StatementKey key = *ReferralOption("referral", kHex, own);
  EXPECT_EQ(sdk::ToString(key), std::string("police-a/") + kHex + "/1");
  EXPECT_EQ(*ReferralOption("referral", std::string("iom/") + kHex + "/3", own),
            (StatementKey{*AgencyId::Create("iom"), key.referral, 3}));
  for (const char* wrong : {"", "00", "police-a/00/1", "a/b/c/d"}) {
    EXPECT_FALSE(ReferralOption("referral", wrong, own).ok()) << wrong;
  }
}

TEST(DeliveryOption, ReadsWhatDeliveryNameWrites) {
  const StatementKey referral = *ReferralOption("referral", kHex, *AgencyId::Create("police-a"));
  const sdk::DeliveryKey key{referral, 2, 3, v1::DISCLOSURE_STAGE_AT_ACCEPT};
  const std::string name = DeliveryName(key);
  EXPECT_EQ(name, std::string("police-a/") + kHex + "/1:2:3:AT_ACCEPT");
  EXPECT_EQ(*DeliveryOption("delivery", name), key);
  sdk::DeliveryKey update = key;
  update.update = 4;
  EXPECT_EQ(DeliveryName(update), name + ":4");
  EXPECT_EQ(*DeliveryOption("delivery", name + ":4"), update);
  for (const std::string& wrong :
       {std::string(), name + ":0", name + ":4:1", name.substr(0, name.size() - 1),
        std::string("a:1:1:AT_OFFER")}) {
    EXPECT_FALSE(DeliveryOption("delivery", wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace amana::cli
