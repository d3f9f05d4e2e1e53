#include "broker/rpc/refusals.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "broker/rpc/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

using testing::UnorderedElementsAre;

TEST(RefusalsTest, OneLineAPairAndNoContent) {
  std::vector<std::string> lines;
  ScopedLogSink sink([&lines](std::string_view line) { lines.emplace_back(line); });
  Metrics metrics;
  Refusals refusals(&metrics);
  const AgencyId police = AgencyId::Create("police").value();
  const absl::Status bad =
      MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "canary.field", "canary text");
  for (int i = 0; i < 3; ++i) refusals.Count(police, bad);
  refusals.Count(police, Overloaded());
  refusals.Count(AgencyId(), CallerUnidentified());
  EXPECT_TRUE(lines.empty());
  refusals.LogAndReset();

  std::vector<std::string> told;
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find("canary"), std::string::npos);
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["event"], "refused");
    told.push_back(json["agency"].get<std::string>() + " " + json["reason"].get<std::string>() +
                   " " + std::to_string(json["count"].get<int>()));
  }
  EXPECT_THAT(told, UnorderedElementsAre("police FIELD_INVALID 3", "police OVERLOADED 1",
                                         "unidentified CALLER_UNIDENTIFIED 1"));
  EXPECT_EQ(metrics
                .GetCounter("amana_refusals_total", "Calls and submissions refused",
                            {{"agency", "police"}, {"reason", "FIELD_INVALID"}})
                .value(),
            3);

  lines.clear();
  refusals.LogAndReset();
  EXPECT_TRUE(lines.empty());
}

}  // namespace
}  // namespace amana::rpc
