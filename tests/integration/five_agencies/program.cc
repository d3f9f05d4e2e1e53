#include "tests/integration/five_agencies/program.h"

#include <signal.h>
#include <sys/wait.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "tests/support/free_port.h"

namespace amana::five {
namespace {

std::unique_ptr<http::Client> LocalClient() {
  http::ClientOptions options;
  options.connect_timeout = absl::Seconds(1);
  options.timeout = absl::Seconds(5);
  return http::Client::Create(std::move(options)).value();
}

}  // namespace

Program::Program(std::string name, std::string folder)
    : name_(std::move(name)),
      folder_(std::move(folder)),
      token_("SYNTHETIC-token-of-" + name_),
      port_(tests::FreePort()),
      client_(LocalClient()) {}

absl::Status Program::Configure(const std::string& mapping, const std::string& tables) {
  FileSystem& files = RealFileSystem();
  AMANA_RETURN_IF_ERROR(files.WriteAtomically(folder_ + "/mapping.toml", mapping, kPublicFile));
  AMANA_RETURN_IF_ERROR(files.WriteAtomically(folder_ + "/token", token_, kPrivateFile));
  return files.WriteAtomically(
      folder_ + "/adapter.toml",
      absl::StrCat("identity = \"agency.toml\"\nmapping = \"mapping.toml\"\njournal = \"journal\"\n"
                   "poll = \"100ms\"\n[retry]\nfirst = \"100ms\"\nlongest = \"1s\"\n"
                   "[api]\naddress = \"127.0.0.1:",
                   port_, "\"\ntoken = \"token\"\n", tables),
      kPublicFile);
}

absl::Status Program::Start(const std::string& die_at) {
  tests::ChildOptions options;
  options.command = {tests::ProgramPath(name_), "--config", folder_ + "/adapter.toml", "run"};
  if (!die_at.empty()) options.environment = {{"AMANA_DIE_AT", die_at}};
  options.stderr_file = error_file();
  child_.reset();
  AMANA_ASSIGN_OR_RETURN(child_, tests::ChildProcess::Start(options));
  return absl::OkStatus();
}

void Program::Kill() {
  if (child_ != nullptr) child_->Kill();
}

absl::Status Program::Stop() {
  if (child_ == nullptr) return absl::OkStatus();
  child_->Signal(SIGTERM);
  const std::optional<int> status = child_->Wait(absl::Seconds(20));
  if (status == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(name_, " did not end as it should: ", status.has_value() ? *status : -1,
                   "; see ", error_file()));
}

absl::StatusOr<int> Program::Run(const std::string& command) {
  tests::ChildOptions options;
  options.command = {tests::ProgramPath(name_), "--config", folder_ + "/adapter.toml", command};
  options.stderr_file = error_file();
  AMANA_ASSIGN_OR_RETURN(const auto child, tests::ChildProcess::Start(options));
  const std::optional<int> status = child->Wait(absl::Seconds(20));
  if (!status.has_value()) return absl::DeadlineExceededError(name_ + " " + command);
  return WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
}

Json Program::Call(const std::string& method, const std::string& path, const std::string& body) {
  http::Request request;
  request.method = method;
  request.path = absl::StrCat("http://127.0.0.1:", port_, path);
  request.headers = {{"Authorization", "Bearer " + token_}};
  request.body = body;
  const absl::StatusOr<http::Response> answer = client_->Call(request);
  if (!answer.ok() || answer->status / 100 != 2) return nullptr;
  return Json::parse(answer->body, nullptr, false);
}

Json Program::DeadLetters() {
  const Json letters = Call("GET", "/v1/dead-letters", "");
  return letters.is_object() ? letters["dead_letters"] : Json();
}

bool Program::IsIdle() {
  const Json health = Call("GET", "/v1/health", "");
  if (!health.is_object()) return false;
  const Json& waiting = health["waiting"];
  return waiting["items"] == 0 && waiting["queued"] == 0 && waiting["deliveries"] == 0;
}

}  // namespace amana::five
