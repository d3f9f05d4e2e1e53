// The commands of people and scripts, but import.
#include <algorithm>

#include "agency-adapters/cli/commands_for_test.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(CommandsTest, AConsentAndAReferralWithoutALink) {
  const nlohmann::json consent = Grant();
  EXPECT_EQ(consent["outbox"]["state"], "PENDING");
  const nlohmann::json shown =
      Json({"consent", "show", consent["consent_id"].get<std::string>(), "--offline"});
  EXPECT_EQ(shown["digest"], consent["digest"]);
  EXPECT_EQ(shown["state"], "QUEUED_HERE");
  EXPECT_EQ(shown["purposes"], (nlohmann::json{"PROTECTION"}));
  EXPECT_EQ(shown["recipients"], (nlohmann::json{"haven/intake"}));
  EXPECT_EQ(shown["valid_until"], "2031-05-03T00:00:00Z");

  const nlohmann::json referral = Json(NewReferral(consent["consent_id"]));
  EXPECT_EQ(referral["sealed_to"], (nlohmann::json{"haven/intake"}));
  EXPECT_THAT(referral["referral"].get<std::string>(), StartsWith("police/"));

  const nlohmann::json listed = Json({"referral", "list", "--outbox", "--state", "PENDING"});
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0]["kind"], "submission");
  EXPECT_EQ(listed[0]["referral"], referral["referral"]);
  EXPECT_EQ(listed[1]["kind"], "consent");

  // The broker is away: nothing is lost, and the script is told.
  const nlohmann::json sent = Json({"referral", "send"}, kExitUnreachable);
  EXPECT_EQ(sent["waiting"], 2);
  EXPECT_EQ(sent["first_waiting"]["reason"], "BROKER_UNREACHABLE");
}

TEST_F(CommandsTest, WhoIsExcludedIsAnAgencyAUnitOrThePersonsUnit) {
  const auto exclude = [](const std::string& from) {
    return std::vector<std::string>{"consent", "exclude", "--subject", std::string(32, 'c'),
                                    "--from",  from,      "--hold"};
  };
  const std::pair<const char*, const char*> cases[] = {{"haven", "haven"},
                                                       {"haven/intake", "haven/intake"},
                                                       {"haven/intake/worker-1", "haven/intake"}};
  for (const auto& [from, excluded] : cases) {
    EXPECT_EQ(Json(exclude(from))["excluded"], excluded);
  }
  EXPECT_THAT(Run(exclude("haven/intake/worker-1")).out, HasSubstr("all of the unit"));
  for (const char* wrong :
       {"", "Haven", "haven/", "haven/intake/", "haven/intake/a/b", "/intake"}) {
    const Ran ran = Run(exclude(wrong));
    EXPECT_EQ(ran.code, kExitUsage) << wrong;
    EXPECT_THAT(ran.err, HasSubstr("--from")) << wrong;
  }
}

TEST_F(CommandsTest, AWholeConsentNameNeedsNoLookUp) {
  std::vector<std::string> command =
      NewReferral(std::string(32, 'a') + "/2/" + std::string(64, 'b'));
  command.insert(command.end(), {"--subject", std::string(32, 'c')});
  const Ran refused = Run(command);  // it may be an immigration authority
  EXPECT_EQ(refused.code, kExitRefused);
  EXPECT_THAT(refused.err, HasSubstr("RECIPIENT_KIND_UNKNOWN (recipients[0])"));
  std::vector<std::string> shelter = command;
  shelter.insert(shelter.end(), {"--certificate-kind", "SHELTER"});
  EXPECT_EQ(Run(shelter).code, kExitDone);
  // Without the pseudonym the broker has to be asked.
  command.resize(command.size() - 2);
  EXPECT_EQ(Run(command).code, kExitUnreachable);
}

TEST_F(CommandsTest, ARefusalNamesReasonFieldAndExitCode) {
  const nlohmann::json consent = Grant();
  answers_["/amana.v1.ConsentService/RegisterConsent"] = [](const std::string&) {
    return MakeError(absl::StatusCode::kInvalidArgument, "CONSENT_FIELD_INVALID", "language",
                     "must be an ISO 639-3 code");
  };
  const nlohmann::json sent = Json({"referral", "send"}, kExitRefused);
  ASSERT_EQ(sent["refused"].size(), 1u);
  EXPECT_EQ(sent["refused"][0]["reason"], "CONSENT_FIELD_INVALID");
  EXPECT_EQ(sent["refused"][0]["field"], "language");
}

TEST_F(CommandsTest, WrongValuesAreNamedBeforeAnythingIsSigned) {
  const std::string consent = Grant()["consent"];
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"--service", "SHOES"}, "--service"},
      {{"--urgency", "SOON"}, "--urgency"},
      {{"--to", "haven"}, "--to"},
      {{"--expires", "soon"}, "--expires"},
      {{"--subject-class", "CHILD"}, "--subject-class"},
      {{"--subject-class", "MINOR"}, "--majority-month"},
      {{"--subject", std::string(32, '0')}, "--subject"},
      {{"--version-number", "2"}, "--id"},
      {{"--parent", std::string(32, '0')}, "--parent"},
      {{"--group", "all"}, "--group"},
      {{"--family", std::string(32, '1')}, "--group"},
      {{"--family-size", "3"}, "--family"},
      {{"--family-sexes", "FEMALE"}, "--family"},
      {{"--group", std::string(32, '2'), "--family", "us"}, "--family"},
      {{"--group", std::string(32, '2'), "--family", std::string(32, '1'), "--family-ages",
        "ADULT"},
       "--family-size"},
      {{"--group", std::string(32, '2'), "--family", std::string(32, '1'), "--family-size", "2",
        "--family-sexes", "ANY"},
       "--family-sexes"},
      {{"--certificate-kind", "HOME"}, "--certificate-kind"},
  };
  for (const auto& [change, field] : cases) {
    std::vector<std::string> command = NewReferral(consent);
    const auto at = std::find(command.begin(), command.end(), change[0]);
    if (at != command.end()) command.erase(at, at + 2);
    command.insert(command.end(), change.begin(), change.end());
    command.emplace_back("--json");
    const Ran ran = Run(command);
    EXPECT_EQ(ran.code, kExitUsage) << field << ran.err;
    EXPECT_EQ(nlohmann::json::parse(ran.err)["field"], field) << ran.err;
  }
  EXPECT_EQ(Json({"referral", "list", "--outbox"}).size(), 1u);
}

TEST_F(CommandsTest, WhatTheServiceNeedsIsAskedFor) {
  Write("case.json", R"({"IDENTITY_MIN":{"alias":"SECRET"}})");
  const std::string consent = Grant()["consent"];
  std::vector<std::string> command = NewReferral(consent);
  const Ran refused = Run(command);
  EXPECT_EQ(refused.code, kExitRefused);
  EXPECT_THAT(refused.err, HasSubstr("REQUIRED_CATEGORY_MISSING (DEMOGRAPHIC)"));
  command.emplace_back("--incomplete");
  EXPECT_EQ(Run(command).code, kExitDone);
}

TEST_F(CommandsTest, ACertificateOfNobodyPinnedIsNotSealedTo) {
  const auto foreign = tests::MakeForeignCert(
      tests::TestSpiffe("haven", crypto::Role::kSystem, "intake"), crypto::CertUsage::kSealing);
  Write("shelter.pem", foreign.certificate.pem());
  const Ran ran = Run(NewReferral(Grant()["consent"]));
  EXPECT_EQ(ran.code, kExitUnverified);
  EXPECT_THAT(ran.err, HasSubstr("CERTIFICATE_UNPINNED"));
}

TEST_F(CommandsTest, StatusAndListShowWhatTheBrokerSays) {
  v1::GetReferralResponse response;
  v1::ReferralSummary* summary = response.mutable_summary();
  summary->mutable_referral()->set_sender_agency("police");
  summary->mutable_referral()->set_referral_id(std::string(16, '\x11'));
  summary->mutable_referral()->set_version(1);
  summary->set_state(v1::REFERRAL_STATE_ATTENTION);
  summary->set_urgency(v1::URGENCY_URGENT);
  v1::TaskStatus* task = response.add_tasks();
  task->set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  task->set_state(v1::TASK_STATE_BLOCKED_CONSENT);
  task->set_reason(v1::REASON_CONSENT_MISSING);
  task->add_withheld(v1::CATEGORY_RISK);
  answers_["/amana.v1.ReferralService/GetReferral"] = [&](const std::string&) {
    return absl::StatusOr<std::string>(response.SerializeAsString());
  };
  const nlohmann::json status = Json({"referral", "status", ToHex(std::string(16, '\x11'))});
  EXPECT_EQ(status["state"], "ATTENTION");
  EXPECT_EQ(status["tasks"][0]["reason"], "CONSENT_MISSING");
  EXPECT_EQ(status["tasks"][0]["withheld"], (nlohmann::json{"RISK"}));

  int pages = 0;
  answers_["/amana.v1.ReferralService/ListReferrals"] = [&](const std::string&) {
    v1::ListReferralsResponse page;
    *page.add_referrals() = *summary;
    if (++pages == 1) page.set_next_page_token("more");
    return absl::StatusOr<std::string>(page.SerializeAsString());
  };
  EXPECT_EQ(Json({"referral", "list", "--state", "ATTENTION"}).size(), 2u);
  EXPECT_EQ(pages, 2);
}

TEST_F(CommandsTest, AnEmptyInboxAndAnswersToNothing) {
  const Ran list = Run({"inbox", "show", "--json"}, "intake");
  EXPECT_EQ(list.code, kExitDone) << list.err;
  EXPECT_EQ(list.json(), nlohmann::json::array());
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"inbox", "show", "7"},
        {"inbox", "seen", "7"},
        {"inbox", "accept", "7"},
        {"inbox", "reject", "7", "--reason", "NO_CAPACITY"}}) {
    const Ran ran = Run(command, "intake");
    EXPECT_EQ(ran.code, kExitRefused) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("ENTRY_UNKNOWN"));
  }
  const Ran coded = Run({"inbox", "reject", "7", "--reason", "SENT_IN_ERROR"}, "intake");
  EXPECT_EQ(coded.code, kExitUsage);
  EXPECT_THAT(coded.err, HasSubstr("NO_CAPACITY"));
  EXPECT_EQ(Run({"inbox", "watch", "--once"}, "intake").code, kExitUnreachable);
}

TEST_F(CommandsTest, ListsWithNothingSaySo) {
  answers_["/amana.v1.ReferralService/ListReferrals"] = [](const std::string&) {
    return absl::StatusOr<std::string>(v1::ListReferralsResponse().SerializeAsString());
  };
  answers_["/amana.v1.AdminService/ListDeadLetters"] = [](const std::string&) {
    return absl::StatusOr<std::string>(v1::ListDeadLettersResponse().SerializeAsString());
  };
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"inbox", "show"}, "the inbox is empty: `amana inbox watch` receives\n"},
      {{"inbox", "show", "--state", "SEEN"}, "no items in this state\n"},
      {{"referral", "list"}, "no referrals\n"},
      {{"referral", "list", "--state", "OPEN"}, "no referrals in this state\n"},
      {{"referral", "list", "--tasks"}, "no referrals\n"},
      {{"referral", "list", "--outbox"}, "nothing in the outbox\n"},
      {{"referral", "list", "--outbox", "--state", "REFUSED"},
       "nothing in the outbox in this state\n"},
      {{"admin", "dead-letters"}, "no dead letters\n"}};
  for (const auto& [command, text] : cases) {
    EXPECT_EQ(Run(command).out, text) << testing::PrintToString(command);
    EXPECT_EQ(Json(command), nlohmann::json::array()) << testing::PrintToString(command);
  }
}

TEST_F(CommandsTest, DeadLettersAreNamedAsRedriveTakesThem) {
  answers_["/amana.v1.AdminService/ListDeadLetters"] = [](const std::string&) {
    v1::ListDeadLettersResponse page;
    v1::DeadLetter* letter = page.add_dead_letters();
    v1::DeliveryRef* delivery = letter->mutable_delivery();
    delivery->mutable_referral()->set_sender_agency("police");
    delivery->mutable_referral()->set_referral_id(std::string(16, '\x11'));
    delivery->mutable_referral()->set_version(1);
    delivery->set_offer_epoch(1);
    delivery->set_stage(v1::DISCLOSURE_STAGE_AT_OFFER);
    letter->mutable_recipient()->set_agency("haven");
    letter->mutable_recipient()->set_unit("intake");
    letter->set_error(v1::REASON_NATIVE_SCHEMA);
    letter->set_attempts(3);
    return absl::StatusOr<std::string>(page.SerializeAsString());
  };
  const Ran ran = Run({"admin", "dead-letters", "--json"}, "operator");
  ASSERT_EQ(ran.code, kExitDone) << ran.err;
  EXPECT_EQ(ran.json()[0]["delivery"],
            "police/" + ToHex(std::string(16, '\x11')) + "/1:0:1:AT_OFFER");
  EXPECT_EQ(Run({"admin", "redrive", "nonsense", "--reason", "NATIVE_SCHEMA"}, "operator").code,
            kExitUsage);
}

}  // namespace
}  // namespace amana::cli
