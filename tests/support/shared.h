// Where the shared vectors and tables are, when they are there: ${AMANA_SHARED_DIR}, set by
// amana_test. A test runs what it finds and its own tables always.
#ifndef AMANA_TESTS_SUPPORT_SHARED_H_
#define AMANA_TESTS_SUPPORT_SHARED_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace amana::tests {

// Path of a file or folder of the shared ones; none when it is absent.
inline std::optional<std::filesystem::path> SharedFile(std::string_view relative) {
  const char* root = std::getenv("AMANA_SHARED_DIR");
  if (root == nullptr || *root == '\0') return std::nullopt;
  const std::filesystem::path path = std::filesystem::path(root) / relative;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  return path;
}

inline std::string ReadWhole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_SHARED_H_
