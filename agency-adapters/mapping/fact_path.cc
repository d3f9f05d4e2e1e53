#include "agency-adapters/mapping/fact_path.h"

#include <algorithm>
#include <charconv>

#include "agency-adapters/mapping/report.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;
using Choice = Step::Choice;

constexpr size_t kMaxSteps = 8;
constexpr size_t kMaxIndex = 63;

bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::optional<Step> ParseStep(std::string_view text) {
  Step step;
  const size_t open = text.find('[');
  step.name = std::string(text.substr(0, open));
  if (!IsWord(step.name)) return std::nullopt;
  if (open == std::string_view::npos) return step;
  if (!text.ends_with(']')) return std::nullopt;
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  if (inside.empty()) {
    step.choice = Choice::kEach;
    return step;
  }
  if (const size_t equals = inside.find('='); equals != std::string_view::npos) {
    step.choice = Choice::kWhere;
    step.key = std::string(inside.substr(0, equals));
    step.value = std::string(inside.substr(equals + 1));
    return IsWord(step.key) && IsWord(step.value) ? std::optional(step) : std::nullopt;
  }
  step.choice = Choice::kIndex;
  const auto [end, error] =
      std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
  const bool whole = error == std::errc() && end == inside.data() + inside.size();
  return whole && step.index <= kMaxIndex ? std::optional(step) : std::nullopt;
}

// An object that is there or can be, with this member.
Json* Member(Json& node, const std::string& name) {
  if (node.is_null()) node = Json::object();
  return node.is_object() ? &node[name] : nullptr;
}

Json* Element(Json& list, size_t index) {
  if (list.is_null()) list = Json::array();
  if (!list.is_array()) return nullptr;
  while (list.size() <= index) list.push_back(nullptr);
  return &list[index];
}

Json* ElementWhere(Json& list, const Step& step) {
  if (list.is_null()) list = Json::array();
  if (!list.is_array()) return nullptr;
  for (Json& element : list) {
    if (element.is_object() && element.contains(step.key) && element[step.key] == step.value) {
      return &element;
    }
  }
  list.push_back(Json{{step.key, step.value}});
  return &list.back();
}

// As RFC 6901 has it: names may hold anything.
std::string Escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return text;
}

// Walks one path through a case, collecting.
class Finder {
 public:
  Finder(const FactPath& path, std::set<std::string>& used) : path_(path), used_(used) {}

  bool Walk(const Json* node, size_t depth, Found at) {
    if (node != nullptr && node->is_null()) node = nullptr;
    if (depth == path_.steps.size()) {
      at.value = node;
      found_.push_back(std::move(at));
      return node == nullptr || node->is_primitive();
    }
    const Step& step = path_.steps[depth];
    if (node != nullptr && !node->is_object()) return false;
    const Json* child = nullptr;
    if (node != nullptr && node->contains(step.name)) child = &(*node)[step.name];
    at.pointer += "/" + Escaped(step.name);
    if (step.choice == Choice::kNone) return Walk(child, depth + 1, std::move(at));
    if (child == nullptr || child->is_null()) return true;
    if (!child->is_array()) return false;
    return Choose(*child, step, depth, at);
  }

  std::vector<Found> Take() { return std::move(found_); }

 private:
  bool Choose(const Json& list, const Step& step, size_t depth, const Found& at) {
    bool second = false;
    for (size_t i = 0; i < depth; ++i) second |= path_.steps[i].choice == Choice::kEach;
    bool taken = false;
    for (size_t i = 0; i < list.size(); ++i) {
      Found inner = at;
      inner.pointer += "/" + std::to_string(i);
      if (step.choice == Choice::kEach) (second ? inner.second : inner.element) = i;
      if (step.choice == Choice::kIndex && i != step.index) continue;
      if (step.choice == Choice::kWhere) {
        const bool is =
            list[i].is_object() && list[i].contains(step.key) && list[i][step.key] == step.value;
        // The first of several: what the others say has no place and is reported as dropped.
        if (!is || taken) continue;
        taken = true;
        used_.insert(inner.pointer + "/" + Escaped(step.key));
      }
      if (!Walk(&list[i], depth + 1, std::move(inner))) return false;
    }
    return true;
  }

  const FactPath& path_;
  std::set<std::string>& used_;
  std::vector<Found> found_;
};

void AddLeaves(const Json& node, const std::string& pointer, const std::string& shown,
               std::vector<Leaf>& leaves) {
  if (node.is_object()) {
    for (const auto& [name, child] : node.items()) {
      const std::string next = shown.empty() ? ShownName(name) : shown + "." + ShownName(name);
      AddLeaves(child, pointer + "/" + Escaped(name), next, leaves);
    }
  } else if (node.is_array()) {
    for (size_t i = 0; i < node.size(); ++i) {
      AddLeaves(node[i], pointer + "/" + std::to_string(i), shown + "[]", leaves);
    }
  } else if (!node.is_null()) {
    leaves.push_back({pointer, shown});
  }
}

}  // namespace

size_t FactPath::EachCount() const {
  return static_cast<size_t>(std::ranges::count(steps, Choice::kEach, &Step::choice));
}

std::string FactPath::EachList() const {
  const size_t at = text.find("[]");
  return at == std::string::npos ? "" : text.substr(0, at + 2);
}

std::optional<FactPath> ParseFactPath(std::string_view text) {
  FactPath path;
  path.text = std::string(text);
  while (true) {
    const size_t dot = text.find('.');
    std::optional<Step> step = ParseStep(text.substr(0, dot));
    if (!step.has_value() || path.steps.size() == kMaxSteps) return std::nullopt;
    path.steps.push_back(*std::move(step));
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  if (path.steps.size() < 2 || path.steps[0].choice != Choice::kNone) return std::nullopt;
  return path;
}

std::string_view Clash(const FactPath& a, const FactPath& b) {
  const size_t common = std::min(a.steps.size(), b.steps.size());
  for (size_t i = 0; i < common; ++i) {
    const Step& x = a.steps[i];
    const Step& y = b.steps[i];
    if (x.name != y.name) return "";
    if (x.choice != y.choice) return "chooses otherwise among the elements of one list";
    if (x.choice == Choice::kIndex && x.index != y.index) return "";
    if (x.choice != Choice::kWhere) continue;
    if (x.key != y.key) return "chooses otherwise among the elements of one list";
    for (const FactPath* path : {&a, &b}) {
      if (path->steps.size() > i + 1 && path->steps[i + 1].name == x.key) {
        return "is what elements are chosen by";
      }
    }
    if (x.value != y.value) return "";
  }
  return a.steps.size() == b.steps.size() ? "" : "one is inside the value of the other";
}

Json* MakeNode(Json& root, const FactPath& path, size_t element, size_t second) {
  Json* node = &root;
  bool first = true;
  for (const Step& step : path.steps) {
    node = Member(*node, step.name);
    if (node == nullptr) return nullptr;
    if (step.choice == Choice::kEach) {
      node = Element(*node, first ? element : second);
      first = false;
    } else if (step.choice == Choice::kIndex) {
      node = Element(*node, step.index);
    } else if (step.choice == Choice::kWhere) {
      node = ElementWhere(*node, step);
    }
    if (node == nullptr) return nullptr;
  }
  return node;
}

std::optional<std::vector<Found>> FindAll(const Json& root, const FactPath& path,
                                          std::set<std::string>& used) {
  Finder finder(path, used);
  if (!finder.Walk(&root, 0, {})) return std::nullopt;
  return finder.Take();
}

std::vector<Leaf> Leaves(const Json& root) {
  std::vector<Leaf> leaves;
  AddLeaves(root, "", "", leaves);
  return leaves;
}

}  // namespace amana::mapping
