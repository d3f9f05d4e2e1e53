#include "agency-adapters/immigration/row_report.h"

#include <charconv>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/immigration/profile_file.h"
#include "agency-adapters/mapping/report.h"

namespace amana::immigration {
namespace {

constexpr std::string_view kAckColumns = "ROW,REF_NO,STATE,REFERRAL";
constexpr std::string_view kRejColumns = "ROW,REF_NO,REASON,FIELD";

std::string Start(std::string_view profile, std::string_view digest, std::string_view columns) {
  std::string text = "#profile=";
  text.append(profile).append(";v=1;charset=UTF-8;tz=Africa/Nairobi;sha256=").append(digest);
  return text.append("\r\n").append(columns).append("\r\n");
}

std::string Line(size_t row, std::string_view ref_no, std::string_view third,
                 std::string_view fourth) {
  std::string line = std::to_string(row);
  for (const std::string_view cell : {ref_no, third, fourth}) {
    line.append(",").append(formats::CsvCell(CsvSafeCell(cell)));
  }
  return line + "\r\n";
}

}  // namespace

std::string AckStart(std::string_view digest) { return Start("DIS-VOT-ACK", digest, kAckColumns); }
std::string RejStart(std::string_view digest) { return Start("DIS-VOT-REJ", digest, kRejColumns); }

std::string AckLine(size_t row, std::string_view ref_no, RowState state,
                    std::string_view referral) {
  return Line(row, ref_no, state == RowState::kAccepted ? "ACCEPTED" : "TAKEN", referral);
}

std::string RejLine(size_t row, std::string_view ref_no, std::string_view reason,
                    std::string_view field) {
  const bool shown = mapping::ShownName(field) == field;
  return Line(row, ref_no, reason, shown ? field : std::string_view());
}

bool IsReportOf(std::string_view text, std::string_view digest) {
  const std::string_view line = text.substr(0, text.find("\r\n"));
  return line.starts_with("#profile=DIS-VOT-") && digest.size() == 64 && line.ends_with(digest);
}

std::map<size_t, RowState> ReadReport(std::string_view text, std::string_view digest,
                                      bool refused) {
  std::map<size_t, RowState> states;
  if (!IsReportOf(text, digest)) return states;
  // Only whole lines count.
  const size_t end = text.rfind("\r\n");
  for (const formats::CsvRecord& record : formats::ReadCsvRecords(text.substr(0, end)).records) {
    size_t row = 0;
    const std::string& number = record.cells[0];
    const auto [at, error] = std::from_chars(number.data(), number.data() + number.size(), row);
    if (record.cells.size() != 4 || error != std::errc() || at != number.data() + number.size()) {
      continue;
    }
    const std::string& state = record.cells[2];
    if (refused) {
      states[row] = RowState::kRefused;
    } else if (state == "ACCEPTED" || state == "TAKEN") {
      states[row] = state == "TAKEN" ? RowState::kTaken : RowState::kAccepted;
    }
  }
  return states;
}

}  // namespace amana::immigration
