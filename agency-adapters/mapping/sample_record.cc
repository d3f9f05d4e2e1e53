#include <algorithm>

#include "agency-adapters/mapping/engine.h"

namespace amana::mapping {
namespace {

constexpr int kTries = 200;

class Sampler {
 public:
  Sampler(const Rules& rules, std::mt19937_64& random) : rules_(rules), random_(random) {}

  Record Sample() {
    for (const auto& [native, value] : rules_.fixed) record_.fields[native] = {value};
    for (const auto& [native, indexes] : rules_.by_native) {
      const Rule* const rule = Narrowest(indexes);
      if (rule == nullptr) continue;
      if (rule->Repeats()) {
        lists_[rule->to.EachList()].push_back(rule);
      } else if (rules_.required_in.contains(native) || random_() % 4 != 0) {
        record_.fields[native] = {Text(*rule)};
      }
    }
    for (const auto& [list, members] : lists_) List(members);
    return std::move(record_);
  }

 private:
  // Of what a field is read into, the rule with the fewest values.
  const Rule* Narrowest(const std::vector<size_t>& indexes) const {
    const Rule* narrowest = nullptr;
    for (const size_t index : indexes) {
      const Rule& rule = rules_.fields[index];
      if (!rule.Reads()) continue;
      if (narrowest == nullptr || Width(rule) < Width(*narrowest)) narrowest = &rule;
    }
    return narrowest;
  }

  static int Width(const Rule& rule) {
    if (rule.value.type == ValueType::kCode) return 0;
    return rule.value.type == ValueType::kText && rule.value.shape == Shape::kFree ? 2 : 1;
  }

  // Elements of which each says something, by the list's first field; the others now and then.
  void List(const std::vector<const Rule*>& members) {
    const bool required = std::ranges::any_of(
        members, [this](const Rule* rule) { return rules_.required_in.contains(rule->native); });
    if (!required && random_() % 4 == 0) return;
    const size_t count = 1 + random_() % 3;
    for (const Rule* rule : members) {
      const bool always = rule == members[0] || rules_.required_in.contains(rule->native);
      std::vector<std::string> texts(count);
      for (std::string& text : texts) {
        if (always || random_() % 4 != 0) text = Text(*rule);
      }
      const bool says = std::ranges::any_of(texts, [](const auto& text) { return !text.empty(); });
      if (says) record_.fields[rule->native] = std::move(texts);
    }
  }

  std::string Text(const Rule& rule) {
    std::string text = One(rule);
    if (rule.separator.empty()) return text;
    for (size_t more = random_() % 3; more > 0; --more) text += rule.separator + One(rule);
    return text;
  }

  // That every rule of the field takes and writes again.
  std::string One(const Rule& rule) {
    std::string text;
    for (int i = 0; i < kTries; ++i) {
      text = SampleValue(rule.value, random_);
      if (!rule.separator.empty() && text.find(rule.separator) != std::string::npos) continue;
      const auto& all = rules_.by_native.find(rule.native)->second;
      const bool taken = std::ranges::all_of(all, [this, &text](size_t index) {
        const Rule& other = rules_.fields[index];
        if (!other.Reads()) return true;
        const auto value = ReadValue(other.value, text);
        return value.has_value() && (!other.Writes() || WriteValue(other.value, *value) == text);
      });
      if (taken) break;
    }
    return text;
  }

  const Rules& rules_;
  std::mt19937_64& random_;
  Record record_;
  std::map<std::string, std::vector<const Rule*>> lists_;
};

}  // namespace

Record SampleRecord(const Rules& rules, std::mt19937_64& random) {
  return Sampler(rules, random).Sample();
}

}  // namespace amana::mapping
