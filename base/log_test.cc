#include "base/log.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

using nlohmann::json;

TEST(LogTest, LineIsJsonWithTimeInUtc) {
  const AgencyId agency = AgencyId::Create("police").value();
  const Digest digest = Digest::FromBytes(std::string(32, '\xab')).value();
  const std::string line =
      FormatLogLine(absl::FromUnixMillis(1'714'564'800'123), LogLevel::kWarning, "peer_refused",
                    {{"agency", LogSafe(agency)},
                     {"digest", LogSafe(digest)},
                     {"strikes", 3},
                     {"size", size_t{7}},
                     {"closed", true},
                     {"method", LogSafe::Code("/amana.v1.Broker/Submit")},
                     {"why", LogSafe(DiskFullError("SYNTHETIC words"))},
                     {"status", LogSafe(absl::NotFoundError("SYNTHETIC words"))}});
  const json parsed = json::parse(line);
  EXPECT_EQ(parsed, json({{"time", "2024-05-01T12:00:00.123Z"},
                          {"level", "warning"},
                          {"event", "peer_refused"},
                          {"agency", "police"},
                          {"digest", digest.hex()},
                          {"strikes", 3},
                          {"size", 7},
                          {"closed", true},
                          {"method", "/amana.v1.Broker/Submit"},
                          {"why", "DISK_FULL"},
                          {"status", "NOT_FOUND"}}));
}

TEST(LogTest, OnlyIdsAndCodesAreSafe) {
  static_assert(!std::is_constructible_v<LogSafe, std::string>);
  static_assert(!std::is_constructible_v<LogSafe, const char*>);
  static_assert(!std::is_constructible_v<LogSafe, Pseudonym>);
  static_assert(!std::is_constructible_v<LogSafe, PersonId>);
  static_assert(!std::is_constructible_v<LogField, const char*, const char*>);
  static_assert(!std::is_constructible_v<LogField, const char*, std::string>);
  for (const char* bad : {"", "two words", "a\nb", "\"", "na\xc3\xafve", "{}"}) {
    EXPECT_EQ(LogSafe::Code(bad).text(), "(unsafe)") << bad;
  }
  EXPECT_EQ(LogSafe::Code(std::string(257, 'a')).text(), "(unsafe)");
  EXPECT_EQ(LogSafe::Code("[::1]:8443").text(), "[::1]:8443");
}

TEST(LogTest, LevelsBelowAreDropped) {
  AMANA_ASSERT_OK(InitLog({.level = LogLevel::kWarning}));
  EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
  EXPECT_TRUE(LogEnabled(LogLevel::kWarning));
  std::vector<std::string> lines;
  {
    ScopedLogSink sink([&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_TRUE(LogEnabled(LogLevel::kDebug));
    Log(LogLevel::kDebug, "seen {} %s", {{"n", 1}});  // no format string
  }
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(json::parse(lines[0])["event"], "seen {} %s");
  EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
}

TEST(LogTest, FileIsPrivateAndItsLinesAreWhole) {
  TempDir dir;
  const std::string path = dir.File("broker.log");
  AMANA_ASSERT_OK(InitLog({.to_stderr = false, .file = path}));
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 100; ++i) Log(LogLevel::kInfo, "tick", {{"thread", t}, {"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  Log(LogLevel::kDebug, "not_this");
  Log(LogLevel::kError, "last");
  const std::string content = RealFileSystem().Read(path).value();
  int lines = 0;
  for (size_t from = 0; from < content.size(); ++lines) {
    const size_t end = content.find('\n', from);
    ASSERT_NE(end, std::string::npos);
    EXPECT_TRUE(json::accept(content.substr(from, end - from)));
    from = end + 1;
  }
  EXPECT_EQ(lines, 401);
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  AMANA_ASSERT_OK(InitLog({}));
}

TEST(LogTest, FileThatCannotBeOpenedIsNamed) {
  EXPECT_EQ(ErrorReason(InitLog({.file = "/no/such/folder/log"})), "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace amana
