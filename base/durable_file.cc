#include "base/durable_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <initializer_list>
#include <system_error>
#include <utility>

#include "base/errors.h"
#include "base/status.h"

namespace amana {
namespace {

constexpr std::string_view kTemporaryMark = ".amana-tmp-";

absl::Status Failed(const std::string& path) { return ErrnoError(errno, path); }

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed(path);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status SyncFd(int fd, const std::string& path) {
  if (fsync(fd) == 0) return absl::OkStatus();
  return FsyncFailedError(path, std::system_category().message(errno));
}

absl::Status SyncFolder(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return Failed(path);
  return SyncFd(fd.get(), path);
}

absl::StatusOr<std::string> ReadFrom(int fd, uint64_t offset, size_t length,
                                     const std::string& path) {
  std::string bytes(length, '\0');
  size_t have = 0;
  while (have < length) {
    const ssize_t n =
        pread(fd, bytes.data() + have, length - have, static_cast<off_t>(offset + have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed(path);
    if (n == 0) break;
    have += static_cast<size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

absl::StatusOr<std::string> ReadWhole(int fd, const std::string& path) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return Failed(path);
  return ReadFrom(fd, 0, static_cast<size_t>(info.st_size), path);
}

class RealAppendFile final : public AppendFile {
 public:
  RealAppendFile(Fd fd, std::string path, uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

  absl::Status Append(std::string_view bytes) override {
    absl::Status status = WriteAll(fd_.get(), bytes, path_);
    if (status.ok()) {
      size_ += bytes.size();
    } else if (struct stat info{}; fstat(fd_.get(), &info) == 0) {
      size_ = static_cast<uint64_t>(info.st_size);
    }
    return status;
  }
  absl::Status Truncate(uint64_t size) override {
    if (ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return Failed(path_);
    size_ = size;
    return absl::OkStatus();
  }
  absl::Status Sync() override {
    if (fdatasync(fd_.get()) != 0) {
      return FsyncFailedError(path_, std::system_category().message(errno));
    }
    if (!name_synced_) AMANA_RETURN_IF_ERROR(SyncFolder(FolderOf(path_)));
    name_synced_ = true;
    return absl::OkStatus();
  }
  uint64_t size() const override { return size_; }

 private:
  const Fd fd_;
  const std::string path_;
  uint64_t size_;
  bool name_synced_ = false;
};

class RealInPlaceFile final : public InPlaceFile {
 public:
  RealInPlaceFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  absl::StatusOr<std::string> ReadAt(uint64_t offset, size_t length) const override {
    return ReadFrom(fd_.get(), offset, length, path_);
  }
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Failed(path_);
      bytes.remove_prefix(static_cast<size_t>(n));
      offset += static_cast<uint64_t>(n);
    }
    return absl::OkStatus();
  }
  absl::Status Sync() override {
    AMANA_RETURN_IF_ERROR(SyncFd(fd_.get(), path_));
    if (name_synced_.load()) return absl::OkStatus();
    AMANA_RETURN_IF_ERROR(SyncFolder(FolderOf(path_)));
    name_synced_ = true;
    return absl::OkStatus();
  }
  absl::StatusOr<uint64_t> Size() const override {
    struct stat info {};
    if (fstat(fd_.get(), &info) != 0) return Failed(path_);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  const Fd fd_;
  const std::string path_;
  std::atomic<bool> name_synced_ = false;
};

// What a file must be that holds a secret; `modes` are those allowed.
absl::Status CheckSecret(int fd, const std::string& path, std::initializer_list<unsigned> modes) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return Failed(path);
  const unsigned mode = info.st_mode & 07777;
  if (!S_ISREG(info.st_mode) || std::find(modes.begin(), modes.end(), mode) == modes.end() ||
      (info.st_uid != geteuid() && info.st_uid != 0)) {
    return KeyFilePermissionsError(path, mode);
  }
  return absl::OkStatus();
}

// Writes a synced temporary file beside `path` and returns its name; nothing is left on error.
absl::StatusOr<std::string> WriteTemporary(const std::string& path, std::string_view bytes,
                                           unsigned mode) {
  static std::atomic<uint64_t> counter{0};
  const std::string name = path + std::string(kTemporaryMark) + std::to_string(getpid()) + "-" +
                           std::to_string(counter.fetch_add(1));
  unlink(name.c_str());  // of an earlier process with our number
  const Fd fd(open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return Failed(path);
  absl::Status status = WriteAll(fd.get(), bytes, path);
  if (status.ok() && fchmod(fd.get(), mode) != 0) status = Failed(path);
  if (status.ok()) status = SyncFd(fd.get(), path);
  if (status.ok()) return name;
  unlink(name.c_str());
  return status;
}

// Of a name that somebody else may have given: to open a FIFO would wait for whoever writes to it,
// without end.
absl::StatusOr<Fd> OpenToRead(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return Failed(path);
  if (S_ISFIFO(info.st_mode)) return IoError(path, "is a pipe: a file is read here");
  return fd;
}

class Real final : public FileSystem {
 public:
  absl::StatusOr<std::string> Read(const std::string& path) override {
    AMANA_ASSIGN_OR_RETURN(const Fd fd, OpenToRead(path));
    return ReadWhole(fd.get(), path);
  }

  absl::StatusOr<std::string> ReadRange(const std::string& path, uint64_t offset,
                                        size_t length) override {
    AMANA_ASSIGN_OR_RETURN(const Fd fd, OpenToRead(path));
    return ReadFrom(fd.get(), offset, length, path);
  }

  absl::StatusOr<uint64_t> Size(const std::string& path) override {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return Failed(path);
    return static_cast<uint64_t>(info.st_size);
  }

  absl::Status WriteAtomically(const std::string& path, std::string_view bytes,
                               unsigned mode) override {
    AMANA_ASSIGN_OR_RETURN(const std::string temporary, WriteTemporary(path, bytes, mode));
    if (rename(temporary.c_str(), path.c_str()) != 0) {
      absl::Status status = Failed(path);
      unlink(temporary.c_str());
      return status;
    }
    return SyncFolder(FolderOf(path));
  }

  absl::Status CreateAtomically(const std::string& path, std::string_view bytes,
                                unsigned mode) override {
    AMANA_ASSIGN_OR_RETURN(const std::string temporary, WriteTemporary(path, bytes, mode));
    // link, not rename: it does not replace.
    const int linked = link(temporary.c_str(), path.c_str());
    const absl::Status status = linked == 0 ? absl::OkStatus() : Failed(path);
    unlink(temporary.c_str());
    AMANA_RETURN_IF_ERROR(status);
    return SyncFolder(FolderOf(path));
  }

  absl::StatusOr<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path,
                                                         unsigned mode) override {
    Fd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode));
    struct stat info {};
    if (!fd.valid() || fstat(fd.get(), &info) != 0) return Failed(path);
    return std::make_unique<RealAppendFile>(std::move(fd), path,
                                            static_cast<uint64_t>(info.st_size));
  }

  absl::StatusOr<std::unique_ptr<InPlaceFile>> OpenInPlace(const std::string& path) override {
    Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!fd.valid()) return errno == ELOOP ? KeyFilePermissionsError(path, 0777) : Failed(path);
    AMANA_RETURN_IF_ERROR(CheckSecret(fd.get(), path, {0600}));
    return std::make_unique<RealInPlaceFile>(std::move(fd), path);
  }

  absl::Status CreateDirectories(const std::string& path) override {
    struct stat info {};
    if (stat(path.c_str(), &info) == 0) {
      return S_ISDIR(info.st_mode) ? absl::OkStatus() : FileExistsError(path);
    }
    const std::string parent = FolderOf(path);
    if (parent != path) AMANA_RETURN_IF_ERROR(CreateDirectories(parent));
    if (mkdir(path.c_str(), kPrivateFolder) != 0 && errno != EEXIST) return Failed(path);
    return SyncFolder(parent);
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    DIR* dir = opendir(path.c_str());
    if (dir == nullptr) return Failed(path);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(dir)) {
      const std::string_view name = entry->d_name;
      const bool ours = name.find(kTemporaryMark) != std::string_view::npos;
      if (name != "." && name != ".." && !ours) names.emplace_back(name);
    }
    const int error = errno;
    closedir(dir);
    if (error != 0) return ErrnoError(error, path);
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status Remove(const std::string& path) override {
    if (remove(path.c_str()) != 0) return Failed(path);
    return SyncFolder(FolderOf(path));
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) != 0) return Failed(from);
    AMANA_RETURN_IF_ERROR(SyncFolder(FolderOf(to)));
    return FolderOf(from) == FolderOf(to) ? absl::OkStatus() : SyncFolder(FolderOf(from));
  }

  absl::StatusOr<bool> Exists(const std::string& path) override {
    struct stat info {};
    if (lstat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return Failed(path);
  }

  absl::StatusOr<uint64_t> FreeBytes(const std::string& path) override {
    struct statvfs info {};
    if (statvfs(path.c_str(), &info) != 0) return Failed(path);
    return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  }
};

}  // namespace

FileSystem& RealFileSystem() {
  static Real* real = new Real;
  return *real;
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid()) return errno == ELOOP ? KeyFilePermissionsError(path, 0777) : Failed(path);
  AMANA_RETURN_IF_ERROR(CheckSecret(fd.get(), path, {0400, 0600}));
  return ReadWhole(fd.get(), path);
}

std::string FolderOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return path.empty() ? "." : "/";
  const size_t slash = path.rfind('/', end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace amana
