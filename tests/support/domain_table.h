// The domain tables for tests: the project's own copies (broker/domain/*.csv) and, where they are
// there, the shared originals, so that neither the code nor the copies can drift.
#ifndef AMANA_TESTS_SUPPORT_DOMAIN_TABLE_H_
#define AMANA_TESTS_SUPPORT_DOMAIN_TABLE_H_

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/shared.h"

namespace amana::tests {

struct DomainTable {
  std::string origin;                                    // where it was read, for messages
  std::vector<std::map<std::string, std::string>> rows;  // column -> cell
};

// RFC 4180 without quoted line breaks, which the tables have not.
inline std::vector<std::string> SplitCsvLine(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

// "A|B" -> A, B.
inline std::vector<std::string> SplitList(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

inline DomainTable ReadDomainTable(const std::filesystem::path& path) {
  DomainTable table{path.string(), {}};
  std::vector<std::string> columns;
  for (const std::string& line : SplitList(ReadWhole(path), '\n')) {
    if (line.empty()) continue;
    const std::vector<std::string> cells = SplitCsvLine(line);
    if (columns.empty()) {
      columns = cells;
      continue;
    }
    auto& row = table.rows.emplace_back();
    for (size_t i = 0; i < columns.size() && i < cells.size(); ++i) row[columns[i]] = cells[i];
  }
  return table;
}

// The copy first; the original after it where it is present. Empty only when the copy is missing.
inline std::vector<DomainTable> DomainTables(std::string_view name) {
  std::vector<DomainTable> tables;
  const char* root = std::getenv("AMANA_SOURCE_DIR");
  const auto copy = std::filesystem::path(root == nullptr ? "." : root) / "broker/domain" / name;
  if (std::filesystem::exists(copy)) tables.push_back(ReadDomainTable(copy));
  if (const auto shared = SharedFile("domain/" + std::string(name))) {
    tables.push_back(ReadDomainTable(*shared));
  }
  return tables;
}

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_DOMAIN_TABLE_H_
