// Machine readable zones, one line each: read with every field in its bounds, or refused with a
// field and without content.
#include <vector>

#include "agency-adapters/immigration/mrz.h"
#include "agency-adapters/mapping/countries.h"
#include "base/status.h"
#include "tests/fuzz/target.h"
#include "tests/vectors/mrz.h"

namespace amana::fuzz {
namespace {

constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";

bool IsState(std::string_view code) {
  return mapping::CountryFrom(mapping::CountryForm::kIcao, code).has_value();
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    auto* all = new std::vector<std::string>;
    for (const auto& v : vectors::kGoodMrz) {
      all->push_back(std::string(v.line1) + "\n" + std::string(v.line2));
      if (!v.line3.empty()) all->back() += "\n" + std::string(v.line3);
    }
    return all;
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = bytes;;) {
    const size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  const auto mrz = immigration::ParseMrz(lines);
  if (!mrz.ok()) {
    for (const std::string_view line : lines) {
      // Of a zone's own characters: a fuzzer learns our words, and gives them to us as a line.
      if (line.size() < 10 || line.find_first_not_of(kCharacters) != std::string_view::npos)
        continue;
      Require(std::string(mrz.status().message()).find(line) == std::string::npos,
              "no refusal shows a line");
    }
    return RequireRefusal(mrz.status(), absl::StatusCode::kInvalidArgument);
  }
  Require(!mrz->primary_name.empty() && !mrz->document_number.empty(), "a name and a number");
  Require(mrz->document_number.size() <= 22, "the number fits its fields");
  Require(IsState(mrz->issuing_state) && IsState(mrz->nationality), "states are states");
  const absl::CivilDay today(2031, 2, 2);
  const auto birth = immigration::BirthDay(mrz->birth, today);
  Require(!birth || (*birth <= today && birth->year() % 100 == *mrz->birth.year),
          "a birth day is the printed one, and past");
  return true;
}

}  // namespace amana::fuzz
