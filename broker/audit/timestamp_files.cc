#include "broker/audit/timestamp_files.h"

#include <optional>

#include "absl/strings/str_split.h"
#include "base/status.h"
#include "broker/store/errors.h"
#include "proto/transparency/text.h"

namespace amana::audit {
namespace {

constexpr std::string_view kPrefix = "timestamp/";
constexpr std::string_view kToken = ".tsr";

}  // namespace

absl::StatusOr<std::vector<uint64_t>> TimestampFiles::Sizes() const {
  const absl::StatusOr<std::string> index = files_->Read(folder_ + "/index");
  std::vector<uint64_t> sizes;
  if (absl::IsNotFound(index.status())) return sizes;
  if (!index.ok()) return index.status();
  std::string_view rest = *index;
  while (!rest.empty()) {
    const std::optional<std::string_view> line = transparency::TakeLine(rest);
    const auto size = line ? transparency::ParseDecimal(*line) : std::nullopt;
    if (!size || (!sizes.empty() && *size <= sizes.back())) {
      return MakeError(absl::StatusCode::kDataLoss, "TIMESTAMP_INDEX_DAMAGED", "index",
                       "the list of timestamps is damaged: restore or remove it");
    }
    sizes.push_back(*size);
  }
  return sizes;
}

absl::Status TimestampFiles::Keep(uint64_t size, std::string_view checkpoint,
                                  std::string_view token) {
  AMANA_ASSIGN_OR_RETURN(std::vector<uint64_t> sizes, Sizes());
  if (!sizes.empty() && size <= sizes.back()) return absl::OkStatus();
  sizes.push_back(size);
  AMANA_RETURN_IF_ERROR(files_->CreateDirectories(folder_));
  const std::string name = folder_ + "/" + std::to_string(size);
  AMANA_RETURN_IF_ERROR(files_->WriteAtomically(name, checkpoint, kPublicFile));
  AMANA_RETURN_IF_ERROR(files_->WriteAtomically(name + std::string(kToken), token, kPublicFile));
  std::string index;
  for (const uint64_t stamped : sizes) index += std::to_string(stamped) + "\n";
  return files_->WriteAtomically(folder_ + "/index", index, kPublicFile);
}

absl::StatusOr<std::string> TimestampFiles::Read(std::string_view path) const {
  if (!path.starts_with(kPrefix)) return store::NotFoundError("path");
  path.remove_prefix(kPrefix.size());
  std::string name = "index";
  if (path != name) {
    const bool token = path.ends_with(kToken);
    if (token) path.remove_suffix(kToken.size());
    const std::optional<uint64_t> size = transparency::ParseDecimal(path);
    if (!size) return store::NotFoundError("path");
    name = std::to_string(*size) + std::string(token ? kToken : "");
  }
  absl::StatusOr<std::string> bytes = files_->Read(folder_ + "/" + name);
  if (absl::IsNotFound(bytes.status())) return store::NotFoundError("path");
  return bytes;
}

}  // namespace amana::audit
