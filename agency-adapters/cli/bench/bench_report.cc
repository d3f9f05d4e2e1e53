#include "agency-adapters/cli/bench/bench_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace amana::cli {
namespace {

double Rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

std::string Fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

double Ratio(const LoadResult& point, const SubmitNumbers& numbers) {
  return numbers.verify_per_s > 0 ? point.per_second() / numbers.verify_per_s : 0;
}

double BeyondVerify(const SubmitNumbers& numbers) {
  return numbers.broker_cpu_us - numbers.verify_cpu_us;
}

Json Seconds(const SubmitNumbers& numbers) {
  return {{"unary_1", Rounded(numbers.unary_1.seconds, 2)},
          {"unary_64", Rounded(numbers.unary_64.seconds, 2)},
          {"unary_256", Rounded(numbers.unary_256.seconds, 2)},
          {"batch_64", Rounded(numbers.batch_64.seconds, 2)}};
}

Json ToJson(const SubmitNumbers& numbers) {
  return {
      {"bench", "submit"},
      {"verify_per_s", Rounded(numbers.verify_per_s, 0)},
      {"unary_1_per_s", Rounded(numbers.unary_1.per_second(), 0)},
      {"unary_64_per_s", Rounded(numbers.unary_64.per_second(), 0)},
      {"unary_256_per_s", Rounded(numbers.unary_256.per_second(), 0)},
      {"batch_64_per_s", Rounded(numbers.batch_64.per_second(), 0)},
      {"unary_256_ratio", Rounded(Ratio(numbers.unary_256, numbers), 3)},
      {"batch_64_ratio", Rounded(Ratio(numbers.batch_64, numbers), 3)},
      {"unary_1_p50_ms", Rounded(numbers.unary_1.p50_ms, 3)},
      {"unary_256_p50_ms", Rounded(numbers.unary_256.p50_ms, 2)},
      {"unary_256_p99_ms", Rounded(numbers.unary_256.p99_ms, 2)},
      {"fsyncs_per_s", Rounded(numbers.fsyncs_per_s, 0)},
      {"stored_bytes_per_submit", Rounded(numbers.stored_bytes_per_submit, 0)},
      {"broker_cpu_us_per_submit", Rounded(numbers.broker_cpu_us, 1)},
      {"broker_cpu_points", {"unary_256", "batch_64"}},
      {"broker_cpu_us_per_submit_batch_64", Rounded(numbers.broker_cpu_us_batch, 1)},
      {"verify_cpu_us", Rounded(numbers.verify_cpu_us, 1)},
      {"broker_cpu_us_beyond_verify", Rounded(BeyondVerify(numbers), 1)},
      {"client_cpu_us_per_submit", Rounded(numbers.client_cpu_us, 1)},
      {"dominates", Dominates(numbers)},
      {"peak_rss_mib", Rounded(numbers.peak_rss_mib, 1)},
      {"steal_pct", Rounded(numbers.steal_pct, 1)},
      {"quotas_raised", numbers.quotas_raised},
      {"connections", numbers.connections},
      {"processors", numbers.processors},
      {"filesystem", numbers.filesystem},
      {"seconds", Seconds(numbers)},
      {"elapsed_s", Rounded(numbers.elapsed_s, 1)},
  };
}

void AddPoint(Table& table, const char* name, const LoadResult& point,
              const SubmitNumbers& numbers) {
  const bool timed = point.p50_ms > 0;
  table.Add({name, Fixed(point.per_second(), 0), Fixed(Ratio(point, numbers), 3),
             timed ? Fixed(point.p50_ms, 2) : "", timed ? Fixed(point.p99_ms, 2) : "",
             Fixed(point.seconds, 1)});
}

std::string ToText(const SubmitNumbers& numbers) {
  Table points({"POINT", "SUBMITS/S", "OF VERIFY RATE", "P50 MS", "P99 MS", "SECONDS"});
  AddPoint(points, "unary, 1 in flight", numbers.unary_1, numbers);
  AddPoint(points, "unary, 64 in flight", numbers.unary_64, numbers);
  AddPoint(points, "unary, 256 in flight", numbers.unary_256, numbers);
  AddPoint(points, "batches of 64", numbers.batch_64, numbers);
  Table rest({"", ""});
  const auto add = [&rest](const char* name, double value, int decimals) {
    rest.Add({name, Fixed(value, decimals)});
  };
  add("ECDSA verifications/s, all processors", numbers.verify_per_s, 0);
  add("4 KiB append + fdatasync/s", numbers.fsyncs_per_s, 0);
  add("broker CPU us a submission (unary 256, batch 64)", numbers.broker_cpu_us, 1);
  add("  of it beyond verification", BeyondVerify(numbers), 1);
  add("client CPU us a submission", numbers.client_cpu_us, 1);
  add("stored bytes a submission", numbers.stored_bytes_per_submit, 0);
  add("broker's peak memory, MiB", numbers.peak_rss_mib, 1);
  add("taken by the host, %", numbers.steal_pct, 1);
  rest.Add({"file system", numbers.filesystem});
  rest.Add({"connections", std::to_string(numbers.connections)});
  rest.Add({"dominates", Dominates(numbers)});
  for (const std::string& quota : numbers.quotas_raised) rest.Add({"quota raised", quota});
  return points.Text() + rest.Text();
}

}  // namespace

std::string Dominates(const SubmitNumbers& numbers) {
  struct Part {
    std::string_view name;
    double us;
  };
  std::array<Part, 3> parts{{{"broker beyond verification", std::max(0.0, BeyondVerify(numbers))},
                             {"verification", numbers.verify_cpu_us},
                             {"client", numbers.client_cpu_us}}};
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.us > b.us; });
  std::string text;
  for (const Part& part : parts) {
    text += (text.empty() ? "" : ", ") + std::string(part.name) + " " + Fixed(part.us, 0) + " us";
  }
  return text + " of CPU a submission";
}

Report SubmitReport(const SubmitNumbers& numbers) {
  return {.text = ToText(numbers), .json = ToJson(numbers)};
}

}  // namespace amana::cli
