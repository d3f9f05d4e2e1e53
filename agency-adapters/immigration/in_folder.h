// The drop folder in which the department leaves files for Amana, as the contract of adapter.h sees
// it.
//
//   F.csv, then F.csv.sha256       the department: each uploaded as .part and renamed
//   F.csv.ack, F.csv.rej           ours (row_report.h)
//   done/F.csv.<digest>            ours: a file all of whose rows are accepted or refused, and its
//                                  .sha256, which a crash may leave behind
//   quarantine/F.csv.<digest>      ours: one of which nothing can be taken; F.csv.rej says why
//
// A file is taken in when its .sha256 is there and fits; one that changes while it is read, or does
// not fit yet, is left for later, and put into quarantine when it is still the same the next time.
// The same file again, or the same rows in another, are the same items: REF_NO is the key. A row
// whose REF_NO is under way with another content is refused.
//
// One thread at a time. Errors of all calls: those of RemoteFiles, but REMOTE_NOT_FOUND.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_IN_FOLDER_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_IN_FOLDER_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/immigration/in_file.h"
#include "agency-adapters/net/remote_files.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::immigration {

struct InFolders {
  std::string in, done, quarantine;
};

class InFolder {
 public:
  // `files` outlives it.
  InFolder(net::RemoteFiles& files, InFolders folders)
      : files_(files), folders_(std::move(folders)) {}

  absl::StatusOr<std::vector<runtime::NativeItem>> Poll(size_t limit);
  absl::Status Settle(const std::string& key, const runtime::Settlement& settlement);

 private:
  // Rows by key: file name and index.
  using Places = std::multimap<std::string, std::pair<std::string, size_t>, std::less<>>;

  absl::Status Scan();
  absl::Status TakeIn(const net::RemoteFile& file);
  absl::Status Keep(const net::RemoteFile& file, std::string digest, ProfileFile content);
  absl::Status RefuseReused(InFile& file);
  bool IsReused(const InFile& file, size_t i) const;
  absl::Status SettleRow(InFile& file, size_t i, const runtime::Settlement& settlement);
  // Puts files away that are over.
  absl::Status PutAway(const std::string& name);
  absl::Status Quarantine(const net::RemoteFile& file, const std::string& digest,
                          const absl::Status& why);
  absl::Status MoveTo(const std::string& folder, const std::string& name,
                      const std::string& digest);
  void Forget(const std::string& name);

  net::RemoteFiles& files_;
  const InFolders folders_;
  std::map<std::string, InFile, std::less<>> taken_;  // by file name
  Places places_;
  size_t rows_ = 0;      // in taken_
  bool partial_ = true;  // there may be files that were not looked at
  // Files that did not fit their .sha256 the last time: the two digests.
  std::map<std::string, std::pair<std::string, std::string>, std::less<>> unfit_;
};

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_IN_FOLDER_H_
