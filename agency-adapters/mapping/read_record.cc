#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "agency-adapters/mapping/engine.h"
#include "agency-adapters/mapping/errors.h"
#include "base/status.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::string>;

bool SaysSomething(const Texts& texts) {
  return std::ranges::any_of(texts, [](const std::string& text) { return !text.empty(); });
}

class Reader {
 public:
  Reader(const Rules& rules, Report& report) : rules_(rules), report_(report) {}

  absl::StatusOr<CaseFacts> Read(const Record& record) {
    for (const auto& [native, texts] : record.fields) {
      if (SaysSomething(texts)) Field(native, texts);
    }
    for (const std::string& native : rules_.required_in) Require(record, native);
    for (const auto& [native, value] : rules_.fixed) Require(record, native);
    if (!first_.ok()) return first_;
    auto facts = CaseFactsFromJson(tree_);
    if (!facts.ok()) Refuse(NativeOf(ErrorField(facts.status())), "", facts.status());
    return facts;
  }

 private:
  void Field(const std::string& native, const Texts& texts) {
    if (const auto found = rules_.by_native.find(native); found != rules_.by_native.end()) {
      for (const size_t index : found->second) Apply(rules_.fields[index], texts);
    } else if (const auto fixed = rules_.fixed.find(native); fixed != rules_.fixed.end()) {
      if (texts != Texts{fixed->second}) {
        return Refuse(native, "", ValueInvalidError(native, "the one value that is declared"));
      }
      Line(native, "", Outcome::kMapped, "");
    } else if (const std::string* why = rules_.WhyIgnored(native); why != nullptr) {
      Line(ShownName(native), "", Outcome::kDropped, *why);
    } else {
      Refuse(ShownName(native), "", FieldUnmappedError(ShownName(native)));
    }
  }

  void Apply(const Rule& rule, const Texts& texts) {
    if (!rule.Reads()) return Line(rule.native, rule.to.text, Outcome::kDropped, "only written");
    absl::Status status = CheckCount(rule, texts);
    for (size_t i = 0; status.ok() && i < texts.size(); ++i) {
      if (!texts[i].empty()) status = Text(rule, texts[i], i);
    }
    if (!status.ok()) return Refuse(rule.native, rule.to.text, status);
    Line(rule.native, rule.to.text, Outcome::kMapped, "");
  }

  // One value; or as many as the other fields of the same elements have.
  absl::Status CheckCount(const Rule& rule, const Texts& texts) {
    if (!rule.Repeats()) {
      return texts.size() == 1 ? absl::OkStatus() : ValueCountError(rule.native, "one value");
    }
    const auto [first, added] = counts_.emplace(rule.to.EachList(), texts.size());
    if (added || first->second == texts.size()) return absl::OkStatus();
    return ValueCountError(rule.native, "a value, or an empty one, for each element of its list");
  }

  absl::Status Text(const Rule& rule, const std::string& text, size_t at) {
    if (rule.separator.empty()) return Put(rule, text, at, 0);
    const Texts parts = absl::StrSplit(text, rule.separator);
    for (size_t i = 0; i < parts.size(); ++i) {
      AMANA_RETURN_IF_ERROR(rule.Repeats() ? Put(rule, parts[i], at, i)
                                           : Put(rule, parts[i], i, 0));
    }
    return absl::OkStatus();
  }

  absl::Status Put(const Rule& rule, const std::string& text, size_t element, size_t second) {
    std::optional<Json> value = text.empty() ? std::nullopt : ReadValue(rule.value, text);
    if (!value.has_value()) {
      return rule.value.type == ValueType::kCode
                 ? CodeUnknownError(rule.native)
                 : ValueInvalidError(rule.native, Expected(rule.value));
    }
    Json* const node = MakeNode(tree_, rule.to, element, second);
    if (node == nullptr || !node->is_null()) return FactsDisagreeError(rule.native);
    *node = *std::move(value);
    return absl::OkStatus();
  }

  void Require(const Record& record, const std::string& native) {
    const auto found = record.fields.find(native);
    if (found != record.fields.end() && SaysSomething(found->second)) return;
    Refuse(native, "", FieldMissingError(native));
  }

  std::string NativeOf(const std::string& fact) const {
    for (const Rule& rule : rules_.fields) {
      if (rule.to.text == fact && rule.Reads()) return rule.native;
    }
    return fact;
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
  Json tree_ = Json::object();
  std::map<std::string, size_t> counts_;  // of values, by list
  absl::Status first_;
};

}  // namespace

absl::StatusOr<CaseFacts> ReadRecord(const Rules& rules, const Record& record, Report& report) {
  return Reader(rules, report).Read(record);
}

}  // namespace amana::mapping
