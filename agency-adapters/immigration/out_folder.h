// The drop folder in which Amana lays out files for the department.
//
//   amana-<32 hex digits>.csv          named by the key's digest: the key's own place, for ever
//   amana-<32 hex digits>.csv.sha256   comes last: before it the file is not to be taken
//
// Each is uploaded as .part and renamed. The department takes a file by renaming or removing the
// .csv, first of the two. What a crash, or a server that answers late, leaves is finished by the
// next Write of the key, with the same bytes: AMANA_KEY in the row tells the department that it has
// had it.
//
// One thread at a time. Errors of all calls: those of RemoteFiles, but REMOTE_NOT_FOUND, and of
// SentNames.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_OUT_FOLDER_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_OUT_FOLDER_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/immigration/sent_names.h"
#include "agency-adapters/net/remote_files.h"

namespace amana::immigration {

class OutFolder {
 public:
  // Both outlive it.
  OutFolder(net::RemoteFiles& files, std::string folder, SentNames& sent)
      : files_(files), folder_(std::move(folder)), sent_(sent) {}

  // The file's name, which is there, or was taken, when it returns OK.
  absl::StatusOr<std::string> Write(std::string_view key, std::string_view bytes);
  // The file's name if it was laid out.
  absl::StatusOr<std::optional<std::string>> Find(std::string_view key);
  // Removes a file that was not taken yet; OK when it was, or is none of ours.
  absl::Status TakeBack(const std::string& name);

 private:
  absl::StatusOr<bool> IsThere(const std::string& name);
  absl::StatusOr<bool> IsLaidOut(const std::string& name);
  absl::Status Upload(const std::string& name, std::string_view bytes);

  net::RemoteFiles& files_;
  const std::string folder_;
  SentNames& sent_;
};

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_OUT_FOLDER_H_
