// Groups and families, the ways onward, and what is not sent, on the command line.
#include <filesystem>

#include "agency-adapters/cli/commands_for_test.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kGroup(32, '2');

class GroupCommandsTest : public CommandsTest {
 protected:
  GroupCommandsTest() {
    answers_["/amana.v1.ReferralService/Submit"] = [this](const std::string& bytes) {
      v1::SubmitRequest request;
      EXPECT_TRUE(request.ParseFromString(bytes));
      EXPECT_TRUE(header_.ParseFromString(request.submission().header().payload()));
      return MakeError(absl::StatusCode::kFailedPrecondition, "FAMILY_PARTED",
                       "services[0].recipient", "SYNTHETIC");
    };
  }
  Ran New(const std::vector<std::string>& more) {
    std::vector<std::string> command = NewReferral(Grant()["consent_id"]);
    command.insert(command.end(), more.begin(), more.end());
    return Run(command);
  }
  static v1::ReferralSummary Summary(char id) {
    v1::ReferralSummary summary;
    summary.mutable_referral()->set_sender_agency("police");
    summary.mutable_referral()->set_referral_id(std::string(16, id));
    summary.mutable_referral()->set_version(1);
    summary.set_state(v1::REFERRAL_STATE_OPEN);
    summary.set_urgency(v1::URGENCY_URGENT);
    summary.set_group_id(std::string(16, '\x22'));
    return summary;
  }
  // Two of the group, the newest first, page by page.
  void AnswerGroup() {
    answers_["/amana.v1.ReferralService/ListReferrals"] = [this](const std::string& bytes) {
      v1::ListReferralsRequest request;
      EXPECT_TRUE(request.ParseFromString(bytes));
      asked_ = request.group_id();
      v1::ListReferralsResponse page;
      *page.add_referrals() = Summary(request.page_token().empty() ? '\xb2' : '\xa1');
      if (request.page_token().empty()) page.set_next_page_token("more");
      return absl::StatusOr<std::string>(page.SerializeAsString());
    };
  }

  v1::ReferralHeader header_;
  std::string asked_;
};

TEST_F(GroupCommandsTest, AFamilyIsToldOfInTheHeader) {
  answers_["/amana.v1.ConsentService/RegisterConsent"] = [](const std::string&) {
    return MakeError(absl::StatusCode::kInvalidArgument, "CONSENT_FIELD_INVALID", "language", "");
  };
  Run({"referral", "send"});
  const Ran ran =
      New({"--group", kGroup, "--family", std::string(32, '3'), "--family-size", "3",
           "--family-ages", "MINOR,ADULT", "--family-sexes", "MALE,FEMALE,MALE", "--send"});
  EXPECT_EQ(ran.code, kExitRefused) << ran.err;
  EXPECT_THAT(ran.out + ran.err, HasSubstr("FAMILY_PARTED (services[0].recipient)"));
  EXPECT_THAT(ran.out + ran.err, HasSubstr("--by-person"));
  EXPECT_EQ(header_.group_id(), std::string(16, '\x22'));
  EXPECT_EQ(header_.family_id(), std::string(16, '\x33'));
  EXPECT_EQ(header_.family().members(), 3u);
  EXPECT_THAT(header_.family().age_classes(),
              ElementsAre(v1::SUBJECT_CLASS_ADULT, v1::SUBJECT_CLASS_MINOR));
  EXPECT_THAT(header_.family().sexes(),
              ElementsAre(v1::SEX_CONSTRAINT_FEMALE, v1::SEX_CONSTRAINT_MALE));
}

TEST_F(GroupCommandsTest, APersonSignsOnlyWithAPersonsKey) {
  EXPECT_EQ(New({"--by-person"}).code, kExitDone);
  const auto keys = std::filesystem::path(world_.agency_config("police")).parent_path() / "keys";
  for (const char* file : {"person.key", "person.pem"}) ASSERT_TRUE(remove(keys / file)) << file;
  const Ran ran = New({"--by-person"});
  EXPECT_EQ(ran.code, kExitRefused);
  EXPECT_THAT(ran.err, HasSubstr("PERSON_KEY_MISSING"));
}

TEST_F(GroupCommandsTest, ToImmigrationTheHeaderOnly) {
  const auto consent = Json({"consent", "grant", "--service", "ACCOMMODATION", "--category",
                             "IDENTITY", "--recipient-kind", "IMMIGRATION", "--method", "WRITTEN",
                             "--language", "swa", "--evidence", File("form.pdf"), "--hold"});
  std::vector<std::string> command = NewReferral(consent["consent_id"]);
  command.insert(command.end(), {"--certificate-kind", "IMMIGRATION"});
  const Ran ran = Run(command);
  EXPECT_EQ(ran.code, kExitDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("haven/intake gets the header and no section"));
  EXPECT_EQ(Json(command)["header_only"], (nlohmann::json{"haven/intake"}));
}

TEST_F(GroupCommandsTest, AnEmbassyIsNotToldOfAnybodyUnknown) {
  const Ran ran = New({"--embassy", "CONSENTED"});
  EXPECT_EQ(ran.code, kExitRefused);
  EXPECT_THAT(ran.err, HasSubstr("EMBASSY_PROHIBITED (assertions.embassy_contact)"));
}

TEST_F(GroupCommandsTest, AGroupIsListedAndToldTogether) {
  AnswerGroup();
  const nlohmann::json listed = Json({"referral", "list", "--group", kGroup});
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0]["group"], kGroup);
  EXPECT_EQ(asked_, std::string(16, '\x22'));
  EXPECT_EQ(Run({"referral", "list", "--group", kGroup, "--outbox"}).code, kExitUsage);

  answers_["/amana.v1.CoordinationService/GetTimeline"] = [](const std::string& bytes) {
    v1::GetTimelineRequest request;
    EXPECT_TRUE(request.ParseFromString(bytes));
    v1::GetTimelineResponse response;
    *response.mutable_summary() = Summary(request.referral().referral_id()[0]);
    return absl::StatusOr<std::string>(response.SerializeAsString());
  };
  answers_["/amana.v1.AuditService/ListEvents"] = [](const std::string&) {
    return absl::StatusOr<std::string>("");
  };
  const Ran told = Run({"referral", "timeline", "--group", kGroup});
  EXPECT_EQ(told.code, kExitDone) << told.err;
  const size_t first = told.out.find("a1a1"), second = told.out.find("b2b2");
  EXPECT_NE(second, std::string::npos);
  EXPECT_LT(first, second) << "in the order in which they came";
  EXPECT_EQ(Json({"referral", "timeline", "--group", kGroup}).size(), 2u);
  EXPECT_EQ(Run({"referral", "timeline"}).code, kExitUsage);
  EXPECT_EQ(Run({"referral", "timeline", std::string(32, '1'), "--group", kGroup}).code,
            kExitUsage);
}

}  // namespace
}  // namespace amana::cli
