// `amana audit ask --count`: what the broker counts for an auditor.
#include "absl/time/civil_time.h"
#include "agency-adapters/cli/audit_ask.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/audit_query_rpcs.h"
#include "base/ids.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);  // for the next message

constexpr std::pair<std::string_view, v1::CountMeasure> kMeasures[] = {
    {"submissions", v1::COUNT_MEASURE_SUBMISSIONS},
    {"deliveries", v1::COUNT_MEASURE_DELIVERIES},
    {"acceptances", v1::COUNT_MEASURE_ACCEPTANCES},
    {"refusals", v1::COUNT_MEASURE_REFUSALS}};

absl::StatusOr<v1::CountEventsRequest> Asked(const CountQuestion& asked) {
  v1::CountEventsRequest request;
  for (const auto& [name, measure] : kMeasures) {
    if (name == asked.measure) request.set_measure(measure);
  }
  if (request.measure() == v1::COUNT_MEASURE_UNSPECIFIED) {
    return UsageError("--count", "expected submissions, deliveries, acceptances or refusals");
  }
  absl::CivilMonth month;
  if (asked.month.size() != 7 || !absl::ParseCivilTime(asked.month, &month)) {
    return UsageError("--month", "expected a month that is over, as 2031-01");
  }
  request.set_year(static_cast<uint32_t>(month.year()));
  request.set_month(static_cast<uint32_t>(month.month()));
  AMANA_ASSIGN_OR_RETURN(const auto purpose,
                         CodeOption<v1::AuditPurpose>("--purpose", asked.purpose));
  request.set_purpose(purpose);
  return request;
}

std::string CountText(const v1::CountRow& row) {
  switch (row.shown()) {
    case v1::COUNT_SHOWN_COUNT:
      return std::to_string(row.count());
    case v1::COUNT_SHOWN_SMALL:
      return "<5";
    default:
      return "n/s";
  }
}

std::string AgencyText(const v1::CountRow& row) {
  if (row.unnamed()) return "(not named)";
  return row.agency().empty() ? "all" : ToHex(row.agency());
}

std::string DayText(const v1::CountRow& row, const std::string& month) {
  if (row.day() == 0) return "all";
  return month + (row.day() < 10 ? "-0" : "-") + std::to_string(row.day());
}

Json ToJson(const v1::CountRow& row, const std::string& month) {
  Json json{{"day", DayText(row, month)}, {"agency", AgencyText(row)}, {"count", CountText(row)}};
  if (row.shown() == v1::COUNT_SHOWN_COUNT) json["count"] = row.count();
  if (!row.has_times()) return json;
  if (row.times().has_p50()) json["p50_s"] = row.times().p50();
  if (row.times().has_p90()) json["p90_s"] = row.times().p90();
  if (row.times().has_p99()) json["p99_s"] = row.times().p99();
  return json;
}

void AddTo(Table& table, const v1::CountRow& row, const std::string& month) {
  std::vector<std::string> cells = {DayText(row, month), AgencyText(row), CountText(row)};
  const v1::CountTimes& times = row.times();
  cells.push_back(times.has_p50() ? absl::FormatDuration(absl::Seconds(times.p50())) : "");
  cells.push_back(times.has_p90() ? absl::FormatDuration(absl::Seconds(times.p90())) : "");
  cells.push_back(times.has_p99() ? absl::FormatDuration(absl::Seconds(times.p99())) : "");
  table.Add(std::move(cells));
}

}  // namespace

Result AskCount(Context& context, const CountQuestion& asked) {
  AMANA_ASSIGN_OR_RETURN(const v1::CountEventsRequest request, Asked(asked));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  auto stream = client->Open(sdk::kCountEvents);
  // A refusal may end the call before the request is out; Read has the better reason.
  (void)stream.Write(request);
  stream.WritesDone();
  Table table({"DAY", "AGENCY", "COUNT", "P50", "P90", "P99"});
  Json rows = Json::array();
  bool complete = false;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<v1::CountEventsResponse> message,
                           stream.Read(kPatience));
    if (!message.has_value()) break;
    complete = message->complete();
    for (const v1::CountRow& row : message->rows()) {
      rows.push_back(ToJson(row, asked.month));
      AddTo(table, row, asked.month);
    }
  }
  Report report;
  report.text = table.Text();
  if (!complete) report.text += "the broker ended before the table did\n";
  report.json = {{"of", asked.measure}, {"rows", std::move(rows)}, {"complete", complete}};
  return report;
}

}  // namespace amana::cli
