#include "agency-adapters/formats/csv_records.h"

#include <csv.h>

#include <utility>

namespace amana::formats {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Owns a libcsv parser, and collects what it calls back with.
class Collector {
 public:
  // Every line end is reported, so that rows are numbered as a spreadsheet shows them. csv_init
  // fails for a null parser only.
  Collector() { (void)csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL); }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector() { csv_free(&parser_); }

  CsvRecords Read(std::string_view text) && {
    const bool whole =
        csv_parse(&parser_, text.data(), text.size(), &OnCell, &OnRow, this) == text.size();
    const bool ended = whole && csv_fini(&parser_, &OnCell, &OnRow, this) == 0;
    if (!ended) out_.broken = CsvBreak{next_row_, cells_.size(), whole};
    return std::move(out_);
  }

 private:
  static void OnCell(void* text, size_t size, void* self) {
    static_cast<Collector*>(self)->cells_.emplace_back(static_cast<const char*>(text), size);
  }
  static void OnRow(int end, void* self) { static_cast<Collector*>(self)->EndRow(end); }

  void EndRow(int end) {
    const bool second_half = end == '\n' && last_end_ == '\r' && cells_.empty();
    last_end_ = second_half ? 0 : end;
    if (second_half) return;
    if (!cells_.empty()) out_.records.push_back({next_row_, std::move(cells_)});
    cells_.clear();
    ++next_row_;
  }

  csv_parser parser_;
  CsvRecords out_;
  std::vector<std::string> cells_;
  uint32_t next_row_ = 1;
  int last_end_ = 0;
};

}  // namespace

CsvRecords ReadCsvRecords(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Collector().Read(text);
}

std::string CsvCell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos &&
      (text.empty() || (text.front() != ' ' && text.back() != ' '))) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace amana::formats
