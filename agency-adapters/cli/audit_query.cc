#include <map>

#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/spreadsheet_cell.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string folder, from, until, agency, counterpart, referral, consent, certificate, category;
  std::vector<std::string> kinds, reasons;
  std::string format = "text", out;
  uint64_t start = 0;
  uint32_t limit = 1000;
  int rule = -1;
};

template <class Code>
absl::StatusOr<std::vector<Code>> Codes(std::string_view option,
                                        const std::vector<std::string>& names) {
  std::vector<Code> codes;
  for (const std::string& name : names) {
    AMANA_ASSIGN_OR_RETURN(const Code code, CodeOption<Code>(option, name));
    codes.push_back(code);
  }
  return codes;
}

absl::StatusOr<std::optional<AgencyId>> Agency(std::string_view option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto agency = AgencyId::Create(text);
  if (!agency.ok()) return UsageError(option, "expected an agency such as police-a");
  return std::optional(*std::move(agency));
}

absl::StatusOr<auditor::EventQuery> Asked(const Options& o) {
  auditor::EventQuery query;
  AMANA_ASSIGN_OR_RETURN(query.kinds, Codes<v1::EventKind>("--kind", o.kinds));
  AMANA_ASSIGN_OR_RETURN(query.reasons, Codes<v1::Reason>("--reason", o.reasons));
  AMANA_ASSIGN_OR_RETURN(query.agency, Agency("--agency", o.agency));
  AMANA_ASSIGN_OR_RETURN(query.counterpart, Agency("--counterpart", o.counterpart));
  if (!o.from.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.from, TimeOption("--since", o.from));
  }
  if (!o.until.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.until, TimeOption("--until", o.until));
  }
  if (!o.referral.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.referral, HexOption<ReferralId>("--referral", o.referral));
  }
  if (!o.consent.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.consent, HexOption<ConsentId>("--consent", o.consent));
  }
  if (!o.certificate.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.certificate, HexOption<CertId>("--certificate", o.certificate));
  }
  if (!o.category.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.category, CodeOption<v1::Category>("--category", o.category));
  }
  if (o.rule >= 0) query.rule = static_cast<uint8_t>(o.rule);
  return query;
}

// One row for each event, the columns always the same; no cell that a spreadsheet would run.
std::string Csv(const Json& events) {
  constexpr const char* kColumns[] = {"index",     "time",      "kind",    "referral", "task",
                                      "actor",     "recipient", "urgency", "reason",   "consent_id",
                                      "delivered", "withheld",  "cert_id", "leaf"};
  std::string text;
  for (const char* column : kColumns) text += (text.empty() ? "" : ",") + std::string(column);
  text += "\r\n";
  for (const Json& event : events) {
    std::string row;
    for (const char* column : kColumns) {
      const Json value = event.value(column, Json(""));
      std::string cell;
      if (value.is_array()) {
        for (const Json& one : value) cell += (cell.empty() ? "" : " ") + one.get<std::string>();
      } else {
        cell = value.is_string() ? value.get<std::string>() : value.dump();
      }
      if (column != kColumns[0]) row += ",";
      row += formats::CsvCell(iom::GuardCell(cell));
    }
    text += row + "\r\n";
  }
  return text;
}

std::string JsonLines(const Json& events) {
  std::string text;
  for (const Json& event : events) text += event.dump() + "\n";
  return text;
}

Result Run(Context&, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const auditor::EventQuery query, Asked(o));
  AMANA_ASSIGN_OR_RETURN(const bool there,
                         RealFileSystem().Exists(o.folder + "/" + auditor::MirrorBook::kFile));
  if (!there) return UsageError("folder", "no mirror with events: `amana audit mirror` first");
  AMANA_ASSIGN_OR_RETURN(const auto book, auditor::MirrorBook::Open(o.folder));
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
  if (o.format == "csv") lines = Csv(events);
  if (o.format == "jsonl") lines = JsonLines(events);
  report.json = {{"events", std::move(events)}};
  if (found.size() == o.limit) {
    report.json["next"] = found.back().index + 1;
    if (o.format == "text") {
      lines += "more: --start " + std::to_string(found.back().index + 1) + "\n";
    }
  }
  if (found.empty() && o.format == "text") lines = "nothing in this mirror is what was asked for\n";
  if (o.out.empty()) {
    report.text = std::move(lines);
  } else {
    AMANA_RETURN_IF_ERROR(RealFileSystem().CreateAtomically(o.out, lines, kPrivateFile));
    report.text = "wrote " + o.out + ": " + std::to_string(found.size()) + " events\n";
    report.json["out"] = o.out;
  }
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
        command.add_option("folder", o.folder, "Made by `amana audit mirror`")->required();
        command.add_option("--kind", o.kinds, "Of these kinds")->delimiter(',');
        command.add_option("--reason", o.reasons, "For these reasons")->delimiter(',');
        command.add_option("--since", o.from, "Not before this time (RFC 3339)");
        command.add_option("--until", o.until, "Before this time");
        command.add_option("--agency", o.agency, "That sent, acted or received");
        command.add_option("--counterpart", o.counterpart, "And this one on the other side");
        command.add_option("--referral", o.referral, "Of this referral (32 hex digits)");
        command.add_option("--consent", o.consent, "On this consent (32 hex digits)");
        command.add_option("--rule", o.rule, "By this rule of the consent table")
            ->check(CLI::Range(1, 99));
        command.add_option("--certificate", o.certificate, "Signed with this certificate (64)");
        command.add_option("--category", o.category,
                           "In which this category was given or withheld");
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
