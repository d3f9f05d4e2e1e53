#include "tests/bench/adapters_cpu.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include "base/testing.h"

namespace amana::tests {
namespace {

double Read(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Empty where the process is gone meanwhile.
std::string ReadStat(const std::string& path) {
  char bytes[1024];
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
  if (fd >= 0) close(fd);
  return got > 0 ? std::string(bytes, static_cast<size_t>(got)) : std::string();
}

struct Process {
  pid_t parent = 0;
  double seconds = 0;  // its own, and that of its children that are over
};

std::map<pid_t, Process> AllProcesses() {
  std::map<pid_t, Process> all;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    const std::string stat = ReadStat(entry.path() / "stat");
    const size_t name_end = stat.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos) continue;
    std::istringstream rest(stat.substr(name_end + 1));
    std::string skipped;
    Process process;
    rest >> skipped >> process.parent;
    for (int i = 5; i < 14; ++i) rest >> skipped;
    double ticks = 0;
    for (int i = 14; i < 18; ++i) {
      double each = 0;
      rest >> each;
      ticks += each;
    }
    process.seconds = ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    all[pid] = process;
  }
  return all;
}

}  // namespace

CpuSeconds CpuSeconds::Now() {
  return {Read(CLOCK_THREAD_CPUTIME_ID), Read(CLOCK_PROCESS_CPUTIME_ID)};
}

double ChildrenCpuSeconds() {
  double seconds = 0;
  const std::map<pid_t, Process> all = AllProcesses();
  for (const auto& [pid, process] : all) {
    pid_t above = process.parent;
    for (int depth = 0; above > 1 && above != getpid() && depth < 16; ++depth) {
      const auto found = all.find(above);
      above = found == all.end() ? 0 : found->second.parent;
    }
    if (above == getpid()) seconds += process.seconds;
  }
  return seconds;
}

double FsyncsPerSecond() {
  const TempDir folder;
  const int fd = open(folder.File("synced").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string bytes(2048, 'x');
  const double begin = Read(CLOCK_MONOTONIC);
  double count = 0;
  double seconds = 0;
  do {
    if (write(fd, bytes.data(), bytes.size()) < 0 || fdatasync(fd) != 0) break;
    ++count;
    seconds = Read(CLOCK_MONOTONIC) - begin;
  } while (seconds < 0.5);
  close(fd);
  return seconds > 0 ? count / seconds : 0;
}

}  // namespace amana::tests
