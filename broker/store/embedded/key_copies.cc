#include "broker/store/embedded/key_copies.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/status.h"
#include "proto/crypto/secret.h"

namespace amana::store {
namespace {

constexpr std::string_view kPrefix = "keys-";
constexpr std::string_view kSuffix = ".amana";
constexpr std::string_view kHalfMade = ".amana.part";
constexpr const char* kDate = "%E4Y%m%dT%H%M%SZ";
constexpr size_t kChunk = 1 << 20;
constexpr absl::Duration kRetry = absl::Minutes(1);

}  // namespace

std::optional<absl::Time> KeyCopyDate(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(kDate, std::string(name), &time, &error)) return std::nullopt;
  return time;
}

absl::Status DestroyKeyFile(FileSystem& files, const std::string& path) {
  {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<InPlaceFile> copy, files.OpenInPlace(path));
    AMANA_ASSIGN_OR_RETURN(const uint64_t size, copy->Size());
    const std::string zeros(std::min<uint64_t>(size, kChunk), '\0');
    for (uint64_t offset = 0; offset < size; offset += kChunk) {
      AMANA_RETURN_IF_ERROR(copy->WriteAt(
          offset, std::string_view(zeros).substr(0, std::min<uint64_t>(size - offset, kChunk))));
    }
    AMANA_RETURN_IF_ERROR(copy->Sync());
  }
  return files.Remove(path);
}

namespace embedded {

KeyCopies::KeyCopies(FileSystem& files, KeyCopyPolicy policy)
    : files_(files), policy_(std::move(policy)) {}

absl::Status KeyCopies::Maintain(const InPlaceFile& keys, absl::Time now) {
  if (policy_.folder.empty()) return absl::OkStatus();
  if (!last_.ok() && now < again_ && again_ - now <= kRetry) return last_;
  last_ = TryMaintain(keys, now);
  if (!last_.ok()) {
    folder_read_ = false;
    again_ = now + kRetry;
  }
  return last_;
}

absl::Status KeyCopies::TryMaintain(const InPlaceFile& keys, absl::Time now) {
  if (!folder_read_) AMANA_RETURN_IF_ERROR(ReadFolder());
  absl::Status first;  // one that cannot be destroyed saves no other
  const auto lapsed = [&](const Copy& copy) {
    if (copy.made <= now && now - copy.made < policy_.lifetime && policy_.keep > 0) return false;
    absl::Status destroyed = DestroyKeyFile(files_, copy.path);
    if (first.ok()) first = destroyed;
    return true;
  };
  copies_.erase(std::remove_if(copies_.begin(), copies_.end(), lapsed), copies_.end());
  AMANA_RETURN_IF_ERROR(first);
  if (policy_.keep == 0) return absl::OkStatus();
  const absl::Duration every = policy_.lifetime / static_cast<int64_t>(policy_.keep);
  if (!copies_.empty() && now - copies_.back().made < every) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(Make(keys, now));
  while (copies_.size() > policy_.keep) {
    AMANA_RETURN_IF_ERROR(DestroyKeyFile(files_, copies_.front().path));
    copies_.erase(copies_.begin());
  }
  return absl::OkStatus();
}

absl::Status KeyCopies::ReadFolder() {
  AMANA_RETURN_IF_ERROR(files_.CreateDirectories(policy_.folder));
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(policy_.folder));
  copies_.clear();
  for (const std::string& name : names) {  // sorted, so by date
    const std::string path = policy_.folder + "/" + name;
    if (name.ends_with(kHalfMade)) AMANA_RETURN_IF_ERROR(DestroyKeyFile(files_, path));
    if (const auto made = KeyCopyDate(name)) copies_.push_back({*made, path});
  }
  folder_read_ = true;
  return absl::OkStatus();
}

absl::Status KeyCopies::Make(const InPlaceFile& keys, absl::Time now) {
  const std::string name = policy_.folder + "/" + std::string(kPrefix) +
                           absl::FormatTime(kDate, now, absl::UTCTimeZone());
  const std::string half = name + std::string(kHalfMade);
  {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<InPlaceFile> copy, files_.OpenInPlace(half));
    for (uint64_t offset = 0;; offset += kChunk) {
      AMANA_ASSIGN_OR_RETURN(std::string chunk, keys.ReadAt(offset, kChunk));
      absl::Status written = copy->WriteAt(offset, chunk);
      crypto::WipeMemory(chunk.data(), chunk.size());
      AMANA_RETURN_IF_ERROR(written);
      if (chunk.size() < kChunk) break;
    }
    AMANA_RETURN_IF_ERROR(copy->Sync());
  }
  const std::string path = name + std::string(kSuffix);
  AMANA_RETURN_IF_ERROR(files_.Rename(half, path));
  copies_.push_back({now, path});
  return absl::OkStatus();
}

absl::Status KeyCopies::Extend(uint64_t offset, std::string_view bytes) {
  if (copies_.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<InPlaceFile> copy,
                         files_.OpenInPlace(copies_.back().path));
  AMANA_RETURN_IF_ERROR(copy->WriteAt(offset, bytes));
  return copy->Sync();
}

}  // namespace embedded
}  // namespace amana::store
