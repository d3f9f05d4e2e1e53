#include "base/metrics.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

using testing::HasSubstr;

std::string HttpGet(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
    EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
    char buffer[4096];
    for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;) {
      answer.append(buffer, static_cast<size_t>(n));
    }
  }
  close(fd);
  return answer;
}

TEST(MetricsTest, SameNameAndLabelsAreOneMetric) {
  Metrics metrics;
  metrics.GetCounter("amana_submits_total", "Submits.", {{"agency", "police"}}).Add();
  metrics.GetCounter("amana_submits_total", "Submits.", {{"agency", "police"}}).Add(2);
  metrics.GetCounter("amana_submits_total", "Submits.", {{"agency", "iom"}}).Add(5);
  EXPECT_EQ(metrics.GetCounter("amana_submits_total", "", {{"agency", "police"}}).value(), 3);
  EXPECT_THAT(metrics.Text(), HasSubstr("amana_submits_total{agency=\"police\"} 3"));
  EXPECT_THAT(metrics.Text(), HasSubstr("amana_submits_total{agency=\"iom\"} 5"));
}

TEST(MetricsTest, GaugesAndHistograms) {
  Metrics metrics;
  const Gauge gauge = metrics.GetGauge("amana_queue_depth", "Depth.");
  gauge.Set(7);
  gauge.Add(-3);
  EXPECT_EQ(gauge.value(), 4);
  const Histogram histogram =
      metrics.GetHistogram("amana_commit_seconds", "Commit.", {}, {.01, .1});
  histogram.Observe(absl::Milliseconds(5));
  histogram.Observe(.05);
  histogram.Observe(absl::Seconds(3));
  for (const char* line : {"amana_commit_seconds_count 3", "_bucket{le=\"0.01\"} 1",
                           "_bucket{le=\"0.1\"} 2", "_bucket{le=\"+Inf\"} 3"}) {
    EXPECT_THAT(metrics.Text(), HasSubstr(line));
  }
}

TEST(MetricsTest, ServerShowsThem) {
  Metrics metrics;
  metrics.GetGauge("amana_up", "Up.").Set(1);
  auto server = MetricsServer::Start(metrics, "127.0.0.1:0");
  AMANA_ASSERT_OK(server);
  ASSERT_GT((*server)->port(), 0);
  EXPECT_THAT(HttpGet((*server)->port(), "/metrics"), HasSubstr("\namana_up 1"));
  EXPECT_THAT(HttpGet((*server)->port(), "/etc/passwd"), HasSubstr(" 404 "));
  const std::string taken = "127.0.0.1:" + std::to_string((*server)->port());
  EXPECT_EQ(ErrorReason(MetricsServer::Start(metrics, taken).status()), "IO_ERROR");
}

TEST(MetricsTest, FreePortCanBeServed) {
  Metrics metrics;
  const int port = FreeLoopbackPort().value();
  auto server = MetricsServer::Start(metrics, "127.0.0.1:" + std::to_string(port));
  AMANA_ASSERT_OK(server);
  EXPECT_EQ((*server)->port(), port);
}

}  // namespace
}  // namespace amana
