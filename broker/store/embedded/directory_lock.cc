#include "broker/store/embedded/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana::store::embedded {

absl::StatusOr<std::unique_ptr<DirectoryLock>> DirectoryLock::Acquire(
    const std::string& directory) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(directory));
  struct stat info;
  if (stat(directory.c_str(), &info) != 0) return ErrnoError(errno, directory);
  if ((info.st_mode & 077) != 0) return FilePermissionError(directory);
  const std::string path = directory + "/lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return ErrnoError(errno, path);
  std::unique_ptr<DirectoryLock> lock(new DirectoryLock(fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? AlreadyRunningError(directory) : ErrnoError(errno, path);
  }
  return lock;
}

DirectoryLock::~DirectoryLock() { close(fd_); }

}  // namespace amana::store::embedded
