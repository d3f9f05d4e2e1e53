// What `override approve` and `override review` have in common: the referral by its reference, and
// the reason, which stays here: only its digest travels.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_OVERRIDE_OPTIONS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_OVERRIDE_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "base/ids.h"

namespace amana::cli {

struct OverrideOptions {
  std::string referral, reason_file, reason_sha256;
  bool hold = false;
};
void AddOverrideOptions(CLI::App& command, OverrideOptions& options, const std::string& reason);

struct OverrideReference {
  StatementKey referral;
  Digest header;
};
// "AGENCY/ID/VERSION/DIGEST", as `amana referral status` prints it. USAGE_INVALID.
absl::StatusOr<OverrideReference> ReferenceOption(const OverrideOptions& options);

// USAGE_INVALID unless exactly one is given; errors of reading the file.
absl::StatusOr<Digest> ReasonOption(const OverrideOptions& options);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_OVERRIDE_OPTIONS_H_
