#include "agency-adapters/iom/htcds_generator.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_codes.h"
#include "agency-adapters/iom/htcds_fields.h"

namespace amana::iom {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the distributions of <random> differ between libraries.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>((Next() >> 32) % bound); }

 private:
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

std::string Date(Random& random, int first_year, int last_year) {
  const uint32_t years = static_cast<uint32_t>(std::max(last_year - first_year + 1, 1));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u",
                first_year + static_cast<int>(random.Below(years)), 1 + random.Below(12),
                1 + random.Below(28));
  return text;
}

std::string_view Code(Random& random, const CodeList& list) {
  return list.codes[random.Below(static_cast<uint32_t>(list.codes.size()))].name;
}

std::string Codes(Random& random, const CodeList& list) {
  std::string codes;
  const uint32_t count = 1 + random.Below(3);
  for (uint32_t i = 0; i < count; ++i) {
    if (!codes.empty()) codes += ';';
    codes += Code(random, list);
  }
  return codes;
}

class RowMaker {
 public:
  RowMaker(Random& random, uint32_t row, int last_birth_year)
      : random_(random), row_(row), last_birth_year_(last_birth_year) {}

  // Every draw is made whether or not its cell stays blank, so that cells do not shift the rest.
  std::string Cell(const Field& field) {
    const bool blank = random_.Below(4) == 0;
    std::string value = Value(field);
    return blank && !IsCore(field.name) ? std::string() : value;
  }

 private:
  static bool IsCore(std::string_view name) {
    static constexpr std::array kCore = {"prs_FirstName", "prs_SecondName", "prs_Birthdate",
                                         "prs_Gender", "prs_Citizenship"};
    return std::ranges::find(kCore, name) != kCore.end();
  }

  std::string Value(const Field& field) {
    switch (field.kind) {
      case ValueKind::kDate:
        return field.name == "prs_Birthdate" ? Date(random_, 1960, last_birth_year_)
                                             : Date(random_, 2020, 2024);
      case ValueKind::kPicklist:
        return std::string(Code(random_, *FindCodeList(field.name)));
      case ValueKind::kMultiselect:
        return Codes(random_, *FindCodeList(field.name));
      case ValueKind::kCountries:
        return "UT";
      case ValueKind::kPhone:
        return "+99900" + std::to_string(100000 + random_.Below(900000));
      case ValueKind::kNumber:
      case ValueKind::kDegrees:
        return std::to_string(random_.Below(10));
      case ValueKind::kCheckbox:
        return random_.Below(2) == 0 ? "TRUE" : "FALSE";
      case ValueKind::kText:
        return Text(field.name);
    }
    return "";
  }

  std::string Text(std::string_view name) const {
    if (name == "prs_FirstName") return "TESTCASE-" + std::to_string(row_);
    if (name == "prs_SecondName") return "SYNTHETIC";
    if (name == "prs_Salutation") return "Mx";
    if (name == "prs_Email") return "testcase-" + std::to_string(row_) + "@synthetic.example";
    if (name == "prs_MailingCountry") return "UT";
    return "SYNTHETIC RECORD, \"row\" " + std::to_string(row_);
  }

  Random& random_;
  const uint32_t row_;
  const int last_birth_year_;
};

}  // namespace

std::string GenerateHtcdsCsv(const GeneratorOptions& options) {
  const bool official = options.header == HeaderForm::kOfficial;
  std::string machine, labels;
  for (const OfficialColumn& column : OfficialColumns()) {
    // The Excel file's first column has no name and holds row numbers.
    const std::string_view divider = machine.empty() && labels.empty() && !official ? "" : ",";
    machine.append(divider).append(official ? column.machine : column.field);
    labels.append(divider).append(column.label);
  }
  std::string csv = machine + "\r\n";
  if (official) csv += labels + "\r\n";
  Random random(options.seed);
  for (uint32_t row = 1; row <= options.rows; ++row) {
    RowMaker maker(random, row, options.last_birth_year);
    std::string line = official ? std::to_string(row) + "," : "";
    for (size_t i = 0; i < OfficialColumns().size(); ++i) {
      if (i > 0) line += ',';
      line += formats::CsvCell(maker.Cell(*FindField(OfficialColumns()[i].field)));
    }
    csv += line + "\r\n";
  }
  return csv;
}

}  // namespace amana::iom
