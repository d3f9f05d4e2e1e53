#include "agency-adapters/immigration/in_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agency-adapters/immigration/vot_answer.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

constexpr size_t kMaxReport = 4 * kMaxFileSize;

}  // namespace

absl::StatusOr<runtime::NativeItem> ItemOf(const Profile& profile, const ProfileRow& row) {
  return profile.name == kVotIn.name ? CaseOf(row) : AnswerOf(row);
}

absl::StatusOr<ProfileFile> ReadInFile(std::string_view bytes) {
  static const std::array<Profile, 2> profiles = {kVotIn, kVotAnswer};
  return ReadProfileFile(bytes, profiles);
}

bool InFile::IsOver() const {
  return std::all_of(states_.begin(), states_.end(), [](RowState state) {
    return state == RowState::kAccepted || state == RowState::kRefused;
  });
}

absl::Status InFile::Open(net::RemoteFiles& files) {
  AMANA_ASSIGN_OR_RETURN(const std::string ack, ReadReportFile(files, ack_));
  AMANA_ASSIGN_OR_RETURN(const std::string rej, ReadReportFile(files, rej_));
  auto told = ReadReport(rej, digest_, /*refused=*/true);
  for (const auto& [row, state] : ReadReport(ack, digest_, /*refused=*/false)) {
    if (state == RowState::kAccepted || !told.contains(row)) told[row] = state;
  }
  std::string lines;
  std::vector<size_t> refused;
  for (size_t i = 0; i < states_.size(); ++i) {
    const ProfileRow& row = content_.rows[i];
    if (const auto found = told.find(row.number); found != told.end()) states_[i] = found->second;
    if (states_[i] != RowState::kNew) continue;
    const auto item = ItemOf(*content_.profile, row);
    if (item.ok()) continue;
    lines += RejLine(row.number, row.ref_no, ErrorReason(item.status()), ErrorField(item.status()));
    refused.push_back(i);
  }
  if (refused.empty()) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(AppendTo(files, rej_, std::move(lines)));
  for (const size_t i : refused) states_[i] = RowState::kRefused;
  return absl::OkStatus();
}

absl::Status InFile::Acknowledge(net::RemoteFiles& files, size_t i, RowState state,
                                 std::string_view referral) {
  const ProfileRow& row = content_.rows[i];
  AMANA_RETURN_IF_ERROR(AppendTo(files, ack_, AckLine(row.number, row.ref_no, state, referral)));
  states_[i] = state;
  return absl::OkStatus();
}

absl::Status InFile::Refuse(net::RemoteFiles& files, size_t i, std::string_view reason,
                            std::string_view field) {
  const ProfileRow& row = content_.rows[i];
  AMANA_RETURN_IF_ERROR(AppendTo(files, rej_, RejLine(row.number, row.ref_no, reason, field)));
  states_[i] = RowState::kRefused;
  return absl::OkStatus();
}

absl::StatusOr<std::string> InFile::ReadReportFile(net::RemoteFiles& files, Report& report) {
  AMANA_ASSIGN_OR_RETURN(
      const net::RemotePath path,
      net::RemotePath::Create(folder_, listed_.name + std::string(report.suffix)));
  auto text = files.Read(path, kMaxReport);
  if (absl::IsNotFound(text.status())) return std::string();
  if (!text.ok()) return text.status();
  report.started = IsReportOf(*text, digest_) && text->ends_with("\r\n");
  if (report.started || !IsReportOf(*text, digest_)) return text;
  // A line was cut: what it began to say is said again.
  AMANA_RETURN_IF_ERROR(files.Append(path, "\r\n"));
  report.started = true;
  return text;
}

absl::Status InFile::AppendTo(net::RemoteFiles& files, Report& report, std::string lines) {
  AMANA_ASSIGN_OR_RETURN(
      const net::RemotePath path,
      net::RemotePath::Create(folder_, listed_.name + std::string(report.suffix)));
  if (report.started) {
    absl::Status appended = files.Append(path, lines);
    // Part of it may be there: looked at again before the next line.
    if (!appended.ok()) report.started = false;
    return appended;
  }
  AMANA_ASSIGN_OR_RETURN(const std::string there, ReadReportFile(files, report));
  if (report.started) return AppendTo(files, report, std::move(lines));
  const std::string start = report.suffix == ".ack" ? AckStart(digest_) : RejStart(digest_);
  AMANA_RETURN_IF_ERROR(files.Write(path, start + lines));
  report.started = true;
  return absl::OkStatus();
}

}  // namespace amana::immigration
