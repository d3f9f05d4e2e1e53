// The log over HTTP, for whoever wants to read it (https://c2sp.org/tlog-tiles): answers GET and
// HEAD for /checkpoint, /tile/<L>/<N>[.p/<W>] and /tile/entries/<N>[.p/<W>] out of the files that
// TileWriter derives, for /timestamp/... (timestamp_files.h), for /succession where the log goes on
// in another's place, and nothing else. A path is parsed, and the name of the file is written from
// what it means: no byte of a request gets into a file name. Thread-safe.
#ifndef AMANA_BROKER_AUDIT_LOG_FILES_H_
#define AMANA_BROKER_AUDIT_LOG_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/durable_file.h"
#include "base/http_message.h"
#include "broker/audit/timestamp_files.h"
#include "proto/transparency/tile.h"

namespace amana::audit {

class LogFiles {
 public:
  // `folder` as TileWriter's. `files` must outlive it.
  LogFiles(FileSystem* files, std::string folder)
      : files_(files), folder_(std::move(folder)), timestamps_(files, folder_) {}

  // 200; 404 for what is no resource of the log, or not one yet; 405; 503 when the disk fails.
  // A partial tile is there for as long as a wider one is: it is cut from that, so that a
  // checkpoint that was read a moment ago can be followed to its tiles.
  http::Response Answer(const http::Request& request) const;

 private:
  absl::StatusOr<std::string> ReadTile(const transparency::TileId& tile) const;
  absl::StatusOr<std::string> CutFromWider(const transparency::TileId& tile) const;

  FileSystem* const files_;
  const std::string folder_;
  const TimestampFiles timestamps_;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_LOG_FILES_H_
