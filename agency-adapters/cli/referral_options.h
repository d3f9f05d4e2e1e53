// The options that describe a referral, shared by `referral new` and `import htcds`, and the header
// and recipients they make.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_REFERRAL_OPTIONS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_REFERRAL_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/sdk/sender.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"

namespace amana::cli {

struct ReferralOptions {
  std::vector<std::string> services;  // "CODE" or "CODE=agency/unit"
  std::string to;                     // agency/unit, for services that name none
  bool match = false;                 // a route request instead, candidates from the broker
  uint32_t county = 0;
  std::string sex = "ANY", language;
  int candidates = 3;
  std::vector<std::string> certificates;  // PEM files of recipients known without Match
  std::string certificate_kind;           // what they all are; empty: not told
  std::string urgency = "NORMAL";
  std::string legal_basis = "CONSENT";
  std::string embassy = "NOT_ASSESSED";
  std::string expires = "30d";
  std::string group, parent;
  std::string family;  // of the group
  uint32_t family_size = 0;
  std::vector<std::string> family_ages, family_sexes;
  bool guardian_conflict = false, incapacity = false, cross_border = false, test = false;
};

void AddReferralOptions(CLI::App& command, ReferralOptions& options);

struct Target {
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  std::optional<Address> recipient;  // none: by route
};
// USAGE_INVALID: no service, an unknown one, or one with neither recipient nor --match and
// --county.
absl::StatusOr<std::vector<Target>> TargetsOf(const ReferralOptions& options);

// All of the header that the options say: not the person, the consent, meta and slots. `now` begins
// its life. `subject_class` goes into route requests too. USAGE_INVALID.
absl::StatusOr<v1::ReferralHeader> MakeHeader(const ReferralOptions& options,
                                              const std::vector<Target>& targets,
                                              v1::SubjectClass subject_class, absl::Time now);

// Whom to seal to: every named recipient, and for routes the first candidates the broker matches
// for this header, but nobody whom the person came from. NO_CANDIDATE when it matches none that is
// trusted here.
absl::StatusOr<std::vector<sdk::DraftRecipient>> RecipientsOf(Context& context,
                                                              const ReferralOptions& options,
                                                              const std::vector<Target>& targets,
                                                              const v1::ReferralHeader& header);

// Makes the certificates in --certificate known. Errors also of reading and parsing them.
absl::Status AddCertificates(Context& context, const ReferralOptions& options);

// Queues; asks the broker for the certificates of recipients not known yet.
absl::StatusOr<sdk::QueuedReferral> QueueReferral(Context& context, const ReferralOptions& options,
                                                  const std::vector<Target>& targets,
                                                  const sdk::ReferralDraft& draft);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_REFERRAL_OPTIONS_H_
