#include "broker/audit/log_files.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/status.h"

namespace amana::audit {
namespace {

using transparency::kTileWidth;
using transparency::TileId;

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kBytes = "application/octet-stream";
constexpr const char* kNewest = "no-cache";
constexpr const char* kForEver = "public, max-age=31536000, immutable";
// It never changes either, but nobody asks for it again once the tile has grown.
constexpr const char* kForAWhile = "public, max-age=300";
// A tile may grow between the moment when its widest file is found and when it is read.
constexpr int kTries = 3;

http::Response Refusal(int status) {
  http::Response response{.status = status, .body = status == 404 ? "not found\n" : ""};
  if (status == 405) response.headers.emplace_back("Allow", "GET, HEAD");
  return response;
}

http::Response Resource(absl::StatusOr<std::string> bytes, const char* type, const char* cache) {
  if (!bytes.ok()) return Refusal(absl::IsNotFound(bytes.status()) ? 404 : 503);
  return {.status = 200,
          .content_type = type,
          .body = *std::move(bytes),
          .headers = {{"Cache-Control", cache}, {"X-Content-Type-Options", "nosniff"}}};
}

absl::StatusOr<std::string> FirstOf(const TileId& tile, int width, const std::string& bytes) {
  const auto wanted = static_cast<size_t>(tile.width);
  if (tile.level != transparency::kEntriesLevel) {
    AMANA_ASSIGN_OR_RETURN(const transparency::Hashes hashes,
                           transparency::DecodeHashTile(bytes, width));
    return transparency::EncodeHashTile(std::span(hashes).first(wanted));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                         transparency::DecodeEntryBundle(bytes, width));
  return transparency::EncodeEntryBundle(std::span(entries).first(wanted));
}

}  // namespace

absl::StatusOr<std::string> LogFiles::CutFromWider(const TileId& tile) const {
  TileId wider = tile;
  wider.width = kTileWidth;
  int widest = 0;
  const auto partials = files_->List(folder_ + "/" + transparency::TilePath(wider) + ".p");
  for (const std::string& name : partials.value_or(std::vector<std::string>())) {
    int width = 0;
    if (absl::SimpleAtoi(name, &width) && width < kTileWidth) widest = std::max(widest, width);
  }
  if (widest >= tile.width) wider.width = widest;
  AMANA_ASSIGN_OR_RETURN(const std::string bytes,
                         files_->Read(folder_ + "/" + transparency::TilePath(wider)));
  return FirstOf(tile, wider.width, bytes);
}

absl::StatusOr<std::string> LogFiles::ReadTile(const TileId& tile) const {
  absl::StatusOr<std::string> bytes = files_->Read(folder_ + "/" + transparency::TilePath(tile));
  for (int i = 0; i < kTries && tile.width < kTileWidth && absl::IsNotFound(bytes.status()); ++i) {
    bytes = CutFromWider(tile);
  }
  return bytes;
}

http::Response LogFiles::Answer(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return Refusal(405);
  if (!request.path.starts_with('/') || !request.query.empty()) return Refusal(404);
  const std::string_view path = std::string_view(request.path).substr(1);
  if (path == "checkpoint") return Resource(files_->Read(folder_ + "/checkpoint"), kText, kNewest);
  if (path.starts_with("timestamp/")) {
    return Resource(timestamps_.Read(path), kBytes, path == "timestamp/index" ? kNewest : kForEver);
  }
  if (path == "succession") return Resource(files_->Read(folder_ + "/succession"), kBytes, kNewest);
  const absl::StatusOr<TileId> tile = transparency::ParseTilePath(path);
  if (!tile.ok()) return Refusal(404);
  return Resource(ReadTile(*tile), kBytes, tile->width == kTileWidth ? kForEver : kForAWhile);
}

}  // namespace amana::audit
