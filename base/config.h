// Configuration files in TOML, read so that an operator sees every mistake at once: each wrong,
// missing or unknown key is recorded as "file:line: key: expected X, got Y", and Finish() returns
// them all.
//
//   AMANA_ASSIGN_OR_RETURN(auto reader, ConfigReader::Load(files, "broker.toml"));
//   reader->Set("listen.port", flag);                      // a flag overrides the file
//   ConfigTable listen = reader->Root().Table("listen");
//   config.port = listen.Int("port", 1, 65535, 8443);      // optional, with a default
//   config.key = listen.Path("key");                       // required
//   for (ConfigTable agency : reader->Root().Tables("agency")) ...
//   AMANA_RETURN_IF_ERROR(reader->Finish());               // before any value is used
//
// Getters never fail: after a finding they return the default, or else an empty value. Messages
// show numbers and the texts of enumerations and durations, never other strings (they may be
// secrets). Thread-compatible.
#ifndef AMANA_BASE_CONFIG_H_
#define AMANA_BASE_CONFIG_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/durable_file.h"

namespace amana {

namespace config_internal {
struct Node;
struct State;
}  // namespace config_internal

// One table of the file. A light view: copy it freely, while its ConfigReader lives. An absent
// table is an empty one. Each getter marks its key as known; with no `fallback` the key is
// required.
class ConfigTable {
 public:
  bool Has(std::string_view key) const;  // given, in the file or by Set; does not mark
  // For tables whose keys are the writer's own: what the file gives here, in alphabetical order,
  // and whether one of them is a table. Neither marks.
  std::vector<std::string> Keys() const;
  bool IsTable(std::string_view key) const;

  ConfigTable Table(std::string_view key) const;
  // [[key]], in order; none when absent.
  std::vector<ConfigTable> Tables(std::string_view key) const;

  std::string String(std::string_view key,
                     std::optional<std::string> fallback = std::nullopt) const;
  bool Bool(std::string_view key, std::optional<bool> fallback = std::nullopt) const;
  int64_t Int(std::string_view key, int64_t min, int64_t max,
              std::optional<int64_t> fallback = std::nullopt) const;
  // "30s", "1h30m", "250ms".
  absl::Duration Duration(std::string_view key, absl::Duration min, absl::Duration max,
                          std::optional<absl::Duration> fallback = std::nullopt) const;
  // A file name; a relative one in the file is meant from the file's folder, a flag's or a
  // default from the working folder.
  std::string Path(std::string_view key, std::optional<std::string> fallback = std::nullopt) const;
  std::vector<std::string> StringList(
      std::string_view key, std::optional<std::vector<std::string>> fallback = std::nullopt) const;
  template <typename E>
  E Enum(std::string_view key, std::initializer_list<std::pair<std::string_view, E>> values,
         std::optional<E> fallback = std::nullopt) const {
    std::vector<std::string_view> names;
    for (const auto& value : values) names.push_back(value.first);
    const std::optional<size_t> index = EnumIndex(key, names, fallback.has_value());
    return index.has_value() ? (values.begin() + *index)->second : fallback.value_or(E{});
  }

  // The caller's own finding about a key's value ("expected ...", or the message of a failed
  // Create).
  void Refuse(std::string_view key, std::string_view finding) const;
  // "file:line", for messages about the table as a whole.
  std::string Where() const;

 private:
  friend class ConfigReader;
  ConfigTable(config_internal::State* state, const config_internal::Node* node, std::string path,
              int line)
      : state_(state), node_(node), path_(std::move(path)), line_(line) {}
  struct Found;
  Found Find(std::string_view key, bool required, std::string_view expected) const;
  const config_internal::Node* Child(std::string_view key) const;
  std::string PathOf(std::string_view key) const;
  void Wrong(const Found& found, std::string_view key, std::string_view expected,
             std::string_view got) const;
  std::optional<size_t> EnumIndex(std::string_view key, const std::vector<std::string_view>& names,
                                  bool optional) const;

  config_internal::State* state_;
  const config_internal::Node* node_;  // null: the table is absent
  std::string path_;                   // "agency[2].unit[0]"; empty for the root
  int line_;
};

class ConfigReader {
 public:
  // Errors: of FileSystem::Read; CONFIG_INVALID with file and line when it is not TOML.
  static absl::StatusOr<std::unique_ptr<ConfigReader>> Load(FileSystem& files,
                                                            const std::string& path);
  // `name` stands for the file in messages, its folder for relative paths.
  static absl::StatusOr<std::unique_ptr<ConfigReader>> FromText(std::string_view text,
                                                                const std::string& name);
  ~ConfigReader();

  // Overrides the dotted `key`; lists are given with commas. Call before reading.
  void Set(std::string_view key, std::string_view value);
  ConfigTable Root();
  // OK, or CONFIG_INVALID with one line per finding, in the order of the file; unknown keys are
  // findings. What no getter has asked for is unknown.
  absl::Status Finish();

 private:
  ConfigReader();
  std::unique_ptr<config_internal::State> state_;
};

}  // namespace amana

#endif  // AMANA_BASE_CONFIG_H_
