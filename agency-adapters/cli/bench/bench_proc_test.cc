#include "agency-adapters/cli/bench/bench_proc.h"

#include <unistd.h>

#include "base/testing.h"

namespace amana::cli {
namespace {

TEST(ProcStatTest, SumsEightFieldsAndKnowsTheStolenOnes) {
  const auto ticks =
      ParseProcStat("cpu  100 20 30 400 5 0 7 8 100 0\ncpu0 50 10 15 200 2 0 3 4 50 0\n");
  AMANA_ASSERT_OK(ticks);
  EXPECT_EQ(ticks->total, 570u);  // guests are in the first field already
  EXPECT_EQ(ticks->steal, 8u);
}

TEST(ProcStatTest, RefusesOtherTexts) {
  for (const char* text : {"", "cpu", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7 x", "intr 1"}) {
    EXPECT_FALSE(ParseProcStat(text).ok()) << text;
  }
}

TEST(StealPercentTest, IsOfTheTicksBetween) {
  EXPECT_DOUBLE_EQ(StealPercent({1000, 10}, {1200, 60}), 25);
  EXPECT_DOUBLE_EQ(StealPercent({1000, 10}, {1000, 10}), 0);
  EXPECT_DOUBLE_EQ(StealPercent({1000, 10}, {900, 5}), 0);
}

TEST(PidStatTest, FindsTheFieldsBehindAnyName) {
  const auto ticks = ParsePidStat("42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 55 66 7 8 20 0");
  AMANA_ASSERT_OK(ticks);
  EXPECT_EQ(*ticks, 121u);
  EXPECT_FALSE(ParsePidStat("42 no name").ok());
  EXPECT_FALSE(ParsePidStat("42 (name) S 1").ok());
}

TEST(VmHwmTest, IsInKib) {
  const auto kib = ParseVmHwm("Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t  1234 kB\nVmRSS:\t 1 kB\n");
  AMANA_ASSERT_OK(kib);
  EXPECT_EQ(*kib, 1234u);
  EXPECT_FALSE(ParseVmHwm("Name:\tx\n").ok());
  EXPECT_FALSE(ParseVmHwm("VmHWM:\n1234 kB\n").ok());
}

TEST(ProcTest, ReadsThisMachine) {
  const auto ticks = ReadProcessorTicks();
  AMANA_ASSERT_OK(ticks);
  EXPECT_GT(ticks->total, 0u);
  const auto cpu = ReadCpuSeconds(getpid());
  AMANA_ASSERT_OK(cpu);
  EXPECT_GE(*cpu, 0);
  const auto rss = ReadPeakRssMib(getpid());
  AMANA_ASSERT_OK(rss);
  EXPECT_GT(*rss, 0);
  EXPECT_FALSE(ReadCpuSeconds(-1).ok());
}

}  // namespace
}  // namespace amana::cli
