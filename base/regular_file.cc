#include "base/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/errors.h"
#include "base/status.h"

namespace amana {
namespace {

absl::Status FileUnfit(const std::string& path, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "FILE_UNFIT", "",
                   path + ": " + std::string(why));
}

absl::StatusOr<std::string> ReadOpen(int fd, const std::string& path, size_t most) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return ErrnoError(errno, path);
  if (!S_ISREG(info.st_mode)) return FileUnfit(path, "is no regular file");
  // One byte more than there may be: it may be growing.
  std::string bytes(std::min(static_cast<size_t>(info.st_size), most) + 1, '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = read(fd, bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(errno, path);
    if (n == 0) break;
    have += static_cast<size_t>(n);
    if (have == bytes.size() && have <= most) bytes.resize(std::min(2 * have, most + 1));
  }
  if (have > most) return FileUnfit(path, "is too large");
  bytes.resize(have);
  return bytes;
}

}  // namespace

absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  // A socket is opened by nobody; a link is refused as such.
  if (fd < 0 && (errno == ELOOP || errno == ENXIO)) return FileUnfit(path, "is no regular file");
  if (fd < 0 && errno == EACCES) return FileUnfit(path, "may not be read");
  if (fd < 0) return ErrnoError(errno, path);
  absl::StatusOr<std::string> bytes = ReadOpen(fd, path, most);
  close(fd);
  return bytes;
}

}  // namespace amana
