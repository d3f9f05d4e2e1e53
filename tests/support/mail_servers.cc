#include "tests/support/mail_servers.h"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "tests/support/free_port.h"
#include "tests/support/test_pki.h"

namespace amana::tests {
namespace {

namespace fs = std::filesystem;

constexpr char kMaster[] = "/usr/lib/postfix/sbin/master";
constexpr char kPostfix[] = "/usr/sbin/postfix";
constexpr char kDovecot[] = "/usr/sbin/dovecot";
constexpr char kMailUser[] = "nobody";  // owns the Maildirs

absl::Status WriteFile(const std::string& path, const std::string& text, mode_t mode) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(path, text, mode));
  return chmod(path.c_str(), mode) == 0 ? absl::OkStatus() : absl::InternalError("chmod " + path);
}

absl::Status RunWhole(std::vector<std::string> command, const std::string& log) {
  ChildOptions options;
  options.command = std::move(command);
  options.stderr_file = log;
  AMANA_ASSIGN_OR_RETURN(const auto child, ChildProcess::Start(options));
  const std::optional<int> status = child->Wait(absl::Seconds(20));
  return status == 0 ? absl::OkStatus() : absl::InternalError("failed: " + options.command[0]);
}

// `path` and its Maildir's folders, of the user who owns mail.
absl::Status MakeMaildir(const std::string& path) {
  const passwd* owner = getpwnam(kMailUser);
  for (const char* sub : {"", "/Maildir", "/Maildir/new", "/Maildir/cur", "/Maildir/tmp"}) {
    AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(path + sub));
    if (chown((path + sub).c_str(), owner->pw_uid, owner->pw_gid) != 0) {
      return absl::InternalError("chown " + path);
    }
  }
  return absl::OkStatus();
}

void Stop(std::unique_ptr<ChildProcess>& child) {
  if (child == nullptr) return;
  child->Signal(SIGTERM);
  child->Wait(absl::Seconds(10));
  child.reset();  // kills what has not ended
}

// The children hold their master's ports too, and end a little after it.
void WaitForSilence(std::initializer_list<int> ports) {
  WaitUntil(absl::Seconds(20), [ports] {
    return std::ranges::none_of(ports, [](int port) { return Listens(port); });
  });
}

}  // namespace

std::string MailServers::Missing() {
  if (geteuid() != 0) return "postfix and dovecot drop privileges: run as root";
  for (const char* program : {kMaster, kPostfix, kDovecot}) {
    if (!fs::exists(program)) return std::string(program) + " is not installed";
  }
  return "";
}

std::string MailServers::Url(const std::string& scheme, int port) {
  return absl::StrCat(scheme, "://127.0.0.1:", port);
}

std::string MailServers::Maildir(const std::string& address, const std::string& folder) const {
  const std::string name = address.substr(0, address.find('@'));
  return absl::StrCat(folder_, "/mail/", name, "/Maildir", folder.empty() ? "" : "/.", folder);
}

std::string MailServers::PostfixMain() const {
  return absl::Substitute(
      R"(compatibility_level = 3.6
queue_directory = $0/queue
data_directory = $0/postfix-data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = $0/postfix.log
maillog_file_prefixes = /tmp, /var
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.ke
mydestination =
mynetworks =
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_cert_file = $0/server.pem
smtpd_tls_key_file = $0/server.key
smtpd_error_sleep_time = 0
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$1
virtual_mailbox_domains = referral.example.ke, mfa.example.ke
virtual_mailbox_base = $0/mail
virtual_mailbox_maps = inline:{ $2=broker/Maildir/, $3=desk/Maildir/ }
virtual_uid_maps = static:$4
virtual_gid_maps = static:$5
virtual_minimum_uid = 1
message_size_limit = 6000000
)",
      folder_, auth_port_, kBrokerAddress, kMinistryAddress, getpwnam(kMailUser)->pw_uid,
      getpwnam(kMailUser)->pw_gid);
}

std::string MailServers::PostfixMaster() const {
  return absl::Substitute(
      R"(127.0.0.1:$0 inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
127.0.0.1:$1 inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_wrappermode=yes
127.0.0.1:$2 inet n - n - - smtpd
  -o smtpd_tls_security_level=none
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
)",
      smtp_port_, smtps_port_, plain_port_);
}

std::string MailServers::DovecotConf() const {
  return absl::Substitute(
      R"(base_dir = $0/dovecot-run
state_dir = $0/dovecot-run
log_path = $0/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <$0/server.pem
ssl_key = <$0/server.key
disable_plaintext_auth = yes
auth_failure_delay = 0
mail_location = maildir:~/Maildir
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $0/users
}
userdb {
  driver = passwd-file
  args = username_format=%u $0/users
}
service imap-login {
  inet_listener imap {
    port = $1
  }
  inet_listener imaps {
    port = $2
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = $3
  }
}
)",
      folder_, imap_port_, imaps_port_, auth_port_);
}

absl::Status MailServers::WriteFiles() {
  const passwd* mail = getpwnam(kMailUser);
  for (const char* sub : {"", "/mail", "/postfix", "/queue", "/dovecot-run", "/postfix-data"}) {
    AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder_ + sub));
    chmod((folder_ + sub).c_str(), 0755);
  }
  const passwd* owner = getpwnam("postfix");
  if (chown((folder_ + "/postfix-data").c_str(), owner->pw_uid, owner->pw_gid) != 0 ||
      chown((folder_ + "/mail").c_str(), mail->pw_uid, mail->pw_gid) != 0) {
    return absl::InternalError("chown");
  }
  std::string users;
  for (const std::string address : {kBrokerAddress, kMinistryAddress}) {
    AMANA_RETURN_IF_ERROR(MakeMaildir(FolderOf(Maildir(address, ""))));
    absl::StrAppend(&users, address, ":", kMailPassword, ":", mail->pw_uid, ":", mail->pw_gid,
                    "::", folder_, "/mail/", address.substr(0, address.find('@')), "::\n");
  }
  const TestIdentity& tls = TestBrokerTls();
  ca_file_ = folder_ + "/ca.pem";
  AMANA_RETURN_IF_ERROR(WriteFile(ca_file_, TestRootPem(), 0644));
  AMANA_RETURN_IF_ERROR(WriteFile(folder_ + "/server.pem", tls.chain_pem, 0644));
  AMANA_RETURN_IF_ERROR(WriteFile(folder_ + "/server.key", tls.key_pem, 0600));
  AMANA_RETURN_IF_ERROR(WriteFile(folder_ + "/users", users, 0644));
  AMANA_RETURN_IF_ERROR(WriteFile(folder_ + "/postfix/main.cf", PostfixMain(), 0644));
  AMANA_RETURN_IF_ERROR(WriteFile(folder_ + "/postfix/master.cf", PostfixMaster(), 0644));
  return WriteFile(folder_ + "/dovecot.conf", DovecotConf(), 0644);
}

absl::StatusOr<std::unique_ptr<MailServers>> MailServers::Start() {
  std::string folder = (fs::temp_directory_path() / "amana-mail-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return absl::InternalError("no temporary folder");
  std::unique_ptr<MailServers> servers(new MailServers(folder));
  for (int* port : {&servers->smtp_port_, &servers->smtps_port_, &servers->plain_port_,
                    &servers->imap_port_, &servers->imaps_port_, &servers->auth_port_}) {
    *port = FreePort();
  }
  AMANA_RETURN_IF_ERROR(servers->WriteFiles());
  AMANA_RETURN_IF_ERROR(
      RunWhole({kPostfix, "-c", folder + "/postfix", "check"}, folder + "/postfix-check.log"));
  AMANA_RETURN_IF_ERROR(servers->StartDovecot());
  AMANA_RETURN_IF_ERROR(servers->StartPostfix());
  return servers;
}

MailServers::~MailServers() {
  StopPostfix();
  StopDovecot();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

absl::Status MailServers::StartPostfix() {
  ChildOptions options;
  options.command = {kMaster, "-c", folder_ + "/postfix"};
  options.environment = {{"MAIL_CONFIG", folder_ + "/postfix"}};
  options.stderr_file = folder_ + "/postfix-master.log";
  AMANA_ASSIGN_OR_RETURN(postfix_, ChildProcess::Start(options));
  const bool up = WaitUntil(absl::Seconds(20), [this] { return Listens(smtps_port_); });
  return up ? absl::OkStatus() : absl::UnavailableError("postfix does not listen:\n" + LogEnd());
}

absl::Status MailServers::StartDovecot() {
  ChildOptions options;
  options.command = {kDovecot, "-F", "-c", folder_ + "/dovecot.conf"};
  options.stderr_file = folder_ + "/dovecot-master.log";
  AMANA_ASSIGN_OR_RETURN(dovecot_, ChildProcess::Start(options));
  const bool up = WaitUntil(absl::Seconds(20), [this] { return Listens(imaps_port_); });
  return up ? absl::OkStatus() : absl::UnavailableError("dovecot does not listen:\n" + LogEnd());
}

void MailServers::StopPostfix() {
  Stop(postfix_);
  WaitForSilence({smtp_port_, smtps_port_, plain_port_});
}

void MailServers::StopDovecot() {
  Stop(dovecot_);
  WaitForSilence({imap_port_, imaps_port_, auth_port_});
}

std::vector<std::string> MailServers::Mails(const std::string& address,
                                            const std::string& folder) const {
  std::vector<std::string> mails;
  for (const char* sub : {"/new", "/cur"}) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(Maildir(address, folder) + sub, ignored)) {
      const auto text = RealFileSystem().Read(entry.path().string());
      if (text.ok()) mails.push_back(*text);
    }
  }
  return mails;
}

absl::Status MailServers::Empty(const std::string& address) {
  const std::string home = FolderOf(Maildir(address, ""));
  std::error_code ignored;
  fs::remove_all(home + "/Maildir", ignored);
  return MakeMaildir(home);
}

absl::Status MailServers::Put(const std::string& address, const std::string& mail) {
  const passwd* owner = getpwnam(kMailUser);
  const std::string inbox = Maildir(address, "");
  const std::string name = absl::StrCat("/", ++put_, ".test.", getpid());
  AMANA_RETURN_IF_ERROR(WriteFile(inbox + "/tmp" + name, mail, 0600));
  if (chown((inbox + "/tmp" + name).c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    return absl::InternalError("chown");
  }
  return RealFileSystem().Rename(inbox + "/tmp" + name, inbox + "/new" + name);
}

std::string MailServers::LogEnd() const {
  constexpr size_t kEnough = 2000;
  std::string all;
  for (const char* name : {"/postfix-check.log", "/postfix-master.log", "/postfix.log",
                           "/dovecot-master.log", "/dovecot.log"}) {
    const std::string log = RealFileSystem().Read(folder_ + name).value_or("");
    absl::StrAppend(&all, name, ":\n", log.substr(log.size() - std::min(log.size(), kEnough)));
  }
  return all;
}

}  // namespace amana::tests
