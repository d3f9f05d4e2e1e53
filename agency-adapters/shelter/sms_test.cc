#include "agency-adapters/shelter/sms.h"

#include <set>

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "tests/support/primero_server.h"

namespace amana::shelter {
namespace {

TEST(SmsTest, SaysWhatTheExampleSaysAndNothingElse) {
  const absl::Time reply_by =
      absl::FromCivil(absl::CivilMinute(2031, 2, 2, 8, 15), absl::UTCTimeZone());
  EXPECT_EQ(SmsText("7Q2M", reply_by),
            "New item 7Q2M waiting. Reply by 11:15. Open your inbox. No details by SMS.");
}

TEST(SmsTest, TagsAreShortAndTheSameAgain) {
  std::set<std::string> tags;
  for (int i = 0; i < 100; ++i) {
    const std::string tag = SmsTag("police-a/" + std::to_string(i));
    EXPECT_EQ(tag.size(), 4u);
    EXPECT_EQ(tag, SmsTag("police-a/" + std::to_string(i)));
    tags.insert(tag);
  }
  EXPECT_GT(tags.size(), 95u);
}

TEST(SmsTest, OneCallWithNumberAndTextAlone) {
  const auto server = tests::PrimeroServer::Start();
  AMANA_ASSERT_OK(server);
  auto hook = SmsHook::Create({(*server)->sms_url(), "", "+254700000000", "token"});
  AMANA_ASSERT_OK(hook);
  AMANA_ASSERT_OK((*hook)->Send("7Q2M", "text"));
  AMANA_ASSERT_OK((*hook)->Send("7Q2M", "text"));
  const nlohmann::json expected = {{"to", "+254700000000"}, {"text", "text"}};
  EXPECT_THAT((*server)->Sms(), testing::ElementsAre(expected));
  (*server)->Fail(1, 503);
  EXPECT_EQ(ErrorReason((*hook)->Send("AAAA", "text")), "SMS_REFUSED");
}

}  // namespace
}  // namespace amana::shelter
