#include "agency-adapters/runtime/commands.h"

#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "agency-adapters/runtime/case_plan.h"
#include "agency-adapters/runtime/dead_letters.h"
#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/runtime/health.h"
#include "agency-adapters/runtime/judge.h"
#include "base/command_line.h"
#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostLetters = 10'000;
constexpr absl::Duration kFresh = absl::Minutes(1);

// Nothing of a dry run goes anywhere.
class NoIntake final : public Intake {
  absl::Status Take(const NativeItem&) override { return BacklogFull(); }
};

struct DryRun {
  Json items = Json::array();
  std::string text;
  size_t refused = 0;
};

void DryRunItem(const NativeItem& item, const ItemJudge& judge, const CaseRules& rules,
                absl::Time now, DryRun& run) {
  const size_t number = run.items.size() + 1;
  mapping::Report report;
  absl::Status refused;
  if (item.kind == ItemKind::kCase) {
    const absl::StatusOr<mapping::CaseFacts> facts = judge.FactsOf({item}, &report);
    refused = facts.ok() ? PlanCase(*facts, rules, now).status() : facts.status();
  } else {
    refused = judge.Judge({item}).refused;
  }
  Json json = {{"item", number},
               {"kind", std::string(KindName(item.kind))},
               {"state", refused.ok() ? "WOULD_BE_TAKEN" : "REFUSED"}};
  run.text += "item " + std::to_string(number) + " (" + std::string(KindName(item.kind)) + "): ";
  if (refused.ok()) {
    run.text += "would be taken\n";
  } else {
    ++run.refused;
    json["reason"] = ErrorReason(refused);
    json["field"] = mapping::ShownName(ErrorField(refused));
    run.text +=
        "REFUSED, " + ErrorReason(refused) + " (" + mapping::ShownName(ErrorField(refused)) + ")\n";
  }
  json["mapping"] = Json::parse(mapping::ToJson(report));
  run.text += mapping::ToText(report);
  run.items.push_back(std::move(json));
}

// A copy of the adapter's own folder, private and gone with the object: a dry run changes nothing,
// and a program that runs beside it is the only one that writes its files.
class FolderCopy {
 public:
  static absl::StatusOr<std::unique_ptr<FolderCopy>> Make(const std::string& folder) {
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / "amana-dry-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) return CopyFailed();
    std::unique_ptr<FolderCopy> copy(new FolderCopy(path));
    const auto how = std::filesystem::copy_options::recursive;
    if (std::filesystem::exists(folder, error)) std::filesystem::copy(folder, path, how, error);
    if (error) return CopyFailed();
    return copy;
  }
  ~FolderCopy() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit FolderCopy(std::string path) : path_(std::move(path)) {}
  static absl::Status CopyFailed() {
    return MakeError(absl::StatusCode::kUnavailable, "COPY_FAILED", "journal",
                     "the adapter's folder cannot be copied for a dry run");
  }

  const std::string path_;
};

}  // namespace

absl::StatusOr<mapping::Mapping> LoadMapping(const Config& config) {
  AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(config.mapping));
  return mapping::Mapping::Parse(text, config.mapping);
}

absl::StatusOr<int> CheckConfigCommand(const Command& command) {
  AMANA_ASSIGN_OR_RETURN(const mapping::Mapping mapping, LoadMapping(command.config));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity identity,
                         sdk::Identity::Load(command.config.identity));
  HealthReport report{.at = command.world.clock.Now()};
  report.lines = CheckKeys(identity, report.at);
  Json json = {{"agency", identity.agency().value()},
               {"mapping", mapping.name() + " " + std::to_string(mapping.version())},
               {"checks", ToJson(report)["checks"]}};
  std::string text = "agency " + identity.agency().value() + ", mapping " + mapping.name() + " " +
                     std::to_string(mapping.version()) + "\n";
  for (const HealthLine& line : report.lines) {
    text += std::string(line.ok ? "  ok   " : "  FAIL ") + line.name +
            (line.reason.empty() ? "\n" : ": " + line.reason + "\n");
  }
  command.world.out << (command.json ? Dump(json) : text);
  return report.ok() ? kExitDone : kExitRefused;
}

absl::StatusOr<int> DryRunCommand(const Command& command, const std::string& file) {
  AMANA_ASSIGN_OR_RETURN(const mapping::Mapping mapping, LoadMapping(command.config));
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, RealFileSystem().Read(file));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity identity,
                         sdk::Identity::Load(command.config.identity));
  NoIntake intake;
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<FolderCopy> folder,
                         FolderCopy::Make(command.config.journal + "/adapter"));
  // No call is made of it but Decode: nothing of the native side is asked or touched.
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Adapter> adapter,
                         command.config.open({intake, command.world.clock,
                                              identity.agency().value(), folder->path()}));
  AMANA_ASSIGN_OR_RETURN(const std::vector<NativeItem> items, adapter->Decode(bytes));
  const ItemJudge judge(mapping, command.config.cases, command.world.clock);
  DryRun run;
  for (const NativeItem& item : items) {
    DryRunItem(item, judge, command.config.cases, command.world.clock.Now(), run);
  }
  run.text += std::to_string(items.size()) + " items, " + std::to_string(run.refused) +
              " would be refused; nothing was written\n";
  const Json json = {{"dry_run", true}, {"refused", run.refused}, {"items", run.items}};
  command.world.out << (command.json ? Dump(json) : run.text);
  return run.refused == 0 ? kExitDone : kExitRefused;
}

absl::StatusOr<int> DeadLettersCommand(const Command& command) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                         Journal::Open(command.config.journal));
  AMANA_ASSIGN_OR_RETURN(const std::vector<DeadLetter> letters,
                         DeadLetters(*journal, command.config.retry).List(kMostLetters));
  Json json = Json::array();
  std::string text;
  for (const DeadLetter& letter : letters) {
    const std::string since =
        absl::FormatTime(absl::RFC3339_sec, letter.since, absl::UTCTimeZone());
    const std::string field = mapping::ShownName(letter.field);
    json.push_back({{"letter", letter.letter},
                    {"kind", letter.kind},
                    {"reason", letter.reason},
                    {"field", letter.field.empty() ? "" : field},
                    {"since", since},
                    {"attempts", letter.attempts}});
    text += letter.letter + "  " + letter.kind + "  " + letter.reason +
            (letter.field.empty() ? "" : " (" + field + ")") + "  since " + since + "\n";
  }
  text += std::to_string(letters.size()) + " dead letters\n";
  command.world.out << (command.json ? Dump({{"dead_letters", json}}) : text);
  return kExitDone;
}

absl::StatusOr<int> RedriveCommand(const Command& command, const std::vector<std::string>& letters,
                                   bool all) {
  if (letters.empty() != all) return UsageError("letter", "expected letters, or --all");
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                         Journal::Open(command.config.journal));
  DeadLetters dead(*journal, command.config.retry);
  int64_t redriven = 0;
  const absl::Time now = command.world.clock.Now();
  if (all) {
    AMANA_ASSIGN_OR_RETURN(redriven, dead.RedriveAll(now));
  }
  for (const std::string& letter : letters) {
    AMANA_RETURN_IF_ERROR(dead.Redrive(letter, now));
    ++redriven;
  }
  command.world.out << (command.json ? Dump({{"redriven", redriven}})
                                     : std::to_string(redriven) + " redriven\n");
  return kExitDone;
}

absl::StatusOr<int> DiscardCommand(const Command& command,
                                   const std::vector<std::string>& letters) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                         Journal::Open(command.config.journal));
  DeadLetters dead(*journal, command.config.retry);
  for (const std::string& letter : letters) {
    AMANA_RETURN_IF_ERROR(dead.Discard(letter));
  }
  command.world.out << (command.json ? Dump({{"discarded", letters.size()}})
                                     : std::to_string(letters.size()) + " discarded\n");
  return kExitDone;
}

absl::StatusOr<int> HealthCommand(const Command& command) {
  const absl::StatusOr<std::string> text =
      RealFileSystem().Read(command.config.journal + "/health.json");
  Json json = text.ok() ? ParseJson<Json>(*text) : Json();
  if (!json.is_object()) json = {{"ok", false}, {"checks", Json::array()}};
  absl::Time at = absl::InfinitePast();
  std::string error;
  const absl::Time now = command.world.clock.Now();
  const bool known = absl::ParseTime(absl::RFC3339_full, json.value("time", ""), &at, &error);
  if (!known || now - at > kFresh || at - now > kFresh) {
    const char* reason = known && at > now ? "CLOCK_WENT_BACK" : "NOT_RUNNING";
    json["ok"] = false;
    json["checks"].push_back({{"check", "program"}, {"ok", false}, {"reason", reason}});
  }
  const bool ok = json.value("ok", false);
  std::string shown = ok ? "healthy\n" : "NOT healthy\n";
  for (const Json& check : json["checks"]) {
    const std::string reason = check.value("reason", "");
    shown += std::string(check.value("ok", false) ? "  ok   " : "  FAIL ") +
             check.value("check", "") + (reason.empty() ? "\n" : ": " + reason + "\n");
  }
  if (json.contains("waiting")) shown += "  waiting: " + json["waiting"].dump() + "\n";
  command.world.out << (command.json ? Dump(json) : shown);
  return ok ? kExitDone : kExitRefused;
}

}  // namespace amana::runtime
