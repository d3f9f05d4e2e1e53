#include "base/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/durable_file.h"
#include "base/testing.h"

namespace amana {
namespace {

absl::StatusOr<std::unique_ptr<ChildProcess>> Shell(const std::string& script,
                                                    const std::string& stderr_file = "") {
  ChildOptions options;
  options.command = {"/bin/sh", "-c", script};
  options.environment = {{"AMANA_SAID", "SYNTHETIC"}};
  options.stderr_file = stderr_file;
  return ChildProcess::Start(options);
}

TEST(ChildProcessTest, ItsLinesItsErrorsAndItsEndAreSeen) {
  const TempDir dir;
  const auto child =
      Shell("echo one; echo \"$AMANA_SAID\"; printf three; echo four >&2; exit 3", dir.File("err"));
  AMANA_ASSERT_OK(child);
  EXPECT_EQ(*(*child)->ReadLine(absl::Seconds(10)), "one");
  EXPECT_EQ(*(*child)->ReadAll(absl::Seconds(10)), "SYNTHETIC\nthree");
  const auto status = (*child)->Wait(absl::Seconds(10));
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(WEXITSTATUS(*status), 3);
  EXPECT_EQ(*RealFileSystem().Read(dir.File("err")), "four\n");
}

TEST(ChildProcessTest, WhoSaysNothingInTimeIsToldApartFromWhoHasEnded) {
  const auto child = Shell("read line; exit 0");
  AMANA_ASSERT_OK(child);
  const auto ended = Shell("exit 0");
  AMANA_ASSERT_OK(ended);
  EXPECT_TRUE(absl::IsUnavailable((*ended)->ReadLine(absl::Seconds(10)).status()));
  const auto sleeper = Shell("exec sleep 60");
  AMANA_ASSERT_OK(sleeper);
  EXPECT_TRUE(absl::IsDeadlineExceeded((*sleeper)->ReadLine(absl::Milliseconds(1)).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded((*sleeper)->ReadAll(absl::Milliseconds(1)).status()));
  EXPECT_TRUE((*sleeper)->Running());
  (*sleeper)->Kill();
  EXPECT_EQ(WTERMSIG(*(*sleeper)->Wait(absl::ZeroDuration())), SIGKILL);
}

TEST(ChildProcessTest, AProgramThatIsNotThereEndsWith127) {
  ChildOptions options;
  options.command = {"/nowhere/at/all"};
  const auto child = ChildProcess::Start(options);
  AMANA_ASSERT_OK(child);
  EXPECT_EQ(WEXITSTATUS(*(*child)->Wait(absl::Seconds(10))), 127);
}

}  // namespace
}  // namespace amana
