// A mapping file as rules. Made by ParseRules only, immutable after.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_RULES_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_RULES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/fact_path.h"
#include "agency-adapters/mapping/value.h"

namespace amana::mapping {

enum class Direction { kBoth, kIn, kOut };

struct Rule {
  std::string native;
  FactPath to;
  ValueRule value;
  Direction direction = Direction::kBoth;
  std::string separator;  // between elements in one native text; empty: one text is one value
  std::vector<std::string> standard;

  bool Reads() const { return direction != Direction::kOut; }
  bool Writes() const { return direction != Direction::kIn; }
  // The native field is repeated: one value for each element of to.EachList().
  bool Repeats() const { return to.EachCount() > (separator.empty() ? 0U : 1U); }
};

struct Rules {
  std::string name;
  int64_t version = 0;
  std::string source;
  std::vector<Rule> fields;
  std::map<std::string, std::vector<size_t>, std::less<>> by_native;  // indexes into fields
  std::set<std::string> required_in, required_out;                    // native names
  std::map<std::string, std::string, std::less<>> ignored;  // why, by native name or "prefix*"
  std::map<std::string, std::string, std::less<>> fixed;    // the one value, by native name

  // Why a native field is ignored; null if it is not.
  const std::string* WhyIgnored(std::string_view native) const;
  std::string Title() const { return name + " " + std::to_string(version); }
};

// MAPPING_INVALID with every finding. `file` stands for the file in messages.
absl::StatusOr<Rules> ParseRules(std::string_view toml, std::string_view file);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_RULES_H_
