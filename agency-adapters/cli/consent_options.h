// The options that describe a consent, shared by `consent grant` and `import htcds`, and the record
// they make. Pure but for reading evidence files.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CONSENT_OPTIONS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CONSENT_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/consent.pb.h"

namespace amana::cli {

struct ConsentOptions {
  std::string given_by = "SELF";
  std::string authority_evidence;  // a file
  std::string child_assent = "NOT_APPLICABLE";
  std::string method;
  std::string language;
  bool interpreter = false;
  std::vector<std::string> purposes, categories, services, recipients, recipient_kinds;
  bool onward = false, cross_border = false;
  std::string valid_from, valid_until;
  std::string valid_for = "90d";
  std::string legal_basis = "CONSENT";
  std::string evidence;  // a file
  std::string determination_sha256, officer_sha256;
};

// `prefix` stands before each name: "--" or "--consent-". What a caller knows by itself (purposes,
// categories, recipients of an import) it leaves out with `scope` false.
void AddConsentOptions(CLI::App& command, ConsentOptions& options, const std::string& prefix,
                       bool scope);

// Everything but meta, recorder, ids, version and pseudonym. Validity begins at `now` unless told
// otherwise. USAGE_INVALID naming the option; errors of reading the evidence.
absl::StatusOr<v1::ConsentRecord> MakeConsent(const ConsentOptions& options,
                                              const std::string& prefix, absl::Time now);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CONSENT_OPTIONS_H_
