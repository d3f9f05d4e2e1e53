#include "absl/time/clock.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/audit_question.h"
#include "agency-adapters/cli/audit_tables.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

struct Options : QuestionOptions {
  std::string format = "text", out, every;
  uint64_t start = 0;
  uint32_t limit = 1000;
};

const std::vector<std::string>& Columns() {
  static const auto* const columns = new std::vector<std::string>{
      "index",   "time",   "kind",       "referral",  "task",     "actor",   "recipient",
      "urgency", "reason", "consent_id", "delivered", "withheld", "cert_id", "leaf"};
  return *columns;
}

// A page, as programs and as people read it.
struct Page {
  Json events = Json::array();
  std::string lines;
};

absl::StatusOr<Page> Read(const std::vector<auditor::MirroredEvent>& found) {
  Page page;
  for (const auditor::MirroredEvent& event : found) {
    AMANA_ASSIGN_OR_RETURN(const sdk::EventView view, auditor::ViewOf(event));
    Json json = {{"index", event.index}, {"whole", event.whole}};
    json.update(ToJson(view));
    page.events.push_back(std::move(json));
    page.lines += ToLine(event.index, view);
  }
  return page;
}

// What another program adds to the mirror, as it comes, until the user stops it.
Result Follow(Context& context, const Options& o, const auditor::EventQuery& query,
              auditor::MirrorBook& book) {
  if (o.format == "csv" || !o.out.empty()) {
    return UsageError("--follow", "prints text or jsonl, and into no file");
  }
  AMANA_ASSIGN_OR_RETURN(const absl::Duration every, DurationOption("--follow", o.every));
  const World& world = context.world();
  uint64_t next = o.start, events = 0;
  absl::Time at = context.clock().Now();
  while (!world.stop()) {
    if (context.clock().Now() < at) {
      absl::SleepFor(kPause);
      continue;
    }
    AMANA_ASSIGN_OR_RETURN(const auto found, book.Find(query, next, o.limit));
    AMANA_ASSIGN_OR_RETURN(const Page page, Read(found));
    if (!found.empty()) {
      world.out << (o.format == "jsonl" ? JsonLinesOf(page.events) : page.lines) << std::flush;
      next = found.back().index + 1;
      events += found.size();
    }
    // A full page is followed by the next at once.
    if (found.size() < o.limit) at = context.clock().Now() + every;
  }
  Report report;
  report.json = {{"events", events}, {"next", next}};
  return report;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const auditor::EventQuery query, Asked(o));
  AMANA_ASSIGN_OR_RETURN(const auto book, OpenMirror(o.folder));
  if (!o.every.empty()) return Follow(context, o, query, *book);
  AMANA_ASSIGN_OR_RETURN(const auto found, book->Find(query, o.start, o.limit));
  AMANA_ASSIGN_OR_RETURN(Page page, Read(found));
  Report report;
  std::string lines = std::move(page.lines);
  if (o.format == "csv") lines = CsvOf(Columns(), page.events);
  if (o.format == "jsonl") lines = JsonLinesOf(page.events);
  report.json = {{"events", std::move(page.events)}};
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
      "  amana audit query mirror --sla-breach --follow 10s    (beside a mirror that is followed)\n"
      "Every event is rebuilt from its opening; `amana audit verify` says whether it is in the "
      "log.\n"
      "An event that does not show you what you ask about is not found by it.\n",
      [](CLI::App& command, Options& o) {
        AddQuestion(command, o);
        command.add_option("--start", o.start, "From this index on (where a page ended)");
        command.add_option("--limit", o.limit, "At most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 1'000'000));
        command.add_option("--follow", o.every, "Go on with what comes, looking after this time");
        command.add_option("--format", o.format, "text, csv or jsonl")
            ->capture_default_str()
            ->check(CLI::IsMember({"text", "csv", "jsonl"}));
        command.add_option("--out", o.out, "Into this new file");
      },
      Run);
}

}  // namespace amana::cli
