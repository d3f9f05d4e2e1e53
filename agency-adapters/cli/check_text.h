// What the checks of a log found, as people and programs read it. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_TEXT_H_

#include <vector>

#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/cli/report.h"

namespace amana::cli {

// The exit codes of verdicts: kExitDone for VERIFIED, kExitUnverified (4) for TAMPERED, and
inline constexpr int kExitIncomplete = 5;
inline constexpr int kExitUntrusted = 6;
inline constexpr int kExitUnverifiable = 7;
int ExitCodeOf(auditor::Verdict verdict);
// Of two such codes that of the graver verdict.
int Graver(int one, int other);

// One line for each check, failures below; JSON with "verdict" and "checks"; the verdict's exit
// code.
Report ReportOf(const std::vector<auditor::CheckResult>& results);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_TEXT_H_
