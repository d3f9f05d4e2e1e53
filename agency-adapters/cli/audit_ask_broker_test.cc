// `amana audit ask | open-case` against the real broker: what an auditor finds, by which names, and
// whom two of them may see.
#include <gmock/gmock.h>

#include <set>

#include "agency-adapters/cli/broker_for_test.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class AuditAskTest : public AmanaBrokerTest {
 protected:
  Json Ask(std::vector<std::string> more, const std::string& who = "auditor") {
    more.insert(more.begin(), {"audit", "ask", "--purpose", "COMPLAINT"});
    return Run(who, std::move(more));
  }
};

TEST_F(AuditAskTest, AnAuditorAsksByPseudonymsAndAnAgencyByIds) {
  Send(Grant());
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  const Json sent = Ask({"--kind", "SUBMISSION_ACCEPTED"});
  ASSERT_EQ(sent["events"].size(), 1u) << sent;
  EXPECT_EQ(sent["complete"], true);
  const Json names = sent["events"][0]["pseudonyms"];
  EXPECT_THAT(sent.dump(), Not(HasSubstr("police")));
  const Json of_case = Ask({"--referral", names["referral"]});
  EXPECT_GT(of_case["events"].size(), 4u);
  EXPECT_EQ(Ask({"--referral", names["referral"], "--event",
                 std::to_string(sent["events"][0]["index"].get<uint64_t>())})["events"],
            of_case["events"]);
  const Json by_agency = Ask({"--agency", names["sender"], "--kind", "DELIVERY_LEASED"});
  EXPECT_EQ(by_agency["events"].size(), 1u);
  EXPECT_EQ(by_agency["events"][0]["pseudonyms"]["sender"], names["sender"]);
  // The same for another auditor of the agency.
  EXPECT_EQ(Ask({"--kind", "SUBMISSION_ACCEPTED"}, "auditor-2")["events"][0]["pseudonyms"], names);

  EXPECT_EQ(Run("auditor", {"audit", "ask"}, kExitUsage)["error"], "USAGE_INVALID");
  EXPECT_EQ(Run("auditor", {"audit", "ask", "--purpose", "PERIODIC", "--agency", "police"},
                kExitUsage)["error"],
            "USAGE_INVALID");
  EXPECT_EQ(Run("police", {"audit", "ask", "--purpose", "PERIODIC"}, kExitUsage)["error"],
            "USAGE_INVALID");

  const Json own = Run("police", {"audit", "ask", "--counterpart", "haven", "--limit", "2"});
  ASSERT_EQ(own["events"].size(), 2u) << own;
  EXPECT_EQ(own["complete"], false);
  EXPECT_THAT(own.dump(), HasSubstr("haven/intake"));
  const Json next = Run("police", {"audit", "ask", "--counterpart", "haven", "--start",
                                   std::to_string(own["next"].get<uint64_t>())});
  EXPECT_GT(next["events"][0]["index"], own["events"][1]["index"]);
  EXPECT_TRUE(Run("police", {"audit", "ask", "--late"})["events"].empty());
  // What was asked, and why, is in the log.
  EXPECT_GE(Ask({"--kind", "AUDIT_READ"})["events"].size(), 5u);
}

TEST_F(AuditAskTest, AnAuditorHasMonthsThatAreOverCounted) {
  Send(Grant());
  const Json before = Ask({"--kind", "AUDIT_READ"});
  const Json table = Ask({"--count", "submissions", "--month", "2020-02"});
  EXPECT_EQ(table["complete"], true) << table;
  ASSERT_EQ(table["rows"].size(), 1u) << table;
  EXPECT_EQ(table["rows"][0], (Json{{"day", "all"}, {"agency", "all"}, {"count", 0}}));
  EXPECT_GE(Ask({"--kind", "AUDIT_READ"})["events"].size(), before["events"].size() + 2);
  const auto refused = [&](const std::string& who, std::vector<std::string> more, int code) {
    more.insert(more.begin(), {"audit", "ask"});
    return Run(who, std::move(more), code)["error"];
  };
  const std::string month = absl::FormatTime("%Y-%m", clock_.Now(), absl::UTCTimeZone());
  EXPECT_EQ(refused("auditor", {"--purpose", "STATISTICS", "--count", "refusals", "--month", month},
                    kExitRefused),
            "FIELD_INVALID");
  EXPECT_EQ(
      refused("police", {"--purpose", "STATISTICS", "--count", "refusals", "--month", "2020-02"},
              kExitRefused),
      "ROLE_NOT_PERMITTED");
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"--purpose", "STATISTICS", "--count", "refusals"},
        {"--purpose", "STATISTICS", "--count", "all", "--month", "2020-02"},
        {"--purpose", "STATISTICS", "--count", "refusals", "--month", "2020-02-01"},
        {"--count", "refusals", "--month", "2020-02"},
        {"--purpose", "STATISTICS", "--count", "refusals", "--month", "2020-02", "--late"}}) {
    refused("auditor", wrong, kExitUsage);
  }
}

TEST_F(AuditAskTest, TwoPersonsOpenACaseAndSeeItsPartiesAndNothingElse) {
  const std::string consent = Grant();
  const std::string referral = Send(consent);
  Send(consent);
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 2);
  Write("order.txt", "SYNTHETIC order");
  const Json sent = Ask({"--kind", "SUBMISSION_ACCEPTED"});
  ASSERT_EQ(sent["events"].size(), 2u);
  const std::string name = sent["events"][0]["pseudonyms"]["referral"];
  const Json proposed =
      Run("auditor", {"audit", "open-case", "--referral", name, "--event",
                      std::to_string(sent["events"][0]["index"].get<uint64_t>()), "--purpose",
                      "COURT_ORDER", "--order", File("order.txt"), "--out", File("opening")});
  EXPECT_EQ(proposed["purpose"], "COURT_ORDER");
  EXPECT_EQ(Run("auditor-2", {"audit", "open-case", File("opening"), "--look"})["order_sha256"],
            proposed["order_sha256"]);
  EXPECT_THAT(Ask({"--referral", name}).dump(), Not(HasSubstr("police"))) << "one has signed";
  const Json opened = Run("auditor-2", {"audit", "open-case", File("opening")});
  EXPECT_THAT(opened["referral"].get<std::string>(), HasSubstr("police/"));
  EXPECT_EQ(Run("auditor-2", {"audit", "open-case", File("opening")})["opened_by"],
            opened["opened_by"]);

  const Json shown = Ask({"--referral", name});
  std::set<std::string> recipients;
  for (const Json& event : shown["events"]) {
    EXPECT_EQ(event["referral"], opened["referral"]) << event;
    if (event.contains("recipient")) recipients.insert(event["recipient"]);
  }
  EXPECT_TRUE(recipients.contains("haven/intake"));
  EXPECT_THAT(shown.dump(), Not(HasSubstr("TESTCASE")));
  const Json other = Ask({"--referral", sent["events"][1]["pseudonyms"]["referral"]});
  EXPECT_FALSE(other["events"].empty());
  EXPECT_THAT(other.dump(), Not(HasSubstr("police")));
  EXPECT_THAT(other.dump(), Not(HasSubstr("haven")));
  // Its sender sees that it was opened.
  EXPECT_THAT(Run("police", {"audit", "ask", "--kind", "CASE_OPENED"}).dump(),
              HasSubstr("oversight"));
}

// One person cannot sign twice.
TEST_F(AuditAskTest, OnePersonOpensNothing) {
  Send(Grant());
  Write("order.txt", "SYNTHETIC order");
  const Json sent = Ask({"--kind", "SUBMISSION_ACCEPTED"});
  const std::vector<std::string> first = {
      "audit",      "open-case",
      "--referral", sent["events"][0]["pseudonyms"]["referral"],
      "--event",    std::to_string(sent["events"][0]["index"].get<uint64_t>()),
      "--purpose",  "BREACH",
      "--order",    File("order.txt"),
      "--out",      File("opening")};
  Run("auditor", first);
  EXPECT_EQ(Run("auditor", {"audit", "open-case", File("opening")}, kExitRefused)["error"],
            "SIGNERS_NOT_TWO");
  EXPECT_EQ(Run("auditor-2", {"audit", "open-case", File("opening")})["purpose"], "BREACH");
  EXPECT_EQ(Run("auditor", {"audit", "open-case", "--purpose", "BREACH"}, kExitUsage)["error"],
            "USAGE_INVALID");
}

}  // namespace
}  // namespace amana::cli
