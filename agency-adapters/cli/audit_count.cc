#include "agency-adapters/auditor/counts.h"
#include "agency-adapters/cli/audit_chain.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/audit_question.h"
#include "agency-adapters/cli/audit_tables.h"
#include "agency-adapters/cli/commands.h"
#include "base/status.h"

namespace amana::cli {
namespace {

using auditor::CountBy;
using auditor::Counted;

struct Options : QuestionOptions {
  std::string of = "events", format = "text", out;
  std::vector<std::string> by = {"day"};
};

constexpr std::pair<std::string_view, Counted> kCounted[] = {{"events", Counted::kEvents},
                                                             {"deliveries", Counted::kDeliveries},
                                                             {"acceptances", Counted::kAcceptances},
                                                             {"refusals", Counted::kRefusals}};
constexpr std::pair<std::string_view, CountBy> kBy[] = {{"day", CountBy::kDay},
                                                        {"agency", CountBy::kAgency},
                                                        {"kind", CountBy::kKind},
                                                        {"reason", CountBy::kReason}};

template <class Names, class Value>
absl::Status Choose(std::string_view option, const Names& names, const std::string& name,
                    Value& value) {
  std::string all;
  for (const auto& [known, meant] : names) {
    if (known == name) {
      value = meant;
      return absl::OkStatus();
    }
    all += (all.empty() ? "" : ", ") + std::string(known);
  }
  return UsageError(option, "expected one of " + all);
}

absl::StatusOr<std::vector<CountBy>> Dimensions(const std::vector<std::string>& names) {
  std::vector<CountBy> by;
  for (const std::string& name : names) {
    AMANA_RETURN_IF_ERROR(Choose("--by", kBy, name, by.emplace_back()));
  }
  if (by.empty() || by.size() > 2 || (by.size() == 2 && by[0] == by[1])) {
    return UsageError("--by", "expected one of day, agency, kind and reason, or two of them");
  }
  return by;
}

constexpr std::pair<const char*, std::optional<absl::Duration> auditor::Times::*> kTimes[] = {
    {"p50_s", &auditor::Times::p50},
    {"p90_s", &auditor::Times::p90},
    {"p99_s", &auditor::Times::p99}};

constexpr uint64_t kSmall = 5;  // what the table suppresses is told beside it by nothing

Json ToJson(const auditor::CountRow& row, const std::vector<std::string>& by) {
  Json json = Json::object();
  for (size_t i = 0; i < by.size(); ++i) json[by[i]] = row.key[i];
  json["count"] = auditor::CellText(row.count);
  if (row.count.shown == auditor::Shown::kCount) json["count"] = row.count.count;
  if (!row.times.has_value()) return json;
  for (const auto& [name, time] : kTimes) {
    const std::optional<absl::Duration>& took = *row.times.*time;
    if (took.has_value()) json[name] = absl::ToInt64Seconds(*took);
  }
  // What is missing of the count is a small count as well.
  const uint64_t unmeasured = row.count.count - row.times->measured;
  if (unmeasured == 0 || unmeasured >= kSmall) {
    json["measured"] = row.times->measured;
  }
  return json;
}

// A number beside the table: of a part that the table does not show by itself.
std::string Few(uint64_t count) {
  return count < kSmall ? "<" + std::to_string(kSmall) : std::to_string(count);
}
Json FewJson(uint64_t count) { return count == 0 ? Json(0) : Json(Few(count)); }

std::string TableOf(const auditor::Counts& counts, const std::vector<std::string>& by) {
  std::vector<std::string> headings;
  for (const std::string& name : by) {
    std::string& heading = headings.emplace_back(name);
    for (char& c : heading) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  headings.insert(headings.end(), {"COUNT", "P50", "P90", "P99"});
  Table table(headings);
  for (const auditor::CountRow& row : counts.rows) {
    std::vector<std::string> cells = row.key;
    cells.push_back(auditor::CellText(row.count));
    for (const auto& [name, time] : kTimes) {
      const auto took = row.times.has_value() ? *row.times.*time : std::nullopt;
      cells.push_back(took.has_value() ? absl::FormatDuration(absl::Trunc(*took, absl::Seconds(1)))
                                       : "");
    }
    table.Add(std::move(cells));
  }
  return table.Text();
}

// What this mirror cannot say, in words.
std::string Caveats(const auditor::Counts& counts) {
  std::string text;
  if (counts.without_key > 0) {
    // How many stands in the table, as far as it may.
    text += "some of them do not show this mirror by what they are counted: (not shown)\n";
  }
  if (counts.unmeasured > 0) {
    text += Few(counts.unmeasured) +
            " show no referral that this mirror saw submitted: no time is known of them\n";
  }
  if (counts.unsure > 0) {
    text += Few(counts.unsure) +
            " more events do not show whether they are asked for: they are not counted\n";
  }
  return text;
}

Result Run(Context&, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const auditor::EventQuery query, Asked(o));
  AMANA_ASSIGN_OR_RETURN(const std::vector<CountBy> by, Dimensions(o.by));
  Counted counted = Counted::kEvents;
  AMANA_RETURN_IF_ERROR(Choose("--of", kCounted, o.of, counted));
  std::string aside;
  AMANA_ASSIGN_OR_RETURN(const ShownLog log, OpenLog(o.folder, o.log, &aside));
  AMANA_ASSIGN_OR_RETURN(const auditor::Counts counts,
                         auditor::CountEvents(*log.book, query, counted, by));
  Json rows = Json::array();
  for (const auditor::CountRow& row : counts.rows) rows.push_back(ToJson(row, o.by));
  std::string text = TableOf(counts, o.by) + Caveats(counts) + aside;
  if (o.format == "jsonl") text = JsonLinesOf(rows);
  if (o.format == "csv") {
    std::vector<std::string> columns = o.by;
    columns.insert(columns.end(), {"count", "p50_s", "p90_s", "p99_s", "measured"});
    text = CsvOf(columns, rows);
  }
  Report report;
  const std::string what = std::to_string(rows.size()) + " rows";
  report.json = {{"of", o.of},
                 {"log", log.origin},
                 {"rows", std::move(rows)},
                 {"without_key", counts.without_key > 0},
                 {"unmeasured", FewJson(counts.unmeasured)},
                 {"unsure", FewJson(counts.unsure)}};
  AMANA_RETURN_IF_ERROR(Put(std::move(text), o.out, what, report));
  if (!o.out.empty()) report.text += Caveats(counts) + aside;
  return report;
}

}  // namespace

void RegisterAuditCount(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "count", "How often, and how long it took, over a mirror",
      "  amana audit count mirror --of deliveries --by day,agency\n"
      "  amana audit count mirror --of refusals --by reason --since 2031-01-01\n"
      "  amana audit count mirror --of acceptances --by agency --format csv --out accepted.csv\n"
      "deliveries and acceptances are timed from when the broker took the referral; agency is the\n"
      "recipient's. Counts below five are shown as <5, and others as n/s (not shown) where they\n"
      "would give those back; a time is shown where five or more took as long or longer. What an\n"
      "auditor is not shown is counted as (not shown).\n",
      [](CLI::App& command, Options& o) {
        AddQuestion(command, o);
        command.add_option("--of", o.of, "events, deliveries, acceptances or refusals")
            ->capture_default_str();
        command.add_option("--by", o.by, "day, agency, kind, reason: one or two of them")
            ->delimiter(',')
            ->capture_default_str();
        command.add_option("--format", o.format, "text, csv or jsonl")
            ->capture_default_str()
            ->check(CLI::IsMember({"text", "csv", "jsonl"}));
        command.add_option("--out", o.out, "Into this new file");
      },
      Run);
}

}  // namespace amana::cli
