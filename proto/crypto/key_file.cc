#include "proto/crypto/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/random.h"

namespace amana::crypto {
namespace {

constexpr size_t kMaxKeyFile = 64 << 10;
constexpr size_t kMaxPublicFile = 16 << 20;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  const int fd_;
};

std::string FolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = FolderOf(path);
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return FileFailed(folder, "fsync", errno);
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, const std::string& path, std::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return FileFailed(path, "write", errno);
    contents.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : FileFailed(path, "fsync", errno);
}

// Writes a file under a name of its own in the same folder, complete and synced. The mode is set on
// the open file, so that no umask widens or narrows it and it is never wider for a moment.
absl::StatusOr<std::string> WriteBeside(const std::string& path, std::string_view contents,
                                        mode_t mode) {
  const std::string beside = path + "." + ToHex(RandomBytes(8)) + ".part";
  absl::Status status;
  {
    const Descriptor fd(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0600));
    if (fd.get() < 0) return FileFailed(path, "create", errno);
    status = WriteAll(fd.get(), path, contents);
    if (status.ok() && fchmod(fd.get(), mode) != 0) status = FileFailed(path, "chmod", errno);
  }
  if (status.ok()) return beside;
  unlink(beside.c_str());
  return status;
}

// link() refuses to replace, which rename() cannot promise; the name appears with its whole
// content.
absl::Status WriteNew(const std::string& path, std::string_view contents, mode_t mode) {
  struct stat existing;
  if (lstat(path.c_str(), &existing) == 0) return FileExists(path);
  AMANA_ASSIGN_OR_RETURN(const std::string beside, WriteBeside(path, contents, mode));
  const int error = link(beside.c_str(), path.c_str()) == 0 ? 0 : errno;
  unlink(beside.c_str());
  if (error == EEXIST) return FileExists(path);
  if (error != 0) return FileFailed(path, "link", error);
  return SyncFolderOf(path);
}

// `out` must have room for one byte more than the file may hold.
absl::Status ReadAll(int fd, const std::string& path, size_t limit, std::string& out) {
  out.assign(limit + 1, '\0');
  size_t size = 0;
  while (size < out.size()) {
    const ssize_t got = read(fd, out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileFailed(path, "read", errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  out.resize(size);
  return absl::OkStatus();
}

absl::Status OpenFailed(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) return FileMissing(path);
  if (error == ELOOP) return KeyFilePermissions(path, "is a symbolic link");
  return FileFailed(path, "open", error);
}

absl::Status CheckKeyFile(int fd, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return FileFailed(path, "stat", errno);
  if (!S_ISREG(info.st_mode)) return KeyFilePermissions(path, "is not a regular file");
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return KeyFilePermissions(path, "belongs to another user");
  }
  if ((info.st_mode & 0077) != 0) {
    return KeyFilePermissions(path, "group or others have rights on it; chmod 0400 it");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteKeyFile(const std::string& path, const Secret& contents) {
  return WriteNew(path, contents.Reveal(RevealSecret()), 0400);
}

absl::StatusOr<Secret> ReadKeyFile(const std::string& path) {
  // O_NONBLOCK: a FIFO of that name must not hold the program up.
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return OpenFailed(path, errno);
  AMANA_RETURN_IF_ERROR(CheckKeyFile(fd.get(), path));
  std::string contents;
  const absl::Status status = ReadAll(fd.get(), path, kMaxKeyFile, contents);
  Secret secret = Secret::TakeFrom(contents);
  AMANA_RETURN_IF_ERROR(status);
  if (secret.size() > kMaxKeyFile) return KeyInvalid("the file is too long for a key");
  return secret;
}

absl::Status WritePublicFile(const std::string& path, std::string_view contents) {
  AMANA_ASSIGN_OR_RETURN(const std::string beside, WriteBeside(path, contents, 0644));
  if (rename(beside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(beside.c_str());
    return FileFailed(path, "rename", error);
  }
  return SyncFolderOf(path);
}

absl::Status WriteNewPublicFile(const std::string& path, std::string_view contents) {
  return WriteNew(path, contents, 0644);
}

absl::StatusOr<std::string> ReadPublicFile(const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return OpenFailed(path, errno);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return FileFailed(path, "stat", errno);
  if (S_ISDIR(info.st_mode)) return FileFailed(path, "read", EISDIR);
  if (static_cast<size_t>(info.st_size) > kMaxPublicFile) return FileFailed(path, "read", EFBIG);
  std::string contents;
  AMANA_RETURN_IF_ERROR(ReadAll(fd.get(), path, static_cast<size_t>(info.st_size), contents));
  return contents;
}

}  // namespace amana::crypto
