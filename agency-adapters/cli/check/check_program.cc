#include "agency-adapters/cli/check/check_program.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/cli/check/check_errors.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/random.h"

namespace amana::cli {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr char kToken[] = "/token", kLog[] = "/program.log";

std::string Trimmed(std::string_view text) {
  constexpr char kSpace[] = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

// " api ]" -> "api"; "native.sms]" -> "native"; "identity = 1" -> "identity".
std::string FirstName(std::string_view text) {
  const std::string name = Trimmed(text.substr(0, text.find_first_of(".=]")));
  const bool quoted = name.size() >= 2 && (name.front() == '"' || name.front() == '\'');
  return quoted ? name.substr(1, name.size() - 2) : name;
}

int CodeOf(std::optional<int> status) {
  return status.has_value() && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
}

}  // namespace

std::string DrillConfig(std::string_view text, const std::string& identity,
                        const std::string& folder) {
  const std::set<std::string> ours = {"identity", "journal", "poll", "api",
                                      "metrics",  "logging", "retry"};
  std::string config = absl::StrCat("identity = \"", identity, "\"\njournal = \"", folder,
                                    "/journal\"\npoll = \"200ms\"\n");
  bool keep = true, root = true;
  const std::vector<std::string> lines = absl::StrSplit(std::string(text), '\n');
  for (const std::string& line : lines) {
    const std::string bare = Trimmed(line);
    if (bare.starts_with('[')) {
      root = false;
      keep = !ours.contains(FirstName(bare.substr(bare.starts_with("[[") ? 2 : 1)));
    }
    if (keep && !(root && ours.contains(FirstName(bare)))) absl::StrAppend(&config, line, "\n");
  }
  absl::StrAppend(&config, "[retry]\nfirst = \"100ms\"\nlongest = \"1s\"\n",
                  "[api]\naddress = \"127.0.0.1:0\"\ntoken = \"", folder, kToken, "\"\n");
  return config;
}

absl::StatusOr<std::unique_ptr<AdapterProgram>> AdapterProgram::Prepare(ProgramOptions options) {
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(const std::string text, files.Read(options.config));
  std::unique_ptr<AdapterProgram> program(new AdapterProgram(std::move(options)));
  const ProgramOptions& o = program->options_;
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(o.folder));
  program->journal_ = o.folder + "/journal";
  program->config_ = absl::StrCat(FolderOf(o.config), "/.adapter-check-", ::getpid(), ".toml");
  AMANA_RETURN_IF_ERROR(files.WriteAtomically(
      program->config_, DrillConfig(text, o.identity, o.folder), kPrivateFile));
  AMANA_RETURN_IF_ERROR(
      files.WriteAtomically(o.folder + kToken, ToHex(crypto::RandomBytes(16)), kPrivateFile));
  AMANA_ASSIGN_OR_RETURN(program->client_, http::Client::Create({}));
  return program;
}

AdapterProgram::~AdapterProgram() {
  child_.reset();
  if (!config_.empty()) RealFileSystem().Remove(config_).IgnoreError();
}

absl::Status AdapterProgram::Start(const std::string& die_at) {
  child_.reset();
  ChildOptions options;
  options.command = {options_.program, "--config", config_, "run"};
  if (!die_at.empty()) options.environment = {{"AMANA_DIE_AT", die_at}};
  options.stderr_file = options_.folder + kLog;
  AMANA_ASSIGN_OR_RETURN(child_, ChildProcess::Start(options));
  const absl::StatusOr<std::string> line = child_->ReadLine(kPatience);
  const Json started = line.ok() ? Json::parse(*line, nullptr, /*allow_exceptions=*/false) : Json();
  if (!started.is_object() || started.value("api", "").empty()) {
    return ProgramFailed("did not say that it has started, and where its API is; its log: " +
                         options_.folder + kLog);
  }
  api_ = "http://" + started["api"].get<std::string>();
  return absl::OkStatus();
}

void AdapterProgram::Kill() {
  if (child_ != nullptr) child_->Kill();
}

absl::Status AdapterProgram::Stop() {
  if (child_ == nullptr) return absl::OkStatus();
  child_->Signal(SIGTERM);
  const int code = CodeOf(child_->Wait(kPatience));
  child_.reset();
  return code == 0 ? absl::OkStatus()
                   : ProgramFailed("did not end in order after SIGTERM within 30 s");
}

absl::StatusOr<AdapterProgram::Said> AdapterProgram::Run(std::vector<std::string> arguments) {
  ChildOptions options;
  options.command = {options_.program, "--config", config_};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.stderr_file = options_.folder + kLog;
  AMANA_ASSIGN_OR_RETURN(const auto child, ChildProcess::Start(options));
  AMANA_ASSIGN_OR_RETURN(std::string out, child->ReadAll(kPatience));
  return Said{CodeOf(child->Wait(kPatience)), std::move(out)};
}

AdapterProgram::Answer AdapterProgram::Api(const std::string& method, const std::string& path,
                                           const std::string& body) {
  const auto token = ReadSecretFile(options_.folder + kToken);
  if (!token.ok()) return {};
  const auto answer =
      client_->Call({method, api_ + path, "", {{"Authorization", "Bearer " + *token}}, body});
  if (!answer.ok()) return {};
  return {answer->status, Json::parse(answer->body, nullptr, /*allow_exceptions=*/false)};
}

absl::StatusOr<std::optional<int>> AdapterProgram::Probe(const std::string& key) {
  if (options_.probe.empty()) return std::nullopt;
  ChildOptions options;
  // The key is an argument of the shell, never part of its text.
  options.command = {"/bin/sh", "-c", options_.probe + " \"$1\"", "probe", key};
  options.stderr_file = options_.folder + "/probe.log";
  AMANA_ASSIGN_OR_RETURN(const auto child, ChildProcess::Start(options));
  AMANA_ASSIGN_OR_RETURN(const std::string out, child->ReadAll(kPatience));
  const std::string said = Trimmed(out);
  int count = 0;
  const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), count);
  if (CodeOf(child->Wait(kPatience)) != 0 || said.empty() || error != std::errc() ||
      end != said.data() + said.size() || count < 0) {
    return ProbeInvalid();
  }
  return std::optional(count);
}

std::string AdapterProgram::Log() const {
  return RealFileSystem().Read(options_.folder + kLog).value_or("");
}

}  // namespace amana::cli
