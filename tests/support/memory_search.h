// Searches for bytes where none of them may be: in the memory of another process, and in files.
#ifndef AMANA_TESTS_SUPPORT_MEMORY_SEARCH_H_
#define AMANA_TESTS_SUPPORT_MEMORY_SEARCH_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace amana::tests {

struct Needle {
  std::string name;  // "hex", for messages
  std::string bytes;
};

// `secret` as it could be found: raw, in hexadecimal of both cases, in base64 (also within a longer
// text that was encoded, at each of the three offsets).
std::vector<Needle> FormsOf(std::string_view secret);

// All readable memory of a process that runs, as a core file would have it. Returns "hex at
// [heap]" for what was found. kPermissionDenied when its memory may not be read.
absl::StatusOr<std::vector<std::string>> SearchMemory(pid_t pid,
                                                      const std::vector<Needle>& needles);

// Names and contents of everything below `folder`, or of one file.
std::vector<std::string> SearchFiles(const std::string& folder, const std::vector<Needle>& needles);

// "hex in <where>" for each needle that `text` has.
std::vector<std::string> SearchText(std::string_view text, std::string_view where,
                                    const std::vector<Needle>& needles);

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_MEMORY_SEARCH_H_
