#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/iom/htcds_csv_writer.h"
#include "agency-adapters/iom/htcds_xform.h"
#include "agency-adapters/iom/iom_mapping.h"
#include "agency-adapters/mapping/case_facts.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

constexpr size_t kMostItems = 100000;

struct Options {
  std::vector<int64_t> items;
  std::string format = "csv", out;
  bool spreadsheet_header = false;
};

// One offer of one service to this unit, with all that came of it.
struct Case {
  int64_t item = 0;  // the first
  sdk::DeliveryKey key;
  mapping::CaseFacts facts = {};
  mapping::Record record = {};
};

using CaseId = std::tuple<std::string, uint32_t, uint64_t>;
CaseId IdOf(const sdk::DeliveryKey& key) {
  return {sdk::ToString(key.referral), key.task, key.offer_epoch};
}

// The form that XForms clients know: of the referral, so that the same case has the same id.
std::string InstanceOf(const Case& one) {
  const std::string hex = one.key.referral.referral.hex();
  return absl::StrCat("uuid:", hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

class Export {
 public:
  Export(Context& context, const Options& options) : context_(context), o_(options) {}

  Result Run() {
    AMANA_ASSIGN_OR_RETURN(identity_, context_.identity());
    AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context_.mailbox());
    inbox_.emplace(*mailbox);
    AMANA_RETURN_IF_ERROR(Choose());
    AMANA_RETURN_IF_ERROR(Read());
    AMANA_RETURN_IF_ERROR(Map());
    AMANA_RETURN_IF_ERROR(o_.format == "csv" ? WriteCsv() : WriteForms());
    return Finish();
  }

 private:
  absl::Status Choose() {
    AMANA_ASSIGN_OR_RETURN(all_, inbox_->After(0, kMostItems));
    if (o_.items.empty()) {
      for (const sdk::InboxItem& item : all_) wanted_.insert(IdOf(item.key));
      return absl::OkStatus();
    }
    for (const int64_t id : o_.items) {
      AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, inbox_->Get(id));
      wanted_.insert(IdOf(item.key));
    }
    return absl::OkStatus();
  }

  // What was recalled is nobody's to hand on; it is counted, and a case of which something else is
  // there is exported without it.
  absl::Status Read() {
    std::map<CaseId, size_t> place;
    for (const sdk::InboxItem& item : all_) {
      const CaseId id = IdOf(item.key);
      if (!wanted_.contains(id)) continue;
      const absl::StatusOr<envelope::OpenedDelivery> opened = inbox_->Open(item.id, *identity_);
      if (ErrorReason(opened.status()) == "CONTENT_ERASED") {
        ++recalled_;
        continue;
      }
      if (!opened.ok()) return opened.status();
      const auto [at, is_new] = place.try_emplace(id, cases_.size());
      if (is_new) cases_.push_back({.item = item.id, .key = item.key});
      for (const envelope::OpenedSection& section : opened->sections) {
        AddSection(section, cases_[at->second]);
      }
    }
    return absl::OkStatus();
  }

  void AddSection(const envelope::OpenedSection& section, Case& one) {
    const std::string name(codes::CodeName(section.category));
    if (section.media_type != "application/json") {
      ++left_out_[name + " (no JSON)"];
      return;
    }
    absl::Status added = mapping::AddSection(one.facts, section.category, section.content);
    if (!added.ok()) Refuse(one, added);
  }

  absl::Status Map() {
    AMANA_ASSIGN_OR_RETURN(const mapping::Mapping htcds, iom::BuiltInMapping());
    std::vector<Case> mapped;
    for (Case& one : cases_) {
      if (refused_.contains(one.item)) continue;
      mapping::Report fields;
      absl::StatusOr<mapping::Record> record = htcds.ToNative(one.facts, &fields);
      if (!record.ok()) {
        Refuse(one, record.status());
        continue;
      }
      for (const mapping::ReportLine& line : fields.lines) {
        if (line.outcome == mapping::Outcome::kDropped) ++left_out_[line.fact];
      }
      one.record = *std::move(record);
      mapped.push_back(std::move(one));
    }
    cases_ = std::move(mapped);
    return absl::OkStatus();
  }

  absl::Status WriteCsv() {
    std::vector<mapping::Record> records;
    for (const Case& one : cases_) records.push_back(one.record);
    const iom::CsvExport file = iom::WriteHtcdsCsv(
        records, o_.spreadsheet_header ? iom::CsvHeader::kSpreadsheet : iom::CsvHeader::kStandard);
    for (const iom::Finding& finding : file.findings) left_out_[finding.field] += finding.rows;
    AMANA_RETURN_IF_ERROR(RealFileSystem().CreateAtomically(o_.out, file.csv, kPrivateFile));
    files_.push_back(o_.out);
    return absl::OkStatus();
  }

  absl::Status WriteForms() {
    AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(o_.out));
    for (const Case& one : cases_) {
      const auto form = iom::WriteHtcdsXForm(one.record, InstanceOf(one));
      if (!form.ok()) {
        Refuse(one, form.status());
        continue;
      }
      for (const iom::Finding& finding : form->findings) ++left_out_[finding.field];
      const std::string path = absl::StrCat(o_.out, "/item-", one.item, ".xml");
      AMANA_RETURN_IF_ERROR(RealFileSystem().CreateAtomically(path, form->xml, kPrivateFile));
      files_.push_back(path);
    }
    return absl::OkStatus();
  }

  void Refuse(const Case& one, const absl::Status& why) {
    if (!refused_.insert(one.item).second) return;
    Json json = {{"item", one.item}};
    json.update(ErrorJson(why));
    refusals_.push_back(std::move(json));
    absl::StrAppend(&text_, "item ", one.item, ": ", ErrorReason(why), ", ", ErrorField(why), ": ",
                    why.message(), "\n");
  }

  Result Finish() {
    const size_t written = o_.format == "csv" ? cases_.size() : files_.size();
    Report report{text_, {{"cases", written}, {"refused", refusals_}, {"recalled", recalled_}}};
    report.json["left_out"] = Json::object();
    for (const auto& [name, rows] : left_out_) {
      report.json["left_out"][name] = rows;
      absl::StrAppend(&report.text, "left out: ", name, ", in ", rows, " of them\n");
    }
    report.json["files"] = files_;
    absl::StrAppend(&report.text, written, written == 1 ? " case" : " cases", " written to ",
                    o_.out, ", ", refusals_.size(), " refused, ", recalled_, " parts recalled\n");
    if (!refusals_.empty()) report.exit_code = kExitRefused;
    return report;
  }

  Context& context_;
  const Options& o_;
  const sdk::Identity* identity_ = nullptr;
  std::optional<sdk::Inbox> inbox_;
  std::vector<sdk::InboxItem> all_;
  std::set<CaseId> wanted_;
  std::vector<Case> cases_;
  std::set<int64_t> refused_;
  std::map<std::string, size_t> left_out_;
  std::vector<std::string> files_;
  Json refusals_ = Json::array();
  std::string text_;
  size_t recalled_ = 0;
};

void AddOptions(CLI::App& command, Options& o) {
  command.add_option("items", o.items, "Inbox items; none: every case that is there")
      ->check(WholeNumber(1));
  command.add_option("--format", o.format, "csv: one file; xform: a folder, one file a case")
      ->check(CLI::IsMember({"csv", "xform"}))
      ->capture_default_str();
  command.add_flag("--spreadsheet-header", o.spreadsheet_header,
                   "Both header rows of the official spreadsheet, its defects included");
  command.add_option("--out", o.out, "The file or folder, which only you can read")->required();
}

}  // namespace

void RegisterExportHtcds(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "htcds", "Received cases as a case file in IOM's HTCDS 2.0 (CSV or XForm)",
      "  amana export htcds --out cases.csv\n"
      "  amana export htcds 7 9 --format xform --out forms\n"
      "What came of a case later (on acceptance, in answer to a question) is in its row. A fact\n"
      "that the standard has no field for is left out and named. Nothing is overwritten.\n",
      AddOptions, [](Context& c, const Options& o) -> Result { return Export(c, o).Run(); });
}

}  // namespace amana::cli
