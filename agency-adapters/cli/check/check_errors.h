// The error catalogue of the conformance kit: what kept it from checking, never what a check found.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::cli {

// DRILL_FAILED, kFailedPrecondition: the kit's own broker, authority or counterpart.
absl::Status DrillFailed(std::string_view step, std::string_view why);
// PROGRAM_FAILED, kFailedPrecondition: the program under test did not start or answer.
absl::Status ProgramFailed(std::string_view why);
// PROBE_INVALID, kInvalidArgument: the probe answered with something that is no count.
absl::Status ProbeInvalid();
absl::Status ReportInvalid(std::string_view why);  // REPORT_INVALID, kInvalidArgument
// REPORT_UNVERIFIED, kPermissionDenied: the signature is not the certificate's, or that one's
// chain does not end at a pinned root.
absl::Status ReportUnverified(std::string_view why);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_ERRORS_H_
