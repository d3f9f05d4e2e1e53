#include "base/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana {
namespace config_internal {

// The file as a tree of our own, so that toml++ is compiled here only.
struct Node {
  enum Kind { kTable, kList, kString, kInt, kBool, kOther };
  Kind kind = kOther;
  int line = 0;
  const char* words = "another type";  // for messages
  std::string text;
  int64_t number = 0;
  std::map<std::string, Node, std::less<>> children;  // of a table
  std::vector<Node> items;                            // of a list
  mutable bool known = false;
};

struct State {
  struct Override {
    std::string value;
    bool known = false;
  };
  std::string file;
  Node root;
  std::map<std::string, Override, std::less<>> overrides;
  std::vector<std::pair<int, std::string>> findings;  // by line; flags are line 0
};

}  // namespace config_internal

namespace {

using config_internal::Node;
using config_internal::State;

Node Convert(const toml::node& from) {
  Node node;
  node.line = static_cast<int>(from.source().begin.line);
  if (const toml::table* table = from.as_table()) {
    node.kind = Node::kTable;
    node.words = "a table";
    for (const auto& [key, child] : *table) {
      Node& added = node.children[std::string(key.str())] = Convert(child);
      // A table in the file begins at its header, a value at its key.
      if (!child.is_table()) added.line = static_cast<int>(key.source().begin.line);
    }
  } else if (const toml::array* array = from.as_array()) {
    node.kind = Node::kList;
    node.words = "a list";
    for (const toml::node& item : *array) node.items.push_back(Convert(item));
  } else if (const auto* text = from.as_string()) {
    node.kind = Node::kString;
    node.words = "a string";
    node.text = text->get();
  } else if (const auto* number = from.as_integer()) {
    node.kind = Node::kInt;
    node.words = "an integer";
    node.number = number->get();
  } else if (const auto* truth = from.as_boolean()) {
    node.kind = Node::kBool;
    node.words = "a boolean";
    node.number = truth->get() ? 1 : 0;
  } else {
    node.words = from.is_floating_point() ? "a floating-point number" : "a date or time";
  }
  return node;
}

std::string Join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

void AddFinding(State& state, int line, std::string_view key, std::string_view text) {
  const std::string where = line == 0 ? "flag" : state.file + ":" + std::to_string(line);
  state.findings.emplace_back(line, where + ": " + std::string(key) + ": " + std::string(text));
}

void FindUnknown(State& state, const Node& node, const std::string& path) {
  for (const auto& [key, child] : node.children) {
    if (child.known) {
      FindUnknown(state, child, Join(path, key));
    } else {
      AddFinding(state, child.line, Join(path, key), "unknown key");
    }
  }
  for (size_t i = 0; i < node.items.size(); ++i) {
    FindUnknown(state, node.items[i], path + "[" + std::to_string(i) + "]");
  }
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

// What a getter works on: a flag's text, a node of the file, or nothing.
struct ConfigTable::Found {
  const std::string* flag = nullptr;
  const Node* node = nullptr;
  int line = 0;  // 0 for a flag
  bool given() const { return flag != nullptr || node != nullptr; }
};

const Node* ConfigTable::Child(std::string_view key) const {
  if (node_ == nullptr) return nullptr;
  const auto it = node_->children.find(key);
  return it == node_->children.end() ? nullptr : &it->second;
}

std::vector<std::string> ConfigTable::Keys() const {
  std::vector<std::string> keys;
  if (node_ == nullptr) return keys;
  for (const auto& [key, child] : node_->children) keys.push_back(key);
  return keys;
}

bool ConfigTable::IsTable(std::string_view key) const {
  const config_internal::Node* child = Child(key);
  return child != nullptr && child->kind == Node::kTable;
}

std::string ConfigTable::PathOf(std::string_view key) const { return Join(path_, key); }

ConfigTable::Found ConfigTable::Find(std::string_view key, bool required,
                                     std::string_view expected) const {
  Found found;
  found.node = Child(key);
  if (found.node != nullptr) {
    found.node->known = true;
    found.line = found.node->line;
  }
  if (const auto it = state_->overrides.find(PathOf(key)); it != state_->overrides.end()) {
    it->second.known = true;
    return {&it->second.value, nullptr, 0};
  }
  if (!found.given() && required) {
    AddFinding(*state_, line_, PathOf(key), "missing, expected " + std::string(expected));
  }
  return found;
}

void ConfigTable::Wrong(const Found& found, std::string_view key, std::string_view expected,
                        std::string_view got) const {
  AddFinding(*state_, found.line, PathOf(key),
             "expected " + std::string(expected) + ", got " + std::string(got));
}

bool ConfigTable::Has(std::string_view key) const {
  return Child(key) != nullptr || state_->overrides.contains(PathOf(key));
}

ConfigTable ConfigTable::Table(std::string_view key) const {
  const Node* node = Child(key);
  if (node != nullptr) {
    node->known = true;
    if (node->kind != Node::kTable) {
      Wrong({nullptr, node, node->line}, key, "a table", node->words);
      node = nullptr;
    }
  }
  return ConfigTable(state_, node, PathOf(key), node == nullptr ? line_ : node->line);
}

std::vector<ConfigTable> ConfigTable::Tables(std::string_view key) const {
  std::vector<ConfigTable> tables;
  const Node* node = Child(key);
  if (node == nullptr) return tables;
  node->known = true;
  if (node->kind != Node::kList) {
    Wrong({nullptr, node, node->line}, key, "a list of tables ([[...]])", node->words);
    return tables;
  }
  for (size_t i = 0; i < node->items.size(); ++i) {
    const Node& item = node->items[i];
    if (item.kind == Node::kTable) {
      tables.push_back(
          ConfigTable(state_, &item, PathOf(key) + "[" + std::to_string(i) + "]", item.line));
    } else {
      Wrong({nullptr, &item, item.line}, key, "a list of tables ([[...]])", item.words);
    }
  }
  return tables;
}

std::string ConfigTable::String(std::string_view key, std::optional<std::string> fallback) const {
  const Found found = Find(key, !fallback.has_value(), "a string");
  if (found.flag != nullptr) return *found.flag;
  if (found.node != nullptr) {
    if (found.node->kind == Node::kString) return found.node->text;
    Wrong(found, key, "a string", found.node->words);
  }
  return std::move(fallback).value_or("");
}

bool ConfigTable::Bool(std::string_view key, std::optional<bool> fallback) const {
  const Found found = Find(key, !fallback.has_value(), "true or false");
  if (found.flag != nullptr) {
    if (*found.flag == "true" || *found.flag == "false") return *found.flag == "true";
    Wrong(found, key, "true or false", "something else");
  } else if (found.node != nullptr) {
    if (found.node->kind == Node::kBool) return found.node->number != 0;
    Wrong(found, key, "true or false", found.node->words);
  }
  return fallback.value_or(false);
}

int64_t ConfigTable::Int(std::string_view key, int64_t min, int64_t max,
                         std::optional<int64_t> fallback) const {
  const std::string expected =
      "an integer from " + std::to_string(min) + " to " + std::to_string(max);
  const Found found = Find(key, !fallback.has_value(), expected);
  if (!found.given()) return fallback.value_or(0);
  int64_t number = 0;
  if (found.flag != nullptr) {
    const char* end = found.flag->data() + found.flag->size();
    const auto [stop, error] = std::from_chars(found.flag->data(), end, number);
    if (error != std::errc() || stop != end) {
      Wrong(found, key, expected, "something else");
      return fallback.value_or(0);
    }
  } else if (found.node->kind == Node::kInt) {
    number = found.node->number;
  } else {
    Wrong(found, key, expected, found.node->words);
    return fallback.value_or(0);
  }
  if (number >= min && number <= max) return number;
  Wrong(found, key, expected, std::to_string(number));
  return fallback.value_or(0);
}

absl::Duration ConfigTable::Duration(std::string_view key, absl::Duration min, absl::Duration max,
                                     std::optional<absl::Duration> fallback) const {
  const std::string expected = "a duration from " + Quoted(absl::FormatDuration(min)) + " to " +
                               Quoted(absl::FormatDuration(max));
  const Found found = Find(key, !fallback.has_value(), expected);
  if (!found.given()) return fallback.value_or(absl::ZeroDuration());
  if (found.flag == nullptr && found.node->kind != Node::kString) {
    Wrong(found, key, expected, found.node->words);
    return fallback.value_or(absl::ZeroDuration());
  }
  const std::string& text = found.flag != nullptr ? *found.flag : found.node->text;
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= min && duration <= max) return duration;
  Wrong(found, key, expected, Quoted(text));
  return fallback.value_or(absl::ZeroDuration());
}

std::string ConfigTable::Path(std::string_view key, std::optional<std::string> fallback) const {
  const Found found = Find(key, !fallback.has_value(), "a file name");
  if (found.flag != nullptr && !found.flag->empty()) return *found.flag;
  if (found.node != nullptr && found.node->kind == Node::kString && !found.node->text.empty()) {
    const std::string& text = found.node->text;
    const std::string folder = FolderOf(state_->file);
    return text[0] == '/' || folder == "." ? text : folder + "/" + text;
  }
  if (found.given()) {
    const bool empty = found.flag != nullptr || found.node->kind == Node::kString;
    Wrong(found, key, "a file name", empty ? "an empty string" : found.node->words);
  }
  return std::move(fallback).value_or("");
}

std::vector<std::string> ConfigTable::StringList(
    std::string_view key, std::optional<std::vector<std::string>> fallback) const {
  const Found found = Find(key, !fallback.has_value(), "a list of strings");
  if (!found.given()) return std::move(fallback).value_or(std::vector<std::string>());
  std::vector<std::string> list;
  if (found.flag != nullptr) {
    for (size_t from = 0; !found.flag->empty() && from <= found.flag->size();) {
      const size_t comma = std::min(found.flag->find(',', from), found.flag->size());
      list.push_back(found.flag->substr(from, comma - from));
      from = comma + 1;
    }
    return list;
  }
  bool good = found.node->kind == Node::kList;
  for (const Node& item : found.node->items) {
    good = good && item.kind == Node::kString;
    list.push_back(item.text);
  }
  if (good) return list;
  const bool mixed = found.node->kind == Node::kList;
  Wrong(found, key, "a list of strings", mixed ? "a list of something else" : found.node->words);
  return std::move(fallback).value_or(std::vector<std::string>());
}

std::optional<size_t> ConfigTable::EnumIndex(std::string_view key,
                                             const std::vector<std::string_view>& names,
                                             bool optional) const {
  std::string expected = "one of";
  for (std::string_view name : names)
    expected += (expected == "one of" ? " " : ", ") + Quoted(name);
  const Found found = Find(key, !optional, expected);
  if (!found.given()) return std::nullopt;
  if (found.flag == nullptr && found.node->kind != Node::kString) {
    Wrong(found, key, expected, found.node->words);
    return std::nullopt;
  }
  const std::string& text = found.flag != nullptr ? *found.flag : found.node->text;
  const auto it = std::find(names.begin(), names.end(), text);
  if (it != names.end()) return static_cast<size_t>(it - names.begin());
  Wrong(found, key, expected, Quoted(text));
  return std::nullopt;
}

void ConfigTable::Refuse(std::string_view key, std::string_view finding) const {
  const Node* node = Child(key);
  const bool flag = state_->overrides.contains(PathOf(key));
  AddFinding(*state_, flag ? 0 : node != nullptr ? node->line : line_, PathOf(key), finding);
}

std::string ConfigTable::Where() const { return state_->file + ":" + std::to_string(line_); }

ConfigReader::ConfigReader() : state_(std::make_unique<State>()) {}
ConfigReader::~ConfigReader() = default;

absl::StatusOr<std::unique_ptr<ConfigReader>> ConfigReader::Load(FileSystem& files,
                                                                 const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string text, files.Read(path));
  return FromText(text, path);
}

absl::StatusOr<std::unique_ptr<ConfigReader>> ConfigReader::FromText(std::string_view text,
                                                                     const std::string& name) {
  std::unique_ptr<ConfigReader> reader(new ConfigReader);
  reader->state_->file = name;
  try {
    reader->state_->root = Convert(toml::parse(text, name));
  } catch (const toml::parse_error& error) {
    return ConfigInvalidError(name + ":" + std::to_string(error.source().begin.line) + ": " +
                              std::string(error.description()));
  }
  return reader;
}

void ConfigReader::Set(std::string_view key, std::string_view value) {
  state_->overrides[std::string(key)].value = std::string(value);
}

ConfigTable ConfigReader::Root() { return ConfigTable(state_.get(), &state_->root, "", 1); }

absl::Status ConfigReader::Finish() {
  std::vector<std::pair<int, std::string>> before = state_->findings;
  FindUnknown(*state_, state_->root, "");
  for (const auto& [key, override] : state_->overrides) {
    if (!override.known) AddFinding(*state_, 0, key, "unknown key");
  }
  std::vector<std::pair<int, std::string>> all = std::move(state_->findings);
  state_->findings = std::move(before);  // a second call gives the same answer
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (const auto& [line, finding] : all) text += (text.empty() ? "" : "\n") + finding;
  return text.empty() ? absl::OkStatus() : ConfigInvalidError(text);
}

}  // namespace amana
