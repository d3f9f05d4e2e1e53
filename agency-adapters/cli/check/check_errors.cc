#include "agency-adapters/cli/check/check_errors.h"

#include <string>

#include "base/status.h"

namespace amana::cli {

absl::Status DrillFailed(std::string_view step, std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "DRILL_FAILED", step, why);
}

absl::Status ProgramFailed(std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "PROGRAM_FAILED", "--program", why);
}

absl::Status ProbeInvalid() {
  return MakeError(absl::StatusCode::kInvalidArgument, "PROBE_INVALID", "--probe",
                   "expected a command that prints one number and ends with exit code 0");
}

absl::Status ReportInvalid(std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "REPORT_INVALID", "report", why);
}

absl::Status ReportUnverified(std::string_view why) {
  return MakeError(absl::StatusCode::kPermissionDenied, "REPORT_UNVERIFIED", "report", why);
}

}  // namespace amana::cli
