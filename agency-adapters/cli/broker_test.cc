// `amana` against the real broker: one referral from consent to acceptance and proof, as people and
// scripts would do it.
#include <gmock/gmock.h>

#include "agency-adapters/cli/broker_for_test.h"

namespace amana::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

TEST_F(AmanaBrokerTest, FromConsentToAcceptanceAndProof) {
  const std::string consent = Grant();
  EXPECT_EQ(Run("police", {"consent", "show", consent})["state"], "REGISTERED");
  const std::string referral = Send(consent);

  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  const Json offered = Run("intake", {"inbox", "show", "1"});
  EXPECT_EQ(offered["stage"], "AT_OFFER");
  EXPECT_EQ(offered["sections"].size(), 3u);
  EXPECT_THAT(offered.dump(), Not(HasSubstr("full_names")));
  // Nothing is signed that the broker would refuse.
  EXPECT_EQ(Run("intake", {"inbox", "accept", "1"}, kExitRefused)["error"], "NOT_SEEN");
  EXPECT_EQ(Run("intake", {"inbox", "show"})[0]["state"], "RECEIVED");
  EXPECT_EQ(Run("intake", {"inbox", "seen", "1"})["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("intake", {"inbox", "accept", "1"})["outbox"]["state"], "ACCEPTED");

  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  const Json released = Run("intake", {"inbox", "show", "2"});
  EXPECT_EQ(released["stage"], "AT_ACCEPT");
  EXPECT_THAT(released.dump(), HasSubstr("full_names"));

  const Json status = Run("police", {"referral", "status", referral});
  EXPECT_EQ(status["tasks"][0]["state"], "ACCEPTED");
  EXPECT_EQ(Run("police", {"referral", "list"}).size(), 1u);

  const Json events = Run("police", {"audit", "events", "--referral", referral});
  ASSERT_GE(events.size(), 3u);
  const std::string index = events[0]["index"].dump();
  EXPECT_EQ(Run("police", {"audit", "prove", index, "--out", File("receipt")})["event"]["kind"],
            events[0]["kind"]);
  const Json verified = Run(
      "auditor", {"audit", "verify", "--download", File("mirror"), "--receipt", File("receipt")});
  EXPECT_EQ(verified["verdict"], "VERIFIED");
  EXPECT_EQ(verified["receipts"], 1);
}

TEST_F(AmanaBrokerTest, WhatWasReceivedGoesOnAsACaseFile) {
  Write("case.json", R"({"IDENTITY_MIN":{"alias":"TESTCASE-ALPHA"},
                         "DEMOGRAPHIC":{"gender":"Feminine"},
                         "RISK":{"risk_level":"NOT_ASSESSED"},
                         "IDENTITY":{"full_names":{"given":"TESTCASE-ALPHA SYNTHETIC"}}})");
  const std::string referral = Send(Grant());
  Run("intake", {"inbox", "watch", "--once"});
  const Json offered = Run("intake", {"export", "htcds", "--out", File("offered.csv")});
  EXPECT_EQ(offered["cases"], 1);
  EXPECT_TRUE(offered["left_out"].contains("RISK.risk_level")) << offered;
  EXPECT_THAT(*RealFileSystem().Read(File("offered.csv")),
              AllOf(HasSubstr("Feminine"), Not(HasSubstr("SYNTHETIC"))));
  Run("intake", {"inbox", "seen", "1"});
  Run("intake", {"inbox", "accept", "1"});
  Run("intake", {"inbox", "watch", "--once"});
  // Either part names the case; it is one row, whole.
  EXPECT_EQ(Run("intake", {"export", "htcds", "2", "1", "--out", File("cases.csv")})["cases"], 1);
  EXPECT_THAT(*RealFileSystem().Read(File("cases.csv")), HasSubstr("TESTCASE-ALPHA SYNTHETIC"));
  const Json form =
      Run("intake", {"export", "htcds", "1", "--format", "xform", "--out", File("forms")});
  EXPECT_EQ(form["files"][0], File("forms/item-1.xml"));
  for (const std::string file : {"cases.csv", "forms/item-1.xml"}) {
    const Json read = Run(
        "police", {"import", "htcds", File(file), "--service", "ACCOMMODATION", "--to",
                   "haven/intake", "--incomplete", "--dry-run", "--legal-basis", "VITAL_INTEREST"});
    EXPECT_EQ(read["queued"], 1) << file << read;
  }
  // Nothing is overwritten, and nothing recalled is handed on.
  EXPECT_EQ(Run("intake", {"export", "htcds", "--out", File("cases.csv")}, kExitRefused)["error"],
            "FILE_EXISTS");
  Run("police", {"referral", "cancel", referral, "--reason", "NO_LONGER_NEEDED"});
  Run("intake", {"inbox", "watch", "--once"});
  const Json after = Run("intake", {"export", "htcds", "--out", File("after.csv")});
  EXPECT_EQ(after["cases"], 0);
  EXPECT_EQ(after["recalled"], 2);
}

TEST_F(AmanaBrokerTest, AWithdrawalAndACancellation) {
  const std::string consent = Grant();
  const std::string referral = Send(consent);
  EXPECT_EQ(Run("police", {"referral", "cancel", referral, "--reason",
                           "NO_LONGER_NEEDED"})["outbox"]["state"],
            "ACCEPTED");
  EXPECT_EQ(Run("police", {"referral", "status", referral})["tasks"][0]["state"], "CANCELLED");
  EXPECT_EQ(Run("police", {"consent", "withdraw", consent})["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("police", {"consent", "show", consent})["state"], "WITHDRAWN");
}

// What an agency offers: signed by a person of it, countersigned, proven by whoever asks.
TEST_F(AmanaBrokerTest, FromAProposalToCandidates) {
  Write("entry.toml",
        "kind = \"SHELTER\"\ncountry = \"KE\"\n[[unit]]\nid = \"intake\"\n"
        "services = [\"ACCOMMODATION\"]\ncounty = 47\nages = [\"ADULT\", \"MINOR\"]\n"
        "sexes = [\"FEMALE\", \"MALE\"]\nlanguages = [\"swa\"]\nsealing_certificates = [\"" +
            world_.File("endpoints/intake/keys/sealing.pem") + "\"]\n");
  const Json proposed =
      Run("intake", {"directory", "propose", File("entry.toml"), "--out", File("entry.amana")});
  EXPECT_EQ(proposed["version"], 2);
  // Nothing is in force before the second signature.
  EXPECT_EQ(Run("police", {"directory", "show", "haven"})["version"], 1);
  const Json changes =
      Run("secretariat", {"directory", "set", File("entry.amana"), "--look"})["changes"];
  EXPECT_THAT(changes.get<std::string>(), HasSubstr("- unit coast"));
  EXPECT_EQ(Run("police", {"directory", "show", "haven"})["version"], 1);
  const Json set = Run("secretariat", {"directory", "set", File("entry.amana")});
  EXPECT_EQ(set["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("police", {"directory", "show", "haven"})["digest"], proposed["digest"]);
  EXPECT_EQ(Run("police", {"directory", "show", "haven", "--version-number", "1"})["units"].size(),
            2u);

  Run("intake", {"directory", "capacity", "--service", "ACCOMMODATION=3/20"});
  const std::vector<std::string> match = {"directory",   "match", "--service",  "ACCOMMODATION",
                                          "--county",    "47",    "--sex",      "MALE",
                                          "--age-class", "MINOR", "--language", "swa"};
  const Json found = Run("police", match);
  ASSERT_EQ(found["candidates"].size(), 1u);
  EXPECT_EQ(found["candidates"][0]["unit"], "haven/intake");
  EXPECT_EQ(found["candidates"][0]["free"], 3);
  EXPECT_EQ(found["candidates"][0]["entry_version"], 2);
  EXPECT_THAT(found["candidates"][0]["reasons"].dump(),
              AllOf(HasSubstr("IN_COUNTY"), HasSubstr("LANGUAGE_SPOKEN")));
  EXPECT_TRUE(found["refused"].empty());
  Run("intake", {"directory", "capacity", "--service", "ACCOMMODATION=0/20"});
  EXPECT_EQ(Run("police", match)["missing"], "CAPACITY");
}

TEST_F(AmanaBrokerTest, WhoIsOnDutyAndWhatTheLogHoldsOfAnAgency) {
  const absl::Time now = clock_.Now();
  const std::string shift =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ/", now, absl::UTCTimeZone()) +
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now + absl::Hours(8), absl::UTCTimeZone());
  EXPECT_EQ(Run("police", {"directory", "duty", "haven/intake"})["given"], false);
  Run("intake", {"directory", "roster", "--shift", shift + "=worker-1,+254700000001"});
  const Json duty = Run("police", {"directory", "duty", "haven/intake"});
  ASSERT_EQ(duty["on_duty"].size(), 1u) << duty;
  EXPECT_EQ(duty["on_duty"][0]["person"], "worker-1");
  EXPECT_EQ(duty["on_duty"][0]["phone"], "+254700000001");

  // Its entry was not signed on this machine: somebody has to say that it is theirs.
  EXPECT_EQ(Run("intake", {"directory", "check"}, kExitRefused)["unknown"], 1);
  Run("intake", {"directory", "check", "--accept"});
  const Json checked = Run("intake", {"directory", "check"});
  EXPECT_EQ(checked["unknown"], 0);
  EXPECT_EQ(checked["versions"][0]["approved_by"], "secretariat/coordinator-1");
  const Json listed = Run("auditor", {"directory", "list", "--service", "ACCOMMODATION"});
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0]["units"].size(), 2u);
}

TEST_F(AmanaBrokerTest, AnAlteredMirrorIsTampered) {
  Send(Grant());
  ASSERT_EQ(Run("auditor", {"audit", "verify", "--download", File("mirror")})["verdict"],
            "VERIFIED");
  std::string bundle;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(File("mirror/tile/entries"))) {
    if (entry.is_regular_file()) bundle = entry.path();
  }
  ASSERT_FALSE(bundle.empty());
  std::string bytes = *RealFileSystem().Read(bundle);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(bundle, bytes, kPublicFile));
  EXPECT_EQ(Run("auditor", {"audit", "verify", File("mirror")}, kExitUnverified)["verdict"],
            "TAMPERED");
}

TEST_F(AmanaBrokerTest, ABrokerThatIsAwayIsThreeAndLosesNothing) {
  const std::string consent = Grant();
  AMANA_ASSERT_OK(broker_.Stop());
  const std::pair<const char*, std::vector<std::string>> commands[] = {
      {"police", {"referral", "list"}}, {"intake", {"inbox", "watch", "--once"}}};
  for (const auto& [endpoint, command] : commands) {
    const Json error = Run(endpoint, command, kExitUnreachable);
    EXPECT_EQ(error["error"], "BROKER_UNREACHABLE") << error;
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("127.0.0.1:"));
  }
  AMANA_ASSERT_OK(broker_.Start());
  Send(consent);
}

}  // namespace
}  // namespace amana::cli
