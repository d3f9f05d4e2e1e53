// Reads what anybody may have put into a folder. Whoever opens it as it is follows a link out of
// the folder, waits for ever at a pipe, and takes in as much as there is.
#ifndef AMANA_BASE_REGULAR_FILE_H_
#define AMANA_BASE_REGULAR_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace amana {

// The content of a regular file of `most` bytes at most; judged by the open file, not by its name.
// kInvalidArgument FILE_UNFIT: a link, folder, pipe or device, larger, or not ours to read. Else as
// FileSystem::Read.
absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most);

}  // namespace amana

#endif  // AMANA_BASE_REGULAR_FILE_H_
