#include "agency-adapters/cli/bench/bench_report.h"

#include "gtest/gtest.h"

namespace amana::cli {
namespace {

SubmitNumbers Sample() {
  SubmitNumbers numbers;
  numbers.verify_per_s = 20000;
  numbers.verify_cpu_us = 100;
  numbers.unary_1 = {3000, 3000, 3, 0.9, 2};
  numbers.unary_64 = {15000, 15064, 3, 11, 30};
  numbers.unary_256 = {18000, 18256, 3, 40, 90};
  numbers.batch_64 = {30000, 30512, 3, 0, 0};
  numbers.fsyncs_per_s = 4000;
  numbers.stored_bytes_per_submit = 9000;
  numbers.broker_cpu_us = 180;
  numbers.client_cpu_us = 70;
  numbers.peak_rss_mib = 120;
  numbers.steal_pct = 1.5;
  numbers.quotas_raised = {"limits.calls_per_second = 1"};
  return numbers;
}

TEST(SubmitReportTest, RatiosAreOfTheVerifyRate) {
  const Json json = SubmitReport(Sample()).json;
  EXPECT_DOUBLE_EQ(json["unary_256_per_s"], 6000);
  EXPECT_DOUBLE_EQ(json["unary_256_ratio"], 0.3);
  EXPECT_DOUBLE_EQ(json["batch_64_ratio"], 0.5);
  EXPECT_DOUBLE_EQ(json["broker_cpu_us_beyond_verify"], 80);
  EXPECT_EQ(json["quotas_raised"], Json::array({"limits.calls_per_second = 1"}));
}

TEST(SubmitReportTest, TheTextHasEveryPoint) {
  const std::string text = SubmitReport(Sample()).text;
  for (const char* name : {"unary, 1 in flight", "unary, 64 in flight", "unary, 256 in flight",
                           "batches of 64", "quota raised"}) {
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
}

TEST(DominatesTest, NamesTheLargestFirst) {
  SubmitNumbers numbers = Sample();
  EXPECT_EQ(Dominates(numbers),
            "verification 100 us, broker beyond verification 80 us, client 70 us of CPU a "
            "submission");
  numbers.broker_cpu_us = 300;
  EXPECT_EQ(Dominates(numbers).find("broker beyond verification 200 us"), 0u);
  numbers.client_cpu_us = 500;
  EXPECT_EQ(Dominates(numbers).find("client 500 us"), 0u);
}

TEST(PercentileTest, IsByRank) {
  std::vector<float> sample = {4, 1, 3, 2};
  EXPECT_EQ(Percentile(sample, 0.5), 2);
  EXPECT_EQ(Percentile(sample, 0.99), 4);
  EXPECT_EQ(Percentile(sample, 0), 1);
  std::vector<float> none;
  EXPECT_EQ(Percentile(none, 0.5), 0);
}

}  // namespace
}  // namespace amana::cli
