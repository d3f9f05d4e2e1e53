// One file of the department's in the drop folder: its rows, what became of each, and the reports
// beside it. One thread at a time.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_IN_FILE_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_IN_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/immigration/profile_file.h"
#include "agency-adapters/immigration/row_report.h"
#include "agency-adapters/immigration/vot_case.h"
#include "agency-adapters/net/remote_files.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::immigration {

// The row as an item, by the file's profile.
absl::StatusOr<runtime::NativeItem> ItemOf(const Profile& profile, const ProfileRow& row);
// The file with every profile that is taken.
absl::StatusOr<ProfileFile> ReadInFile(std::string_view bytes);

class InFile {
 public:
  // `listed` as it was listed; `digest` (hex) of its bytes.
  InFile(std::string folder, net::RemoteFile listed, std::string digest, ProfileFile content)
      : folder_(std::move(folder)),
        listed_(std::move(listed)),
        digest_(std::move(digest)),
        content_(std::move(content)),
        states_(content_.rows.size(), RowState::kNew) {}

  // Reads what the reports beside it say already, and refuses there the rows that are no items.
  absl::Status Open(net::RemoteFiles& files);

  const net::RemoteFile& listed() const { return listed_; }
  const std::string& digest() const { return digest_; }
  size_t size() const { return states_.size(); }
  const ProfileRow& row(size_t i) const { return content_.rows[i]; }
  const Profile& profile() const { return *content_.profile; }
  RowState state(size_t i) const { return states_[i]; }
  bool IsOver() const;  // every row is accepted or refused

  // Appends a line for row `i`; the state changes when it is written.
  absl::Status Acknowledge(net::RemoteFiles& files, size_t i, RowState state,
                           std::string_view referral);
  absl::Status Refuse(net::RemoteFiles& files, size_t i, std::string_view reason,
                      std::string_view field);

 private:
  // One of the two files beside it, as far as it is known.
  struct Report {
    std::string_view suffix;
    bool started = false;  // it is about this file, and its last line is whole
  };
  absl::StatusOr<std::string> ReadReportFile(net::RemoteFiles& files, Report& report);
  absl::Status AppendTo(net::RemoteFiles& files, Report& report, std::string lines);

  const std::string folder_;
  const net::RemoteFile listed_;
  const std::string digest_;
  const ProfileFile content_;
  std::vector<RowState> states_;
  Report ack_{".ack"};
  Report rej_{".rej"};
};

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_IN_FILE_H_
