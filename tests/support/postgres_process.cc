#include "tests/support/postgres_process.h"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/status.h"

namespace amana::tests {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

absl::Status Failed(std::string_view what, const std::string& log) {
  std::ifstream in(log);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const size_t begin = text.size() > 2000 ? text.size() - 2000 : 0;
  return absl::InternalError(std::string(what) + ":\n" + text.substr(begin));
}

// Of the newest version that is installed; empty when none is.
std::string ProgramFolder() {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
    if (std::filesystem::exists(entry.path() / "bin/initdb")) found.push_back(entry.path());
  }
  return found.empty() ? "" : *std::ranges::max_element(found) + "/bin/";
}

}  // namespace

std::vector<std::string> PostgresProcess::Command(const std::string& program,
                                                  std::vector<std::string> arguments) const {
  std::vector<std::string> command;
  if (geteuid() == 0) {
    command = {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
               "--pdeathsig=TERM"};
  }
  command.push_back(ProgramFolder() + program);
  command.insert(command.end(), std::make_move_iterator(arguments.begin()),
                 std::make_move_iterator(arguments.end()));
  return command;
}

absl::StatusOr<std::unique_ptr<PostgresProcess>> PostgresProcess::Start(bool durable) {
  if (ProgramFolder().empty()) {
    return absl::FailedPreconditionError("PostgreSQL is missing: deploy/install-packages test");
  }
  std::string folder = "/tmp/amana-pg-XXXXXX";  // short: a socket's path holds 107 characters
  if (mkdtemp(folder.data()) == nullptr) return absl::InternalError("no temporary folder");
  std::unique_ptr<PostgresProcess> process(new PostgresProcess(folder, durable));
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
      return absl::FailedPreconditionError("no user postgres to run it as");
    }
  }
  AMANA_RETURN_IF_ERROR(process->Init());
  AMANA_RETURN_IF_ERROR(process->Up());
  return process;
}

PostgresProcess::~PostgresProcess() {
  Stop();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

absl::Status PostgresProcess::Init() {
  const std::string log = folder_ + ".log";
  AMANA_ASSIGN_OR_RETURN(
      const std::unique_ptr<ChildProcess> init,
      ChildProcess::Start(
          {.command = Command("initdb", {"-D", folder_ + "/data", "-U", "amana", "-A", "trust",
                                         "-E", "UTF8", "--locale=C", "--no-sync"}),
           .environment = {},
           .stderr_file = log}));
  const std::optional<int> ended = init->Wait(kPatience);
  absl::Status made = ended == 0 ? absl::OkStatus() : Failed("initdb made no cluster", log);
  unlink(log.c_str());
  return made;
}

absl::Status PostgresProcess::Up() {
  const std::string log = folder_ + ".log";
  AMANA_ASSIGN_OR_RETURN(
      server_, ChildProcess::Start(
                   {.command = Command(
                        "postgres", {"-D", folder_ + "/data", "-k", folder_, "-c",
                                     "listen_addresses=", "-c", durable_ ? "fsync=on" : "fsync=off",
                                     "-c", "shared_buffers=16MB", "-c", "max_connections=20"}),
                    .environment = {},
                    .stderr_file = log}));
  const bool ready = WaitUntil(kPatience, [this] {
    // The eighth line of the file says what the server is about.
    std::ifstream in(folder_ + "/data/postmaster.pid");
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    return text.find("\nready") != std::string::npos || !server_->Running();
  });
  absl::Status up =
      ready && server_->Running() ? absl::OkStatus() : Failed("PostgreSQL did not start", log);
  unlink(log.c_str());
  return up;
}

void PostgresProcess::Stop() {
  if (server_ == nullptr) return;
  server_->Signal(SIGINT);  // its fast shutdown
  server_->Wait(kPatience);
  server_.reset();
}

}  // namespace amana::tests
