// RFC 3161 tokens over the log's signed checkpoints, as files beside the log's own:
//   timestamp/index          the sizes stamped, one a line, ascending
//   timestamp/<N>            the checkpoint of that size, as it was signed and stamped
//   timestamp/<N>.tsr        its token, DER
// Thread-safe: each file is written once, in one step; the index last.
#ifndef AMANA_BROKER_AUDIT_TIMESTAMP_FILES_H_
#define AMANA_BROKER_AUDIT_TIMESTAMP_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/durable_file.h"

namespace amana::audit {

class TimestampFiles {
 public:
  // `log_folder` as TileWriter's. `files` must outlive it.
  TimestampFiles(FileSystem* files, const std::string& log_folder)
      : files_(files), folder_(log_folder + "/timestamp") {}

  // The sizes stamped; none where nothing was. An index that cannot be read is an error, not none.
  absl::StatusOr<std::vector<uint64_t>> Sizes() const;
  // Durable when it returns. Of a size that is not beyond the last one: nothing is done.
  absl::Status Keep(uint64_t size, std::string_view checkpoint, std::string_view token);
  // By its path ("timestamp/4711.tsr"), which is parsed: no byte of it gets into a file name.
  // NOT_FOUND for one that is not there, or is none of these.
  absl::StatusOr<std::string> Read(std::string_view path) const;

 private:
  FileSystem* const files_;
  const std::string folder_;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_TIMESTAMP_FILES_H_
