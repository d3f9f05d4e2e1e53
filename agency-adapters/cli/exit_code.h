// What an error means to the person or script that called `amana`: its exit code and a hint.
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_EXIT_CODE_H_
#define AMANA_AGENCY_ADAPTERS_CLI_EXIT_CODE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/command_line.h"

namespace amana::cli {

// Besides those that all our programs have (base/command_line.h).
inline constexpr int kExitUnreachable = 3;  // the broker could not be asked; try again later
inline constexpr int kExitUnverified = 4;   // evidence or a certificate does not verify

// For the help texts.
inline constexpr std::string_view kExitCodesHelp =
    "Exit codes: 0 done; 1 refused, or the answer is no; 2 wrong use or configuration;\n"
    "3 the broker cannot be reached; 4 evidence or a certificate does not verify.\n";

int ExitCodeOf(const absl::Status& status);
int ExitCodeOfReason(std::string_view reason);

// What the caller can do about it, in one line; empty where the message says it all.
std::string_view HintFor(std::string_view reason);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_EXIT_CODE_H_
