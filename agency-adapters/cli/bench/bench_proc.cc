#include "agency-adapters/cli/bench/bench_proc.h"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "agency-adapters/cli/bench/bench_errors.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr size_t kStealField = 7;       // user nice system idle iowait irq softirq steal
constexpr size_t kGuestField = 8;       // guest and guest_nice are part of user and nice
constexpr size_t kUtimeAfterName = 11;  // fields 14 and 15, counted from field 3 as 0
constexpr size_t kStimeAfterName = 12;

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::optional<uint64_t> Number(std::string_view word) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

absl::StatusOr<std::string> ReadProc(const std::string& path) {
  // Not through FileSystem: these files have no size.
  std::ifstream in(path);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return BenchInvalid("cannot read " + path);
  return text.str();
}

}  // namespace

absl::StatusOr<ProcessorTicks> ParseProcStat(std::string_view text) {
  const std::vector<std::string_view> words = Words(text.substr(0, text.find('\n')));
  if (words.size() < kStealField + 2 || words[0] != "cpu") return BenchInvalid("/proc/stat");
  ProcessorTicks ticks;
  for (size_t i = 0; i < kGuestField; ++i) {
    const std::optional<uint64_t> value = Number(words[i + 1]);
    if (!value.has_value()) return BenchInvalid("/proc/stat");
    ticks.total += *value;
    if (i == kStealField) ticks.steal = *value;
  }
  return ticks;
}

double StealPercent(const ProcessorTicks& from, const ProcessorTicks& to) {
  if (to.total <= from.total || to.steal < from.steal) return 0;
  return 100.0 * static_cast<double>(to.steal - from.steal) /
         static_cast<double>(to.total - from.total);
}

absl::StatusOr<uint64_t> ParsePidStat(std::string_view text) {
  // The name may hold blanks and parentheses; the last ')' ends it.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return BenchInvalid("/proc/<pid>/stat");
  const std::vector<std::string_view> words = Words(text.substr(name_end + 1));
  if (words.size() <= kStimeAfterName) return BenchInvalid("/proc/<pid>/stat");
  const std::optional<uint64_t> user = Number(words[kUtimeAfterName]);
  const std::optional<uint64_t> system = Number(words[kStimeAfterName]);
  if (!user.has_value() || !system.has_value()) return BenchInvalid("/proc/<pid>/stat");
  return *user + *system;
}

absl::StatusOr<uint64_t> ParseVmHwm(std::string_view text) {
  constexpr std::string_view kName = "VmHWM:";
  const size_t at = text.find(kName);
  if (at == std::string_view::npos) return BenchInvalid("/proc/<pid>/status");
  const std::string_view rest = text.substr(at + kName.size());
  const std::vector<std::string_view> words = Words(rest.substr(0, rest.find('\n')));
  const std::optional<uint64_t> value = words.empty() ? std::nullopt : Number(words[0]);
  if (!value.has_value()) return BenchInvalid("/proc/<pid>/status");
  return *value;
}

absl::StatusOr<ProcessorTicks> ReadProcessorTicks() {
  AMANA_ASSIGN_OR_RETURN(const std::string text, ReadProc("/proc/stat"));
  return ParseProcStat(text);
}

absl::StatusOr<double> ReadCpuSeconds(pid_t pid) {
  AMANA_ASSIGN_OR_RETURN(const std::string text,
                         ReadProc("/proc/" + std::to_string(pid) + "/stat"));
  AMANA_ASSIGN_OR_RETURN(const uint64_t ticks, ParsePidStat(text));
  return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

absl::StatusOr<double> ReadPeakRssMib(pid_t pid) {
  AMANA_ASSIGN_OR_RETURN(const std::string text,
                         ReadProc("/proc/" + std::to_string(pid) + "/status"));
  AMANA_ASSIGN_OR_RETURN(const uint64_t kib, ParseVmHwm(text));
  return static_cast<double>(kib) / 1024.0;
}

}  // namespace amana::cli
