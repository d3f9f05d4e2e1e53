// `amana import`: what becomes of each row, of what is sent at once, and the case file for drills.
#include <algorithm>
#include <fstream>

#include "agency-adapters/cli/commands_for_test.h"
#include "agency-adapters/iom/htcds_generator.h"
#include "base/status.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;

class ImportTest : public CommandsTest {
 protected:
  std::vector<std::string> Import(const std::string& csv, std::vector<std::string> more = {}) {
    Write("cases.csv", csv);
    std::vector<std::string> command = {"import",
                                        "htcds",
                                        File("cases.csv"),
                                        "--service",
                                        "ACCOMMODATION",
                                        "--to",
                                        "haven/intake",
                                        "--certificate",
                                        File("shelter.pem"),
                                        "--section",
                                        "RISK=" + File("risk.json"),
                                        "--register-consent",
                                        "--consent-method",
                                        "WRITTEN",
                                        "--consent-language",
                                        "swa",
                                        "--consent-evidence",
                                        File("form.pdf")};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
};

TEST_F(ImportTest, QueuesAConsentAndAReferralForEachRowOnce) {
  const std::string csv = iom::GenerateHtcdsCsv({.rows = 3});
  nlohmann::json report = Json(Import(csv));
  EXPECT_EQ(report["queued"], 3);
  EXPECT_EQ(report["rows"][0]["state"], "QUEUED");
  EXPECT_EQ(Json({"referral", "list", "--outbox"}).size(), 6u);

  report = Json(Import(csv));
  EXPECT_EQ(report["queued"], 0);
  EXPECT_EQ(report["known"], 3);
  EXPECT_EQ(Json({"referral", "list", "--outbox"}).size(), 6u);

  // A longer file of the same seed begins with the same rows.
  report = Json(Import(iom::GenerateHtcdsCsv({.rows = 4})));
  EXPECT_EQ(report["queued"], 1);
  EXPECT_EQ(report["known"], 3);
}

TEST_F(ImportTest, AnXFormInstanceIsTakenAsAFileOfOneRowIs) {
  const nlohmann::json report = Json(
      Import("<?xml version=\"1.0\"?><data id=\"htcds_xlsform\"><con_Consent>TRUE</con_Consent>"
             "<prs_First_Name>TESTCASE-1</prs_First_Name><prs_Birthdate>1999-01-01</prs_Birthdate>"
             "<prs_Gender>Feminine</prs_Gender></data>"));
  EXPECT_EQ(report["queued"], 1);
  EXPECT_THAT(report["file"]["findings"].dump(), HasSubstr("XLSFORM_SPELLING"));
  EXPECT_THAT(report["file"]["findings"].dump(), HasSubstr("CONSENT_CHECKBOX_IGNORED"));
}

TEST_F(ImportTest, RefusedRowsAreReportedAndTheOthersGoOn) {
  const std::string csv =
      "prs_FirstName,prs_Birthdate,prs_Gender,con_Consent\n"
      "SECRET-1,1999-01-01,Feminine,TRUE\n"
      "SECRET-2,01/01/1999,Feminine,TRUE\n"
      "SECRET-3,2020-01-01,Feminine,TRUE\n"
      "SECRET-4,1999-01-01,,TRUE\n";
  const nlohmann::json report = Json(Import(csv, {"--report", File("report.json")}), kExitRefused);
  EXPECT_EQ(report["queued"], 1);
  EXPECT_EQ(report["refused"], 3);
  EXPECT_EQ(report["file"]["refusals"][0]["reason"], "DATE_INVALID");
  EXPECT_EQ(report["rows"][1]["error"], "GUARDIAN_REQUIRED");
  EXPECT_EQ(report["rows"][2]["error"], "REQUIRED_CATEGORY_MISSING");
  std::ifstream in(File("report.json"));
  const nlohmann::json kept = nlohmann::json::parse(in);
  EXPECT_EQ(kept, report);
}

TEST_F(ImportTest, ADryRunNeedsNoAgencyAndLeavesNothing) {
  std::vector<std::string> command = Import(iom::GenerateHtcdsCsv({.rows = 3}), {"--dry-run"});
  const Ran ran = RunWith(command, clock_);
  EXPECT_EQ(ran.code, kExitDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("3 would be queued"));
  EXPECT_THAT(ran.out, HasSubstr("CONSENT_CHECKBOX_IGNORED"));
  EXPECT_EQ(Json({"referral", "list", "--outbox"}).size(), 0u);
}

TEST_F(ImportTest, OptionsMayStandBeforeTheFile) {
  std::vector<std::string> command = Import(iom::GenerateHtcdsCsv({.rows = 1}), {"--dry-run"});
  std::rotate(command.begin() + 2, command.begin() + 3, command.end());
  EXPECT_EQ(command.back(), File("cases.csv"));
  EXPECT_EQ(Run(command).code, kExitDone);
  command.back() = "--section";
  command.insert(command.end(), {"LEGAL=" + File("risk.json"), File("cases.csv")});
  EXPECT_EQ(Run(command).code, kExitDone);
}

TEST_F(ImportTest, ATickedBoxIsNoConsent) {
  Write("cases.csv", "prs_FirstName,con_Consent\nTESTCASE-1,TRUE\n");
  const Ran ran = Run({"import", "htcds", File("cases.csv"), "--service", "BASIC_NEEDS", "--to",
                       "haven/intake", "--dry-run"});
  EXPECT_EQ(ran.code, kExitUsage);
  EXPECT_THAT(ran.err, HasSubstr("a ticked con_Consent is no consent record"));
}

TEST_F(ImportTest, AFileThatIsNoCaseFileIsRefused) {
  const Ran ran = Run(Import("a;b\n1;2\n"));
  EXPECT_EQ(ran.code, kExitRefused);
  EXPECT_THAT(ran.err, HasSubstr("HEADER_UNRECOGNISED"));
}

TEST_F(ImportTest, SendingNowSaysWhatTheBrokerAcceptedAndRefused) {
  for (const char* method :
       {"/amana.v1.ConsentService/RegisterConsent", "/amana.v1.ReferralService/Submit"}) {
    answers_[method] = [](const std::string&) {
      return MakeError(absl::StatusCode::kPermissionDenied, "SIGNER_REVOKED", "meta.cert_id",
                       "the certificate is revoked");
    };
  }
  const std::string csv = iom::GenerateHtcdsCsv({.rows = 2});
  const nlohmann::json report =
      Json(Import(csv, {"--send", "--report", File("report.json")}), kExitRefused);
  EXPECT_EQ(report["queued"], 2);
  EXPECT_EQ(report["sent"]["accepted"], 0);
  EXPECT_EQ(report["sent"]["refused"], 4);
  EXPECT_EQ(report["sent"]["waiting"], 0);
  std::ifstream in(File("report.json"));
  EXPECT_EQ(nlohmann::json::parse(in), report);
  const Ran again = Run(Import(csv, {"--send"}));
  EXPECT_THAT(again.out, HasSubstr("0 queued, 2 imported before"));
}

TEST_F(ImportTest, SendingNowWithoutALinkKeepsEverything) {
  const nlohmann::json report =
      Json(Import(iom::GenerateHtcdsCsv({.rows = 2}), {"--send"}), kExitUnreachable);
  EXPECT_EQ(report["queued"], 2);
  EXPECT_EQ(report["sent"]["waiting"], 4);
  EXPECT_EQ(Json({"referral", "list", "--outbox", "--state", "PENDING"}).size(), 4u);
}

TEST_F(ImportTest, ADryRunSendsNothing) {
  const nlohmann::json report =
      Json(Import(iom::GenerateHtcdsCsv({.rows = 2}), {"--send", "--dry-run"}));
  EXPECT_FALSE(report.contains("sent"));
  EXPECT_EQ(Json({"referral", "list", "--outbox"}).size(), 0u);
}

TEST_F(ImportTest, ASampleIsTheSameForTheSameSeedAndIsImportedWhole) {
  const auto sample = [&](const std::string& seed, const std::string& file) {
    const nlohmann::json made =
        Json({"import", "sample", "--rows", "5", "--seed", seed, "--out", File(file)});
    EXPECT_EQ(made["rows"], 5);
    EXPECT_EQ(made["file"], File(file));
    return *RealFileSystem().Read(File(file));
  };
  const std::string seven = sample("7", "seven.csv");
  EXPECT_EQ(sample("7", "again.csv"), seven);
  EXPECT_NE(sample("8", "eight.csv"), seven);
  const nlohmann::json report = Json(Import(seven, {"--dry-run"}));
  EXPECT_EQ(report["queued"], 5);
  EXPECT_EQ(report["refused"], 0);
}

TEST_F(ImportTest, ASampleNeedsAPlaceAndASensibleNumber) {
  EXPECT_EQ(Run({"import", "sample"}).code, kExitUsage);
  for (const char* rows : {"0", "100001", "many"}) {
    EXPECT_EQ(Run({"import", "sample", "--rows", rows, "--out", File("cases.csv")}).code,
              kExitUsage);
  }
  const Ran ran = Run({"import", "sample", "--out", File("no/such/folder/cases.csv")});
  EXPECT_NE(ran.code, kExitDone);
  EXPECT_THAT(ran.err, HasSubstr("FILE_NOT_FOUND"));
}

}  // namespace
}  // namespace amana::cli
