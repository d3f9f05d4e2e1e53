#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/audit_question.h"
#include "agency-adapters/cli/audit_tables.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options : QuestionOptions {
  std::string format = "text", out;
  uint64_t start = 0;
  uint32_t limit = 1000;
};

const std::vector<std::string>& Columns() {
  static const auto* const columns = new std::vector<std::string>{
      "index",   "time",   "kind",       "referral",  "task",     "actor",   "recipient",
      "urgency", "reason", "consent_id", "delivered", "withheld", "cert_id", "leaf"};
  return *columns;
}

Result Run(Context&, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const auditor::EventQuery query, Asked(o));
  AMANA_ASSIGN_OR_RETURN(const auto book, OpenMirror(o.folder));
  AMANA_ASSIGN_OR_RETURN(const auto found, book->Find(query, o.start, o.limit));
  Report report;
  Json events = Json::array();
  std::string lines;
  for (const auditor::MirroredEvent& event : found) {
    AMANA_ASSIGN_OR_RETURN(const sdk::EventView view, auditor::ViewOf(event));
    Json json = {{"index", event.index}, {"whole", event.whole}};
    json.update(ToJson(view));
    events.push_back(std::move(json));
    lines += ToLine(event.index, view);
  }
  if (o.format == "csv") lines = CsvOf(Columns(), events);
  if (o.format == "jsonl") lines = JsonLinesOf(events);
  report.json = {{"events", std::move(events)}};
  if (found.size() == o.limit) {
    report.json["next"] = found.back().index + 1;
    if (o.format == "text") {
      lines += "more: --start " + std::to_string(found.back().index + 1) + "\n";
    }
  }
  if (found.empty() && o.format == "text") lines = "nothing in this mirror is what was asked for\n";
  AMANA_RETURN_IF_ERROR(
      Put(std::move(lines), o.out, std::to_string(found.size()) + " events", report));
  return report;
}

}  // namespace

void RegisterAuditQuery(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "query", "Find events in a mirror, without the broker",
      "  amana audit query mirror --kind DELIVERY_DEAD_LETTER --since 2026-01-01T00:00:00Z\n"
      "  amana audit query mirror --certificate HEX64 --since ... --until ...    (what a stolen "
      "key "
      "did)\n"
      "  amana audit query mirror --reason CONSENT_WITHDRAWN --format csv --out withdrawn.csv\n"
      "Every event is rebuilt from its opening; `amana audit verify` says whether it is in the "
      "log.\n"
      "An event that does not show you what you ask about is not found by it.\n",
      [](CLI::App& command, Options& o) {
        AddQuestion(command, o);
        command.add_option("--start", o.start, "From this index on (where a page ended)");
        command.add_option("--limit", o.limit, "At most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 1'000'000));
        command.add_option("--format", o.format, "text, csv or jsonl")
            ->capture_default_str()
            ->check(CLI::IsMember({"text", "csv", "jsonl"}));
        command.add_option("--out", o.out, "Into this new file");
      },
      Run);
}

}  // namespace amana::cli
