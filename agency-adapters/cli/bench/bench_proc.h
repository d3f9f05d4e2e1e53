// What Linux tells of processes and processors in /proc. The parsers are pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_PROC_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_PROC_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace amana::cli {

// Clock ticks of all processors since the machine started.
struct ProcessorTicks {
  uint64_t total = 0;
  uint64_t steal = 0;  // taken by the host
};
// The first line of /proc/stat. BENCH_INVALID for anything else.
absl::StatusOr<ProcessorTicks> ParseProcStat(std::string_view text);
// Of the ticks between the two, in percent; 0 when there are none.
double StealPercent(const ProcessorTicks& from, const ProcessorTicks& to);

// User and system ticks in /proc/<pid>/stat, whatever the program's name. BENCH_INVALID.
absl::StatusOr<uint64_t> ParsePidStat(std::string_view text);
// VmHWM in /proc/<pid>/status, in KiB. BENCH_INVALID.
absl::StatusOr<uint64_t> ParseVmHwm(std::string_view text);

// The same of this machine. BENCH_INVALID when the file cannot be read (the process is gone).
absl::StatusOr<ProcessorTicks> ReadProcessorTicks();
absl::StatusOr<double> ReadCpuSeconds(pid_t pid);
absl::StatusOr<double> ReadPeakRssMib(pid_t pid);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_PROC_H_
