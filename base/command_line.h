// What the command lines of our programs have in common: exit codes, `--json` and `--version`, and
// errors, wrong use among them, in one form. As JSON an error is one line on stderr,
//
//   {"error": REASON, "field": ..., "message": ..., "hint": ..., "exit_code": N}
//
// without `field` and `hint` where there is none. Thread-safe.
#ifndef AMANA_BASE_COMMAND_LINE_H_
#define AMANA_BASE_COMMAND_LINE_H_

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace CLI {
class App;
}

namespace amana {

inline constexpr int kExitDone = 0;
inline constexpr int kExitRefused = 1;  // refused, it failed, or the answer is no
inline constexpr int kExitUsage = 2;    // the command line or the configuration

// kExitUsage for what is wrong with the command line or a configuration, else kExitRefused.
int ExitCodeOfReason(std::string_view reason);

// A value on the command line that no option can take: USAGE_INVALID naming the option.
absl::Status UsageError(std::string_view option, std::string_view why);

// What was read from the value of an option; its error becomes a UsageError in the same words.
template <typename T>
absl::StatusOr<T> FromOption(std::string_view option, absl::StatusOr<T> value) {
  if (value.ok()) return value;
  return UsageError(option, std::string(value.status().message()));
}

// The version of this build: the project's, in CMakeLists.txt.
std::string_view Version();

// Control characters made visible: for terminals.
std::string Shown(std::string_view text);
// One line; what is not UTF-8 is replaced.
std::string Dump(const nlohmann::ordered_json& json);

// "program: REASON (field): message", and a line with the hint. The field is named once, however
// the message begins.
std::string ErrorText(std::string_view program, const absl::Status& error,
                      std::string_view hint = {});
nlohmann::ordered_json ErrorJson(const absl::Status& error, int exit_code,
                                 std::string_view hint = {});

// For CLI11's check(), which by itself takes -1 and what is too long for large numbers: "" for a
// whole number from `least` to `most`, else what was expected.
std::function<std::string(const std::string&)> WholeNumber(
    uint64_t least, uint64_t most = std::numeric_limits<uint64_t>::max());

// Adds `--json` and `--version`.
void AddCommonFlags(CLI::App& app, bool& json);

// Parses `arguments`, which are without the program's name. Nothing: go on. Else the exit code:
// help or version is on `out`, or on `err` what is wrong, with `--json` among the arguments as
// JSON. What is mistyped is named.
std::optional<int> ParseCommandLine(CLI::App& app, const std::vector<std::string>& arguments,
                                    std::ostream& out, std::ostream& err);

}  // namespace amana

#endif  // AMANA_BASE_COMMAND_LINE_H_
