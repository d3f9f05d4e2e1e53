#include <algorithm>
#include <utility>

#include "agency-adapters/mapping/engine.h"
#include "agency-adapters/mapping/errors.h"
#include "base/status.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::string>;

class Writer {
 public:
  Writer(const Rules& rules, Report& report) : rules_(rules), report_(report) {}

  absl::StatusOr<Record> Write(const CaseFacts& facts) {
    const Json tree = ToJson(facts);
    for (const Rule& rule : rules_.fields) {
      if (rule.Writes()) Apply(rule, tree);
    }
    for (const auto& [native, value] : rules_.fixed) record_.fields[native] = {value};
    for (const Leaf& leaf : Leaves(tree)) {
      if (placed_.contains(leaf.pointer)) continue;
      Line("", leaf.shown, Outcome::kDropped, "has no place in the native format");
    }
    for (const std::string& native : rules_.required_out) {
      if (!record_.fields.contains(native)) Refuse(native, "", FieldMissingError(native));
    }
    if (!first_.ok()) return first_;
    return std::move(record_);
  }

 private:
  void Apply(const Rule& rule, const Json& tree) {
    std::set<std::string> chosen;
    const auto found = FindAll(tree, rule.to, chosen);
    if (!found.has_value()) {
      return Refuse(rule.native, rule.to.text, ValueInvalidError(rule.to.text, "another form"));
    }
    if (std::ranges::none_of(*found, [](const Found& at) { return at.value != nullptr; })) return;
    Texts texts;
    absl::Status status = Collect(rule, *found, texts);
    if (status.ok()) status = Place(rule, std::move(texts));
    // Refused or not, they are accounted for.
    placed_.merge(chosen);
    for (const Found& at : *found) placed_.insert(at.pointer);
    if (!status.ok()) return Refuse(rule.native, rule.to.text, status);
    Line(rule.native, rule.to.text, Outcome::kMapped, "");
  }

  // One text for each element, or one of them all.
  static absl::Status Collect(const Rule& rule, const std::vector<Found>& found, Texts& texts) {
    for (const Found& at : found) {
      const size_t place = rule.Repeats() ? at.element : 0;
      if (texts.size() <= place) texts.resize(place + 1);
      if (at.value == nullptr) continue;
      const auto text = WriteValue(rule.value, *at.value);
      if (!text.has_value()) {
        return rule.value.type == ValueType::kCode
                   ? CodeUnknownError(rule.to.text)
                   : ValueInvalidError(rule.to.text, Expected(rule.value));
      }
      if (!rule.separator.empty()) {
        if (text->find(rule.separator) != std::string::npos) {
          return ValueInvalidError(rule.to.text, "no separator within a value");
        }
        if (!texts[place].empty()) texts[place] += rule.separator;
      }
      texts[place] += *text;
    }
    return absl::OkStatus();
  }

  absl::Status Place(const Rule& rule, Texts texts) {
    const auto [there, added] = record_.fields.emplace(rule.native, texts);
    return added || there->second == texts ? absl::OkStatus() : FactsDisagreeError(rule.to.text);
  }

  void Refuse(const std::string& native, const std::string& fact, const absl::Status& why) {
    if (first_.ok()) first_ = why;
    Line(native, fact, Outcome::kRefused, ErrorReason(why));
  }

  void Line(std::string native, std::string fact, Outcome outcome, std::string why) {
    report_.lines.push_back({std::move(native), std::move(fact), outcome, std::move(why)});
  }

  const Rules& rules_;
  Report& report_;
  Record record_;
  std::set<std::string> placed_;  // pointers of the leaves that a rule has taken
  absl::Status first_;
};

}  // namespace

absl::StatusOr<Record> WriteRecord(const Rules& rules, const CaseFacts& facts, Report& report) {
  return Writer(rules, report).Write(facts);
}

}  // namespace amana::mapping
