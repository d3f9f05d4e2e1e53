#include "tests/support/memory_search.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/ids.h"

namespace amana::tests {
namespace {

constexpr size_t kChunk = size_t{4} << 20;

struct Region {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string name;
};

std::vector<Region> ReadableRegions(pid_t pid) {
  std::vector<Region> regions;
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::string range, permissions, offset, device, inode, name;
    fields >> range >> permissions >> offset >> device >> inode;
    std::getline(fields >> std::ws, name);
    if (permissions.empty() || permissions[0] != 'r' || name == "[vvar]" || name == "[vsyscall]") {
      continue;
    }
    const size_t dash = range.find('-');
    regions.push_back({std::stoull(range.substr(0, dash), nullptr, 16),
                       std::stoull(range.substr(dash + 1), nullptr, 16),
                       name.empty() ? "anonymous memory" : name});
  }
  return regions;
}

void Merge(std::vector<std::string> from, std::vector<std::string>& to) {
  for (std::string& each : from) {
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(std::move(each));
  }
}

// The part of an encoded text that depends on `secret` alone when `offset` bytes come before it.
std::string Base64Inside(std::string_view secret, size_t offset) {
  const std::string padded = std::string(offset, 'x') + std::string(secret);
  std::string encoded;
  absl::Base64Escape(absl::string_view(padded.data(), padded.size() / 3 * 3), &encoded);
  return encoded.substr(offset == 0 ? 0 : 4);
}

}  // namespace

std::vector<Needle> FormsOf(std::string_view secret) {
  std::vector<Needle> forms{{"raw", std::string(secret)},
                            {"hex", ToHex(secret)},
                            {"upper-case hex", absl::AsciiStrToUpper(ToHex(secret))}};
  for (size_t offset = 0; offset < 3; ++offset) {
    const std::string encoded = Base64Inside(secret, offset);
    std::string url = encoded;
    std::replace(url.begin(), url.end(), '+', '-');
    std::replace(url.begin(), url.end(), '/', '_');
    forms.push_back({"base64", encoded});
    if (url != encoded) forms.push_back({"base64url", url});
  }
  return forms;
}

std::vector<std::string> SearchText(std::string_view text, std::string_view where,
                                    const std::vector<Needle>& needles) {
  std::vector<std::string> found;
  for (const Needle& needle : needles) {
    // memmem is some ten times as quick as find() on long texts.
    if (memmem(text.data(), text.size(), needle.bytes.data(), needle.bytes.size()) != nullptr) {
      found.push_back(needle.name + " in " + std::string(where));
    }
  }
  return found;
}

absl::StatusOr<std::vector<std::string>> SearchMemory(pid_t pid,
                                                      const std::vector<Needle>& needles) {
  const int fd = open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::PermissionDeniedError(std::strerror(errno));
  size_t overlap = 0;
  for (const Needle& needle : needles) overlap = std::max(overlap, needle.bytes.size() - 1);
  std::vector<std::string> found;
  uint64_t searched = 0;
  for (const Region& region : ReadableRegions(pid)) {
    std::string chunk;
    for (uint64_t at = region.begin; at < region.end;) {
      const size_t kept = std::min(chunk.size(), overlap);
      chunk.erase(0, chunk.size() - kept);
      const size_t want = std::min<uint64_t>(kChunk, region.end - at);
      chunk.resize(kept + want);
      const ssize_t got = pread(fd, chunk.data() + kept, want, static_cast<off_t>(at));
      if (got <= 0) break;  // went while we looked, or is no memory
      chunk.resize(kept + static_cast<size_t>(got));
      Merge(SearchText(chunk, region.name, needles), found);
      at += static_cast<uint64_t>(got);
      searched += static_cast<uint64_t>(got);
    }
  }
  close(fd);
  if (searched == 0) return absl::PermissionDeniedError("no memory could be read");
  return found;
}

std::vector<std::string> SearchFiles(const std::string& folder,
                                     const std::vector<Needle>& needles) {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths{folder};
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    paths.push_back(entry.path());
  }
  std::vector<std::string> found;
  for (const fs::path& path : paths) {
    Merge(SearchText(path.string(), "a file name", needles), found);
    if (!fs::is_regular_file(path, ignored)) continue;
    std::ifstream in(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    Merge(SearchText(content, path.string(), needles), found);
  }
  return found;
}

}  // namespace amana::tests
