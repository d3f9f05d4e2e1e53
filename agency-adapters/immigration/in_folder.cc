#include "agency-adapters/immigration/in_folder.h"

#include <algorithm>
#include <set>

#include "agency-adapters/immigration/errors.h"
#include "base/log.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::immigration {
namespace {

using net::RemoteFile;
using net::RemotePath;
using runtime::NativeItem;
using runtime::Settlement;

constexpr size_t kMaxRowsHeld = 20'000;
constexpr size_t kMaxDigestFile = 512;
// Of a .csv's name, so that what is put beside it has a name as well.
constexpr size_t kMaxName = 120;

// The digest in a file as sha256sum writes it; empty when there is none.
std::string DigestIn(std::string_view text) {
  std::string hex(text.substr(0, 64));
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  const bool ended =
      text.size() == 64 ||
      (text.size() > 64 && std::string_view(" \r\n").find(text[64]) != std::string_view::npos);
  return ended && FromHex(hex).ok() ? hex : "";
}

bool IsData(const RemoteFile& file) {
  return std::string_view(file.name).ends_with(".csv") && file.name.size() <= kMaxName;
}

// The same file, unchanged.
bool IsListed(const net::RemoteListing& listing, const RemoteFile& file) {
  const auto at = std::lower_bound(
      listing.files.begin(), listing.files.end(), file.name,
      [](const RemoteFile& one, const std::string& name) { return one.name < name; });
  return at != listing.files.end() && *at == file;
}

absl::Status UnlessAbsent(const absl::Status& status) {
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace

absl::StatusOr<std::vector<NativeItem>> InFolder::Poll(size_t limit) {
  AMANA_RETURN_IF_ERROR(Scan());
  std::vector<const InFile*> order;
  for (const auto& [name, file] : taken_) order.push_back(&file);
  std::stable_sort(order.begin(), order.end(), [](const InFile* a, const InFile* b) {
    return a->listed().modified < b->listed().modified;
  });
  std::vector<NativeItem> items;
  std::set<std::string, std::less<>> shown;
  for (const InFile* file : order) {
    for (size_t i = 0; i < file->size() && items.size() < limit; ++i) {
      if (file->state(i) != RowState::kNew) continue;
      if (!shown.insert(file->row(i).ref_no).second) continue;
      AMANA_ASSIGN_OR_RETURN(NativeItem item, ItemOf(file->profile(), file->row(i)));
      items.push_back(std::move(item));
    }
  }
  return items;
}

absl::Status InFolder::Scan() {
  AMANA_ASSIGN_OR_RETURN(net::RemoteListing listing, files_.List(folders_.in));
  if (listing.unsafe_names > 0) {
    Log(LogLevel::kWarning, "immigration_unsafe_names", {{"count", listing.unsafe_names}});
  }
  std::set<std::string, std::less<>> names;
  for (const RemoteFile& file : listing.files) names.insert(file.name);
  std::vector<std::string> gone;
  for (const auto& [name, file] : taken_) {
    if (!IsListed(listing, file.listed())) gone.push_back(name);
  }
  for (const std::string& name : gone) Forget(name);
  std::erase_if(unfit_, [&](const auto& unfit) { return !names.contains(unfit.first); });
  std::stable_sort(
      listing.files.begin(), listing.files.end(),
      [](const RemoteFile& a, const RemoteFile& b) { return a.modified < b.modified; });
  partial_ = false;
  for (const RemoteFile& file : listing.files) {
    if (!IsData(file) || taken_.contains(file.name) || !names.contains(file.name + ".sha256")) {
      continue;
    }
    if (rows_ >= kMaxRowsHeld) {
      partial_ = true;
      break;
    }
    // One that went away meanwhile is the department's own affair.
    AMANA_RETURN_IF_ERROR(UnlessAbsent(TakeIn(file)));
  }
  return absl::OkStatus();
}

absl::Status InFolder::TakeIn(const RemoteFile& file) {
  AMANA_ASSIGN_OR_RETURN(const RemotePath path, RemotePath::Create(folders_.in, file.name));
  AMANA_ASSIGN_OR_RETURN(const RemotePath digest_path,
                         RemotePath::Create(folders_.in, file.name + ".sha256"));
  const auto bytes = files_.Read(path, kMaxFileSize);
  if (absl::IsOutOfRange(bytes.status())) {
    return Quarantine(file, std::string(64, '0'), FileTooLarge(kMaxFileSize));
  }
  if (!bytes.ok()) return bytes.status();
  const auto announced = files_.Read(digest_path, kMaxDigestFile);
  if (!announced.ok() && !absl::IsOutOfRange(announced.status())) return announced.status();
  AMANA_ASSIGN_OR_RETURN(const RemoteFile now, files_.Stat(path));
  const std::string digest = crypto::Sha256(*bytes).hex();
  const std::string expected = announced.ok() ? DigestIn(*announced) : "";
  if (now != file || bytes->size() != file.size) return absl::OkStatus();  // left for later
  if (digest != expected) {
    const std::pair<std::string, std::string> both(digest, expected);
    const auto [seen, is_new] = unfit_.emplace(file.name, both);
    if (!is_new && seen->second == both) return Quarantine(file, digest, DigestWrong());
    seen->second = both;
    return absl::OkStatus();
  }
  auto content = ReadInFile(*bytes);
  if (!content.ok()) return Quarantine(file, digest, content.status());
  return Keep(file, digest, *std::move(content));
}

absl::Status InFolder::Keep(const RemoteFile& file, std::string digest, ProfileFile content) {
  InFile opened(folders_.in, file, std::move(digest), std::move(content));
  AMANA_RETURN_IF_ERROR(opened.Open(files_));
  AMANA_RETURN_IF_ERROR(RefuseReused(opened));
  rows_ += opened.size();
  for (size_t i = 0; i < opened.size(); ++i) {
    if (!opened.row(i).ref_no.empty())
      places_.emplace(opened.row(i).ref_no, std::pair(file.name, i));
  }
  taken_.emplace(file.name, std::move(opened));
  unfit_.erase(file.name);
  return PutAway(file.name);
}

absl::Status InFolder::RefuseReused(InFile& file) {
  for (size_t i = 0; i < file.size(); ++i) {
    if (file.state(i) != RowState::kNew || !IsReused(file, i)) continue;
    const absl::Status why = RefNoReused();
    AMANA_RETURN_IF_ERROR(file.Refuse(files_, i, ErrorReason(why), ErrorField(why)));
  }
  return absl::OkStatus();
}

bool InFolder::IsReused(const InFile& file, size_t i) const {
  const auto [first, last] = places_.equal_range(file.row(i).ref_no);
  return std::any_of(first, last, [&](const auto& place) {
    const InFile& other = taken_.at(place.second.first);
    const size_t at = place.second.second;
    const bool under_way = other.state(at) == RowState::kNew || other.state(at) == RowState::kTaken;
    return under_way && (other.profile().name != file.profile().name ||
                         other.row(at).cells != file.row(i).cells);
  });
}

absl::Status InFolder::Settle(const std::string& key, const Settlement& settlement) {
  if (!places_.contains(key)) {
    AMANA_RETURN_IF_ERROR(Scan());
    if (!places_.contains(key)) {
      // Its file is over and put away, or the department took it back: there is nobody to tell.
      return partial_ ? absl::UnavailableError("files wait that were not looked at")
                      : absl::OkStatus();
    }
  }
  std::vector<std::pair<std::string, size_t>> rows;
  bool open = false;
  const auto [first, last] = places_.equal_range(key);
  for (auto place = first; place != last; ++place) {
    rows.push_back(place->second);
    open = open || taken_.at(place->second.first).state(place->second.second) != RowState::kRefused;
  }
  for (const auto& [name, i] : rows) {
    InFile& file = taken_.at(name);
    // A refused row is settled anew (a redrive) only where no other row has come in its place.
    if (open && file.state(i) == RowState::kRefused) continue;
    AMANA_RETURN_IF_ERROR(SettleRow(file, i, settlement));
  }
  for (const auto& [name, i] : rows) AMANA_RETURN_IF_ERROR(PutAway(name));
  return absl::OkStatus();
}

absl::Status InFolder::SettleRow(InFile& file, size_t i, const Settlement& settlement) {
  const RowState before = file.state(i);
  if (before == RowState::kAccepted) return absl::OkStatus();
  switch (settlement.state) {
    case Settlement::State::kTaken:
      if (before == RowState::kTaken) return absl::OkStatus();
      return file.Acknowledge(files_, i, RowState::kTaken, settlement.referral);
    case Settlement::State::kAccepted:
      return file.Acknowledge(files_, i, RowState::kAccepted, settlement.referral);
    case Settlement::State::kRefused:
      if (before == RowState::kRefused) return absl::OkStatus();
      return file.Refuse(files_, i, settlement.reason, settlement.field);
  }
  return absl::OkStatus();
}

absl::Status InFolder::PutAway(const std::string& name) {
  const auto found = taken_.find(name);
  if (found == taken_.end() || !found->second.IsOver()) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(MoveTo(folders_.done, name, found->second.digest()));
  Forget(name);
  return absl::OkStatus();
}

absl::Status InFolder::Quarantine(const RemoteFile& file, const std::string& digest,
                                  const absl::Status& why) {
  Log(LogLevel::kWarning, "immigration_file_quarantined",
      {{"reason", LogSafe::Code(ErrorReason(why))}, {"field", LogSafe::Code(ErrorField(why))}});
  AMANA_ASSIGN_OR_RETURN(const RemotePath report,
                         RemotePath::Create(folders_.in, file.name + ".rej"));
  AMANA_RETURN_IF_ERROR(
      files_.Write(report, RejStart(digest) + RejLine(0, "", ErrorReason(why), ErrorField(why))));
  AMANA_RETURN_IF_ERROR(MoveTo(folders_.quarantine, file.name, digest));
  unfit_.erase(file.name);
  return absl::OkStatus();
}

absl::Status InFolder::MoveTo(const std::string& folder, const std::string& name,
                              const std::string& digest) {
  const std::string to = name + "." + digest.substr(0, 16);
  for (const std::string_view suffix : {"", ".sha256"}) {
    AMANA_ASSIGN_OR_RETURN(const RemotePath source,
                           RemotePath::Create(folders_.in, name + std::string(suffix)));
    AMANA_ASSIGN_OR_RETURN(const RemotePath target,
                           RemotePath::Create(folder, to + std::string(suffix)));
    AMANA_RETURN_IF_ERROR(UnlessAbsent(files_.Rename(source, target)));
  }
  return absl::OkStatus();
}

void InFolder::Forget(const std::string& name) {
  const auto found = taken_.find(name);
  if (found == taken_.end()) return;
  std::erase_if(places_, [&](const auto& place) { return place.second.first == name; });
  rows_ -= found->second.size();
  taken_.erase(found);
}

}  // namespace amana::immigration
