// What the conformance kit found, and the signed file that says so.
//
// The file is a DSSE envelope in JSON (secure-systems-lab/dsse, envelope.md) with the certificate
// of its one signature beside it, so that whoever has the federation's root can verify it alone:
//
//   {"payloadType": "application/vnd.amana.adapter-check.v1+json", "payload": BASE64,
//    "signatures": [{"keyid": CERT_ID, "sig": BASE64}], "certificate": PEM}
//
// Everything here is pure and thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_REPORT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/report.h"
#include "agency-adapters/sdk/identity.h"

namespace amana::cli {

// In the order of what they weigh: a check of several parts is as its worst.
enum class Outcome { kPassed, kNotObserved, kFailed };
std::string_view OutcomeName(Outcome outcome);  // "passed", "not observed", "failed"

struct Finding {
  std::string name;     // stable: "crash-delivered"
  std::string promise;  // what the contract says
  Outcome outcome = Outcome::kPassed;
  std::string seen = {};  // codes, counts and names of fields; no content
  double seconds = 0;
};

struct CheckReport {
  absl::Time at;
  std::string agency;   // who has it checked, and signs
  std::string program;  // file name
  std::string version;
  std::string mapping;  // "template 1"
  std::string mapping_sha256;
  bool probed = false;
  std::string repeat;  // the command line
  std::vector<Finding> findings = {};

  size_t Count(Outcome outcome) const;
};

Json ToJson(const CheckReport& report);
std::string ToText(const Json& report);  // of what ToJson gave

absl::StatusOr<std::string> SignReport(const CheckReport& report,
                                       const sdk::SigningIdentity& signer);

struct VerifiedReport {
  Json report;
  std::string signer;  // the certificate's SPIFFE id
};
// `trust`: whose pinned authorities the certificate must chain to, at the time the report names.
// REPORT_INVALID, REPORT_UNVERIFIED.
absl::StatusOr<VerifiedReport> VerifyReport(std::string_view file, const sdk::Identity& trust);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_REPORT_H_
