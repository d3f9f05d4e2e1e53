#include "broker/rpc/grpc_log.h"

#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.h"

namespace amana::rpc {
namespace {

TEST(GrpcLog, IsCountedAndNotRepeated) {
  constexpr int kFlood = 10000;
  std::vector<std::string> lines;
  const ScopedLogSink sink([&lines](std::string_view line) { lines.emplace_back(line); });
  TakeOverGrpcLog();
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  for (int i = 0; i < kFlood; ++i)
    gpr_log("src/core/some.cc", 7, GPR_LOG_SEVERITY_ERROR, "SYNTHETIC peer text");
  gpr_log("src/core/some.cc", 8, GPR_LOG_SEVERITY_INFO, "nothing wrong");
  ASSERT_FALSE(lines.empty());
  EXPECT_LT(lines.size(), 100u);  // one a second
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find("SYNTHETIC"), std::string::npos) << line;
    EXPECT_NE(line.find("\"last\":\"some.cc:7\""), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace amana::rpc
