#include "tests/support/sshd.h"

#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/status.h"
#include "tests/support/shared.h"

namespace amana::tests {
namespace {

constexpr char kProgram[] = "/usr/sbin/sshd";

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    address.sin_port = 0;
  }
  close(fd);
  return ntohs(address.sin_port);
}

bool Answers(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  char banner[4] = {};
  const bool answers =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      recv(fd, banner, sizeof(banner), MSG_WAITALL) == 4 && std::string_view(banner, 4) == "SSH-";
  close(fd);
  return answers;
}

absl::Status Run(std::vector<std::string> command) {
  AMANA_ASSIGN_OR_RETURN(const auto child, ChildProcess::Start({std::move(command), {}, {}}));
  const auto status = child->Wait(absl::Seconds(20));
  return status == 0 ? absl::OkStatus() : absl::InternalError("ssh-keygen failed");
}

// The line of a .pub file without its comment.
std::string PublicKey(const std::filesystem::path& path) {
  const std::string line = ReadWhole(path);
  return line.substr(0, line.find_first_of(" \n", line.find(' ') + 1));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Sshd>> Sshd::Start(const std::filesystem::path& folder) {
  if (access(kProgram, X_OK) != 0) {
    return absl::NotFoundError("no sshd here: deploy/install-packages test");
  }
  std::unique_ptr<Sshd> sshd(new Sshd);
  sshd->folder_ = folder;
  const passwd* user = getpwuid(geteuid());
  if (user == nullptr) return absl::InternalError("this user has no account");
  sshd->user_ = user->pw_name;
  std::filesystem::create_directories(folder / "etc");
  std::filesystem::create_directories(folder / "files");
  // What Debian's start script makes; an sshd of root does not start without.
  if (geteuid() == 0) (void)mkdir("/run/sshd", 0755);
  AMANA_RETURN_IF_ERROR(sshd->MakeKeys());
  // Between finding a port and listening somebody else may take it.
  absl::Status status;
  for (int attempt = 0; attempt < 5; ++attempt) {
    sshd->port_ = FreePort();
    status = sshd->Listen();
    if (status.ok()) return sshd;
  }
  return status;
}

Sshd::~Sshd() { Stop(); }

absl::Status Sshd::MakeKeys() {
  for (const char* name : {"host", "other_host", "client", "stranger"}) {
    const std::string path = (folder_ / "etc" / name).string();
    if (std::filesystem::exists(path)) continue;
    AMANA_RETURN_IF_ERROR(
        Run({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path}));
  }
  host_key_ = PublicKey(folder_ / "etc/host.pub");
  other_host_key_ = PublicKey(folder_ / "etc/other_host.pub");
  return absl::OkStatus();
}

absl::Status Sshd::Listen() {
  const std::string etc = (folder_ / "etc").string();
  std::ofstream(etc + "/sshd_config", std::ios::trunc)
      << "ListenAddress 127.0.0.1\nPort " << port_ << "\nHostKey " << etc
      << "/host\nPidFile none\nAuthorizedKeysFile " << etc
      << "/client.pub\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
         "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nMaxStartups 100\n"
         "Subsystem sftp internal-sftp\nForceCommand internal-sftp -d "
      << files().string() << "\nDisableForwarding yes\n";
  AMANA_ASSIGN_OR_RETURN(
      child_, ChildProcess::Start(
                  {{kProgram, "-D", "-e", "-f", etc + "/sshd_config"}, {}, etc + "/sshd.log"}));
  if (WaitUntil(absl::Seconds(10), [this] { return Answers(port_) || !child_->Running(); }) &&
      child_->Running()) {
    return absl::OkStatus();
  }
  return absl::UnavailableError("sshd did not start; see " + etc + "/sshd.log");
}

std::vector<pid_t> Sshd::Sessions() const {
  std::vector<pid_t> found = {child_->pid()};
  // Its children, and theirs: /proc/<pid>/stat has the parent behind the name and the state.
  for (size_t i = 0; i < found.size(); ++i) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const pid_t pid = std::atoi(entry.path().filename().c_str());
      if (pid <= 0) continue;
      const std::string stat = ReadWhole(entry.path() / "stat");
      const size_t name_end = stat.rfind(')');
      if (name_end == std::string::npos || stat.size() < name_end + 4) continue;
      if (std::atoi(stat.c_str() + name_end + 3) == found[i]) found.push_back(pid);
    }
  }
  found.erase(found.begin());
  return found;
}

void Sshd::SignalSessions(int signal) {
  for (const pid_t pid : Sessions()) (void)kill(pid, signal);
}

void Sshd::Stop() {
  if (child_ == nullptr) return;
  if (child_->Running()) SignalSessions(SIGKILL);
  child_.reset();
}

absl::Status Sshd::Restart() {
  Stop();
  return Listen();
}

}  // namespace amana::tests
