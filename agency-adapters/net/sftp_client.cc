#include "agency-adapters/net/sftp_client.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agency-adapters/net/sftp_errors.h"
#include "agency-adapters/net/sftp_session.h"
#include "base/status.h"

namespace amana::net {
namespace {

constexpr size_t kChunk = 32 * 1024;  // what every server takes in one request
constexpr mode_t kMode = 0640;        // the agency's programs read by their group

bool IsHostKey(const std::string& line) {
  const size_t space = line.find(' ');
  if (space == std::string::npos) return false;
  const auto type = ssh_key_type_from_name(line.substr(0, space).c_str());
  if (type == SSH_KEYTYPE_UNKNOWN) return false;
  const std::string rest = line.substr(space + 1);
  ssh_key key = nullptr;
  const int read = ssh_pki_import_pubkey_base64(rest.substr(0, rest.find(' ')).c_str(), type, &key);
  ssh_key_free(key);
  return read == SSH_OK;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SftpClient>> SftpClient::Create(SftpOptions options) {
  if (options.host.empty()) return SftpOptionInvalid("host", "a host name or address");
  if (options.user.empty()) return SftpOptionInvalid("user", "an account");
  if (options.port < 1 || options.port > 65535) return SftpOptionInvalid("port", "1 to 65535");
  if (options.key_file.empty()) return SftpOptionInvalid("key_file", "a private key's file");
  if (options.host_keys.empty() ||
      !std::all_of(options.host_keys.begin(), options.host_keys.end(), IsHostKey)) {
    return SftpOptionInvalid("host_keys", "public keys, as \"ssh-ed25519 AAAA...\"");
  }
  return std::unique_ptr<SftpClient>(new SftpClient(std::move(options)));
}

SftpClient::SftpClient(SftpOptions options) : options_(std::move(options)) {}

SftpClient::~SftpClient() = default;

absl::Status SftpClient::Connect() {
  if (session_ != nullptr && ssh_is_connected(session_->ssh.get())) return absl::OkStatus();
  session_.reset();
  AMANA_ASSIGN_OR_RETURN(session_, Session::Open(options_, deadline_));
  return absl::OkStatus();
}

absl::Status SftpClient::Run(const std::function<absl::Status(Session&)>& call) {
  AMANA_RETURN_IF_ERROR(Connect());
  deadline_.Arm(ssh_get_fd(session_->ssh.get()), options_.call_timeout);
  absl::Status status = call(*session_);
  if (deadline_.Disarm()) status = RemoteTimeout();
  const bool broken =
      status.code() == absl::StatusCode::kUnavailable && !ssh_is_connected(session_->ssh.get());
  if (broken || ErrorReason(status) == "REMOTE_TIMEOUT") session_.reset();
  return status;
}

absl::StatusOr<RemoteListing> SftpClient::List(const std::string& folder) {
  if (!IsRemoteFolder(folder)) return RemoteNameInvalid();
  RemoteListing listing;
  AMANA_RETURN_IF_ERROR(Run([&](Session& session) -> absl::Status {
    const SftpFolderPtr open(sftp_opendir(session.sftp.get(), folder.c_str()));
    if (open == nullptr) return session.Error("list");
    while (const SftpAttributesPtr file{sftp_readdir(session.sftp.get(), open.get())}) {
      const std::string_view name = file->name == nullptr ? "" : file->name;
      if (name == "." || name == "..") continue;
      if (!IsRemoteName(name)) {
        ++listing.unsafe_names;
        continue;
      }
      if (file->type != SSH_FILEXFER_TYPE_REGULAR) continue;
      listing.files.push_back({std::string(name), file->size, file->mtime});
      if (listing.files.size() > kMaxListed) return RemoteFailed("list: too many files", 0);
    }
    return sftp_dir_eof(open.get()) ? absl::OkStatus() : session.Error("list");
  }));
  std::sort(listing.files.begin(), listing.files.end(),
            [](const RemoteFile& a, const RemoteFile& b) { return a.name < b.name; });
  return listing;
}

absl::StatusOr<RemoteFile> SftpClient::Stat(const RemotePath& path) {
  RemoteFile file;
  AMANA_RETURN_IF_ERROR(Run([&](Session& session) -> absl::Status {
    const SftpAttributesPtr found(sftp_lstat(session.sftp.get(), path.text().c_str()));
    if (found == nullptr) return session.Error("stat");
    if (found->type != SSH_FILEXFER_TYPE_REGULAR) return RemoteNotFound();
    file = {path.text().substr(path.text().rfind('/') + 1), found->size, found->mtime};
    return absl::OkStatus();
  }));
  return file;
}

absl::StatusOr<std::string> SftpClient::Read(const RemotePath& path, uint64_t limit) {
  std::string bytes;
  AMANA_RETURN_IF_ERROR(Run([&](Session& session) -> absl::Status {
    const SftpFilePtr file(sftp_open(session.sftp.get(), path.text().c_str(), O_RDONLY, 0));
    if (file == nullptr) return session.Error("open");
    std::array<char, kChunk> chunk;
    for (;;) {
      const ssize_t got = sftp_read(file.get(), chunk.data(), chunk.size());
      if (got < 0) return session.Error("read");
      if (got == 0) return absl::OkStatus();
      bytes.append(chunk.data(), static_cast<size_t>(got));
      if (bytes.size() > limit) return RemoteTooLarge(limit);
    }
  }));
  return bytes;
}

absl::Status SftpClient::Put(const RemotePath& path, std::string_view bytes, int flags) {
  return Run([&](Session& session) -> absl::Status {
    SftpFilePtr file(sftp_open(session.sftp.get(), path.text().c_str(), flags, kMode));
    if (file == nullptr) return session.Error("open");
    for (std::string_view rest = bytes; !rest.empty();) {
      const ssize_t put =
          sftp_write(file.get(), rest.data(), std::min<size_t>(rest.size(), kChunk));
      if (put <= 0) return session.Error("write");
      rest.remove_prefix(static_cast<size_t>(put));
    }
    if (session.fsync && sftp_fsync(file.get()) != SSH_OK) return session.Error("fsync");
    // A server may say only now that what was written did not go well.
    return sftp_close(file.release()) == SSH_OK ? absl::OkStatus() : session.Error("close");
  });
}

absl::Status SftpClient::Write(const RemotePath& path, std::string_view bytes) {
  return Put(path, bytes, O_WRONLY | O_CREAT | O_TRUNC);
}

absl::Status SftpClient::Append(const RemotePath& path, std::string_view bytes) {
  return Put(path, bytes, O_WRONLY | O_CREAT | O_APPEND);
}

absl::Status SftpClient::Rename(const RemotePath& from, const RemotePath& to) {
  return Run([&](Session& session) -> absl::Status {
    const char* source = from.text().c_str();
    const char* target = to.text().c_str();
    if (sftp_rename(session.sftp.get(), source, target) == SSH_OK) return absl::OkStatus();
    absl::Status first = session.Error("rename");
    // Version 3 replaces nothing, and says no more than that it failed: it may have been for
    // another reason, so what is there is put aside until the new one stands.
    if (ErrorReason(first) != "REMOTE_FAILED") return first;
    const std::string aside = to.text() + ".replaced";
    const SftpAttributesPtr there(sftp_lstat(session.sftp.get(), target));
    if (there == nullptr || there->type != SSH_FILEXFER_TYPE_REGULAR) return first;
    (void)sftp_unlink(session.sftp.get(), aside.c_str());  // of a run that ended in between
    if (sftp_rename(session.sftp.get(), target, aside.c_str()) != SSH_OK) return first;
    if (sftp_rename(session.sftp.get(), source, target) == SSH_OK) {
      (void)sftp_unlink(session.sftp.get(), aside.c_str());
      return absl::OkStatus();
    }
    absl::Status second = session.Error("rename");
    if (sftp_rename(session.sftp.get(), aside.c_str(), target) != SSH_OK) {
      return session.Error("rename back");
    }
    return second;
  });
}

absl::Status SftpClient::Remove(const RemotePath& path) {
  return Run([&](Session& session) -> absl::Status {
    if (sftp_unlink(session.sftp.get(), path.text().c_str()) == SSH_OK) return absl::OkStatus();
    return session.Error("remove");
  });
}

}  // namespace amana::net
