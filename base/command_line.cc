#include "base/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "base/status.h"

namespace amana {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kUsage[] = {
    "USAGE_INVALID", "CONFIG_INVALID", "IDENTITY_INVALID", "KEY_FILE_PERMISSIONS",
    "CODE_UNKNOWN",  "INVALID_HEX",    "ID_INVALID"};

// How many letters must be put in, left out or changed to make one of the other.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

// "; did you mean X?", or nothing when none of `names` is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& names) {
  size_t least = std::min<size_t>(3, word.size() / 2 + 1);
  std::string nearest;
  for (const std::string& name : names) {
    if (const size_t distance = EditDistance(word, name); distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

// The options that may stand after `app`: its own and those of the commands above it.
std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// The command that was understood last, and how it is called from the shell.
const CLI::App& Deepest(const CLI::App& app, std::string& path) {
  const CLI::App* at = &app;
  path = app.get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().back();
    path += " " + at->get_name();
  }
  return *at;
}

// The first word that nothing was made of.
absl::Status UnknownWord(const CLI::App& app, const std::string& word) {
  if (word.starts_with('-')) {
    const std::string name = word.substr(0, word.find('='));
    return UsageError(name, "unknown option" + DidYouMean(name, OptionNames(app)));
  }
  const std::vector<std::string> commands = CommandNames(app);
  if (commands.empty()) return UsageError(word, "this argument was not expected");
  return UsageError(word, "unknown command" + DidYouMean(word, commands));
}

absl::Status CommandMissing(const CLI::App& app) {
  std::string names;
  for (const std::string& name : CommandNames(app)) names += (names.empty() ? "" : ", ") + name;
  return UsageError("command", "expected one of " + names);
}

// CLI11 words an error "--limit: Value 0 not in ...", "--dir is required" or "Could not convert:
// --from = x"; others name no option first.
absl::Status FromParser(std::string_view text) {
  constexpr std::string_view kConversion = "Could not convert: ";
  if (text.starts_with(kConversion)) {
    const std::string_view rest = text.substr(kConversion.size());
    return UsageError(rest.substr(0, rest.find(" = ")), "expected a number in its range");
  }
  const size_t end = text.find_first_of(": ");
  if (end == std::string_view::npos) return UsageError("arguments", text);
  if (text.substr(end).starts_with(": "))
    return UsageError(text.substr(0, end), text.substr(end + 2));
  if (text.substr(end) == " is required") return UsageError(text.substr(0, end), "is required");
  return UsageError("arguments", text);
}

absl::Status WrongUse(const CLI::App& app, const CLI::App& deepest, const CLI::ParseError& error) {
  // A mistyped word explains what is missing, so it comes first.
  const bool required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (required || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> unknown = app.remaining(true);
    if (!unknown.empty()) return UnknownWord(deepest, unknown.front());
  }
  if (required && std::string_view(error.what()).starts_with("A subcommand")) {
    return CommandMissing(deepest);
  }
  return FromParser(error.what());
}

}  // namespace

int ExitCodeOfReason(std::string_view reason) {
  return std::ranges::find(kUsage, reason) != std::end(kUsage) ? kExitUsage : kExitRefused;
}

absl::Status UsageError(std::string_view option, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "USAGE_INVALID", option,
                   std::string(option) + ": " + std::string(why));
}

std::string_view Version() { return AMANA_VERSION; }

std::string Shown(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\t') {
      shown += c;
    } else {
      shown += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return shown;
}

std::string Dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string ErrorText(std::string_view program, const absl::Status& error, std::string_view hint) {
  const std::string reason = ErrorReason(error);
  const std::string field = ErrorField(error);
  std::string message(error.message());
  while (!field.empty() && message.starts_with(field + ": ")) message.erase(0, field.size() + 2);
  std::string text = std::string(program) + ": " + (reason.empty() ? "FAILED" : reason);
  if (!field.empty() && !message.starts_with(field + " ")) text += " (" + Shown(field) + ")";
  text += ": " + Shown(message) + "\n";
  if (!hint.empty()) text += "  hint: " + std::string(hint) + "\n";
  return text;
}

ordered_json ErrorJson(const absl::Status& error, int exit_code, std::string_view hint) {
  const std::string reason = ErrorReason(error);
  ordered_json json = {{"error", reason.empty() ? "FAILED" : reason}};
  if (const std::string field = ErrorField(error); !field.empty()) json["field"] = field;
  json["message"] = std::string(error.message());
  if (!hint.empty()) json["hint"] = hint;
  json["exit_code"] = exit_code;
  return json;
}

std::function<std::string(const std::string&)> WholeNumber(uint64_t least, uint64_t most) {
  return [least, most](const std::string& text) -> std::string {
    uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && stop == end && number >= least && number <= most) return {};
    return "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  };
}

void AddCommonFlags(CLI::App& app, bool& json) {
  app.add_flag("--json", json, "Print results and errors as JSON");
  app.set_version_flag("--version", app.get_name() + " " + std::string(Version()));
}

std::optional<int> ParseCommandLine(CLI::App& app, const std::vector<std::string>& arguments,
                                    std::ostream& out, std::ostream& err) {
  try {  // CLI11 speaks in exceptions; none leaves this function
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error, out, err);
      return kExitDone;
    }
    std::string path;
    const CLI::App& deepest = Deepest(app, path);
    const absl::Status wrong = WrongUse(app, deepest, error);
    const std::string hint = "see `" + path + " --help`";
    // Not the flag's value: it may not have been come to.
    const bool json = std::ranges::find(arguments, "--json") != arguments.end();
    err << (json ? Dump(ErrorJson(wrong, kExitUsage, hint))
                 : ErrorText(app.get_name(), wrong, hint));
    return kExitUsage;
  }
}

}  // namespace amana
