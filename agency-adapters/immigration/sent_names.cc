#include "agency-adapters/immigration/sent_names.h"

#include <utility>
#include <vector>

#include "base/status.h"

namespace amana::immigration {
namespace {

constexpr size_t kMostKept = 20'000;

// Whole lines only: a crash may have cut the last.
std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SentNames>> SentNames::Open(FileSystem& files,
                                                           const std::string& path) {
  auto text = files.Read(path);
  if (!text.ok() && !absl::IsNotFound(text.status())) return text.status();
  std::vector<std::string> lines = text.ok() ? Lines(*text) : std::vector<std::string>();
  if (lines.size() > kMostKept) lines.erase(lines.begin(), lines.end() - kMostKept);
  std::string kept;
  for (const std::string& line : lines) kept += line + "\n";
  if (!text.ok() || kept != *text) {
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(path, kept, kPrivateFile));
  }
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, files.OpenAppend(path, kPrivateFile));
  return std::unique_ptr<SentNames>(new SentNames(std::move(file), {lines.begin(), lines.end()}));
}

absl::Status SentNames::Add(const std::string& name) {
  if (!broken_.ok()) return broken_;
  if (names_.contains(name)) return absl::OkStatus();
  broken_ = file_->Append(name + "\n");
  if (broken_.ok()) broken_ = file_->Sync();
  if (broken_.ok()) names_.insert(name);
  return broken_;
}

}  // namespace amana::immigration
