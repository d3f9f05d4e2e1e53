#include "base/process.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

// Runs `body` in a child of its own, since limits and signals belong to the process; true when it
// returns true.
bool InChild(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int result = -1;
  waitpid(child, &result, 0);
  return WIFEXITED(result) && WEXITSTATUS(result) == 0;
}

TEST(ProcessTest, CoreDumpsAreOff) {
  EXPECT_TRUE(InChild([] {
    rlimit limit{};
    return DisableCoreDumps().value_or(false) && getrlimit(RLIMIT_CORE, &limit) == 0 &&
           limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
  }));
  EXPECT_TRUE(InChild([] {
    setenv("AMANA_ALLOW_CORE", "1", 1);
    return !DisableCoreDumps().value_or(true) && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
  }));
}

// Binds a datagram socket of `name` ("@..." abstract), notifies and returns what arrived.
std::string Notified(const std::string& name, const std::string& state) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (name[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0) << name;
  setenv("NOTIFY_SOCKET", name.c_str(), 1);
  AMANA_EXPECT_OK(SdNotify(state));
  unsetenv("NOTIFY_SOCKET");
  char buffer[256];
  const ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
  close(fd);
  return n < 0 ? "" : std::string(buffer, static_cast<size_t>(n));
}

TEST(ProcessTest, NotifiesSystemd) {
  TempDir dir;
  EXPECT_EQ(Notified(dir.File("notify"), "READY=1"), "READY=1");
  EXPECT_EQ(Notified("@amana-test-" + std::to_string(getpid()), "STOPPING=1"), "STOPPING=1");
  AMANA_EXPECT_OK(SdNotify("READY=1"));  // nobody to tell
  for (const std::string& bad : {std::string("relative"), "/" + std::string(200, 'x')}) {
    setenv("NOTIFY_SOCKET", bad.c_str(), 1);
    EXPECT_EQ(ErrorReason(SdNotify("READY=1")), "IO_ERROR");
  }
  setenv("NOTIFY_SOCKET", dir.File("nobody").c_str(), 1);
  EXPECT_EQ(ErrorReason(SdNotify("READY=1")), "FILE_NOT_FOUND");
  unsetenv("NOTIFY_SOCKET");
}

TEST(ProcessTest, EitherSignalEndsTheWaitAndStays) {
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_TRUE(InChild([signal] {
      auto shutdown = ShutdownSignal::Create();
      if (!shutdown.ok() || (*shutdown)->Requested()) return false;
      if ((*shutdown)->Wait(absl::Milliseconds(5))) return false;
      kill(getpid(), signal);
      return (*shutdown)->Wait(absl::Seconds(30)) && (*shutdown)->Requested() &&
             (*shutdown)->Wait(absl::InfiniteDuration());
    })) << signal;
  }
}

TEST(ProcessTest, ShutdownCanBeRequestedFromAnotherThread) {
  auto shutdown = ShutdownSignal::Create().value();
  std::thread other([&] { shutdown->Request(); });
  EXPECT_TRUE(shutdown->Wait(absl::InfiniteDuration()));
  EXPECT_TRUE(shutdown->Requested());
  other.join();
}

TEST(ProcessTest, FolderHasOneHolder) {
  TempDir dir;
  {
    auto lock = LockDirectory(dir.path());
    AMANA_ASSERT_OK(lock);
    const absl::Status second = LockDirectory(dir.path()).status();
    EXPECT_EQ(ErrorReason(second), "ALREADY_RUNNING") << second;
    EXPECT_TRUE(InChild(
        [&] { return ErrorReason(LockDirectory(dir.path()).status()) == "ALREADY_RUNNING"; }));
  }
  AMANA_EXPECT_OK(LockDirectory(dir.path()));
  EXPECT_EQ(ErrorReason(LockDirectory(dir.File("none")).status()), "FILE_NOT_FOUND");
}

TEST(ProcessTest, LockOfADeadHolderIsFree) {
  TempDir dir;
  EXPECT_TRUE(InChild([&] {
    auto lock = LockDirectory(dir.path());
    if (lock.ok()) _exit(0);  // without releasing it
    return false;
  }));
  AMANA_EXPECT_OK(LockDirectory(dir.path()));
}

TEST(ProcessTest, FileLimitIsRaisedToTheHardOne) {
  EXPECT_TRUE(InChild([] {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    limit.rlim_max = std::min<rlim_t>(limit.rlim_max, 512);
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 &&
           RaiseFileLimit().value_or(0) == limit.rlim_max &&
           getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == limit.rlim_max;
  }));
}

TEST(ProcessTest, OpenFilesAreCounted) {
  const uint64_t before = OpenFiles().value();
  const int fd = dup(0);
  EXPECT_EQ(OpenFiles().value(), before + 1);
  close(fd);
  EXPECT_EQ(OpenFiles().value(), before);
}

TEST(ProcessTest, UseOfMemoryAndProcessorGrows) {
  const uint64_t rss = PeakRssBytes();
  EXPECT_GT(rss, 1'000'000u);
  std::string block(rss + 64'000'000, 'x');
  EXPECT_GT(PeakRssBytes(), rss + 32'000'000) << block.size();
  const absl::Duration before = CpuTime();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (CpuTime() == before && absl::Now() < deadline) block[block.size() / 2] ^= 1;
  EXPECT_GT(CpuTime(), before);
}

}  // namespace
}  // namespace amana
