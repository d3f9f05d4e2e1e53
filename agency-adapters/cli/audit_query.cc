#include "absl/time/clock.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/cli/audit_chain.h"
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
      "index",  "time",       "kind",      "referral", "task",    "actor", "recipient", "urgency",
      "reason", "consent_id", "delivered", "withheld", "cert_id", "leaf",  "log"};
  return *columns;
}

// Where a page begins and the next one will: in which of the mirror's logs, and at which entry.
struct Place {
  size_t log = 0;
  uint64_t index = 0;
};

// A page, as programs and as people read it.
struct Page {
  Json events = Json::array();
  std::string lines;
  std::string log;  // that `lines` last said they are of
};

absl::Status Read(const std::vector<auditor::MirroredEvent>& found, const std::string& origin,
                  bool several, Page& page) {
  for (const auditor::MirroredEvent& event : found) {
    AMANA_ASSIGN_OR_RETURN(const sdk::EventView view, auditor::ViewOf(event));
    Json json = {{"index", event.index}, {"whole", event.whole}};
    json.update(ToJson(view));
    json["log"] = origin;
    page.events.push_back(std::move(json));
    if (several && std::exchange(page.log, origin) != origin) {
      page.lines += "the log " + Shown(origin) + ":\n";
    }
    page.lines += ToLine(event.index, view);
  }
  return absl::OkStatus();
}

// The mirror's logs as one listing: each entry once, of the oldest log that has it here.
class Listing {
 public:
  Listing(std::vector<ShownLog> logs, auditor::EventQuery query)
      : logs_(std::move(logs)), query_(std::move(query)) {}

  // In the log of this origin from `start` on; empty: in all of them.
  absl::StatusOr<Place> Begin(const std::string& origin, uint64_t start) {
    if (origin.empty() && logs_.size() > 1 && start > 0) {
      return UsageError("--start", "say with --log in which of the mirror's logs");
    }
    only_ = !origin.empty();
    if (!only_) return Place{0, logs_.front().from + start};
    for (size_t i = 0; i < logs_.size(); ++i) {
      if (logs_[i].origin == origin) return Place{i, start};
    }
    return UsageError("--log", "no log of this mirror");
  }

  // `place` is then where the next one begins; whether there may be more in logs that come after.
  absl::StatusOr<size_t> Next(Place& place, size_t limit, Page& page) {
    size_t count = 0;
    while (true) {
      ShownLog& log = logs_[place.log];
      AMANA_ASSIGN_OR_RETURN(const auto found, log.book->Find(query_, place.index, limit - count));
      AMANA_RETURN_IF_ERROR(Read(found, log.origin, logs_.size() > 1, page));
      count += found.size();
      if (!found.empty()) place.index = found.back().index + 1;
      if (count == limit || only_ || place.log + 1 == logs_.size()) return count;
      place = {place.log + 1, logs_[place.log + 1].from};
    }
  }

  const std::string& OriginAt(const Place& place) const { return logs_[place.log].origin; }
  bool several() const { return logs_.size() > 1; }

 private:
  std::vector<ShownLog> logs_;
  const auditor::EventQuery query_;
  bool only_ = false;
};

// What another program adds to the mirror, as it comes, until the user stops it.
Result Follow(Context& context, const Options& o, Listing& listing, Place place) {
  if (o.format == "csv" || !o.out.empty()) {
    return UsageError("--follow", "prints text or jsonl, and into no file");
  }
  AMANA_ASSIGN_OR_RETURN(const absl::Duration every, DurationOption("--follow", o.every));
  const World& world = context.world();
  uint64_t events = 0;
  absl::Time at = context.clock().Now();
  while (!world.stop()) {
    if (context.clock().Now() < at) {
      absl::SleepFor(kPause);
      continue;
    }
    Page page;
    AMANA_ASSIGN_OR_RETURN(const size_t found, listing.Next(place, o.limit, page));
    if (found > 0) {
      world.out << (o.format == "jsonl" ? JsonLinesOf(page.events) : page.lines) << std::flush;
      events += found;
    }
    // A full page is followed by the next at once.
    if (found < o.limit) at = context.clock().Now() + every;
  }
  Report report;
  report.json = {{"events", events}, {"next", place.index}};
  return report;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(auditor::EventQuery query, Asked(o));
  AMANA_ASSIGN_OR_RETURN(std::vector<ShownLog> logs, OpenLogs(o.folder));
  Listing listing(std::move(logs), std::move(query));
  AMANA_ASSIGN_OR_RETURN(Place place, listing.Begin(o.log, o.start));
  if (!o.every.empty()) return Follow(context, o, listing, place);
  Page page;
  AMANA_ASSIGN_OR_RETURN(const size_t found, listing.Next(place, o.limit, page));
  Report report;
  std::string lines = std::move(page.lines);
  if (o.format == "csv") lines = CsvOf(Columns(), page.events);
  if (o.format == "jsonl") lines = JsonLinesOf(page.events);
  report.json = {{"events", std::move(page.events)}};
  if (found == o.limit) {
    report.json["next"] = place.index;
    std::string more = "more: ";
    if (listing.several()) {
      report.json["next_log"] = listing.OriginAt(place);
      more += "--log " + listing.OriginAt(place) + " ";
    }
    if (o.format == "text") lines += more + "--start " + std::to_string(place.index) + "\n";
  }
  if (found == 0 && o.format == "text") lines = "nothing in this mirror is what was asked for\n";
  AMANA_RETURN_IF_ERROR(Put(std::move(lines), o.out, std::to_string(found) + " events", report));
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
      "An event that does not show you what you ask about is not found by it.\n"
      "Where the log went on as another, all logs of the mirror are listed, each entry once; with\n"
      "--log one of them.\n",
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
