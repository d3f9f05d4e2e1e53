// What the operating system says of a file without reading it. Of this room only.
#ifndef AMANA_BROKER_IDENTITY_FILE_STAMP_H_
#define AMANA_BROKER_IDENTITY_FILE_STAMP_H_

#include <cstdint>
#include <string>
#include <vector>

namespace amana::identity {

// Differs whenever the file was replaced or written since, but for writes within one tick of the
// file system's clock that keep the size. All zero: there is no such file.
struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// One for each path, in their order; of a folder: changes when a name in it comes or goes.
std::vector<FileStamp> StampFiles(const std::vector<std::string>& paths);

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_FILE_STAMP_H_
