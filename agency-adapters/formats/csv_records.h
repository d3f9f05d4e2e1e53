// CSV text (RFC 4180, comma, LF or CRLF) as records of fields, strictly: libcsv behind it.
#ifndef AMANA_AGENCY_ADAPTERS_FORMATS_CSV_RECORDS_H_
#define AMANA_AGENCY_ADAPTERS_FORMATS_CSV_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace amana::formats {

struct CsvRecord {
  uint32_t row = 0;  // 1 for the first; blank lines count, line breaks inside quotes do not
  std::vector<std::string> cells;
};

// Where reading stopped: quotes cannot be paired from here on, so nothing after it can be trusted.
struct CsvBreak {
  uint32_t row = 0;
  size_t column = 0;          // index of the cell
  bool unterminated = false;  // a quote is never closed; otherwise a stray one
};

struct CsvRecords {
  std::vector<CsvRecord> records;  // blank lines left out
  std::optional<CsvBreak> broken;
};

// A leading UTF-8 byte order mark is left out; spaces around unquoted cells are too. Pure;
// thread-safe. Encoding is not looked at.
CsvRecords ReadCsvRecords(std::string_view text);

// One cell as it must be written: quoted where it has to be.
std::string CsvCell(std::string_view text);

}  // namespace amana::formats

#endif  // AMANA_AGENCY_ADAPTERS_FORMATS_CSV_RECORDS_H_
