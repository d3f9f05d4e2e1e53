// What a command has to say, as text for people and as JSON for programs. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_REPORT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/exit_code.h"

namespace amana::cli {

using Json = nlohmann::ordered_json;

struct Report {
  std::string text;
  Json json;
  int exit_code = kExitDone;
};
using Result = absl::StatusOr<Report>;

std::string Rfc3339(absl::Time time);        // UTC, whole seconds
std::string Rfc3339Millis(int64_t unix_ms);  // the same, of a time on the wire; "" for 0

// Columns as wide as their widest cell, under headings; "" for no rows.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// As ErrorText and ErrorJson of base/command_line.h, with this program's name, hints and exit
// codes.
std::string ErrorText(const absl::Status& error);
Json ErrorJson(const absl::Status& error);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_REPORT_H_
