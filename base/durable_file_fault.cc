#include "base/durable_file_fault.h"

#include <utility>

#include "base/errors.h"
#include "base/status.h"

namespace amana {
namespace {

class FaultAppendFile final : public AppendFile {
 public:
  FaultAppendFile(FaultFileSystem& faults, std::string path, std::unique_ptr<AppendFile> under)
      : faults_(faults), path_(std::move(path)), under_(std::move(under)) {}

  absl::Status Append(std::string_view bytes) override {
    absl::Status status = faults_.Next(FaultFileSystem::kWrite, path_, bytes.size());
    if (!status.ok()) under_->Append(bytes.substr(0, bytes.size() / 2)).IgnoreError();
    return status.ok() ? under_->Append(bytes) : status;
  }
  absl::Status Truncate(uint64_t size) override {
    AMANA_RETURN_IF_ERROR(faults_.Next(FaultFileSystem::kWrite, path_));
    return under_->Truncate(size);
  }
  absl::Status Sync() override {
    AMANA_RETURN_IF_ERROR(faults_.Next(FaultFileSystem::kSync, path_));
    return under_->Sync();
  }
  uint64_t size() const override { return under_->size(); }

 private:
  FaultFileSystem& faults_;
  const std::string path_;
  const std::unique_ptr<AppendFile> under_;
};

class FaultInPlaceFile final : public InPlaceFile {
 public:
  FaultInPlaceFile(FaultFileSystem& faults, std::string path, std::unique_ptr<InPlaceFile> under)
      : faults_(faults), path_(std::move(path)), under_(std::move(under)) {}

  absl::StatusOr<std::string> ReadAt(uint64_t offset, size_t length) const override {
    AMANA_RETURN_IF_ERROR(faults_.Next(FaultFileSystem::kRead, path_));
    return under_->ReadAt(offset, length);
  }
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    absl::Status status = faults_.Next(FaultFileSystem::kWrite, path_, bytes.size());
    if (!status.ok()) under_->WriteAt(offset, bytes.substr(0, bytes.size() / 2)).IgnoreError();
    return status.ok() ? under_->WriteAt(offset, bytes) : status;
  }
  absl::Status Sync() override {
    AMANA_RETURN_IF_ERROR(faults_.Next(FaultFileSystem::kSync, path_));
    return under_->Sync();
  }
  absl::StatusOr<uint64_t> Size() const override { return under_->Size(); }

 private:
  FaultFileSystem& faults_;
  const std::string path_;
  const std::unique_ptr<InPlaceFile> under_;
};

}  // namespace

void FaultFileSystem::Fail(Call call, int nth, absl::Status status, bool stays) {
  absl::MutexLock lock(&mu_);
  Fault& fault = faults_[call];
  fault.fail_at = fault.calls + nth;
  fault.stays = stays;
  fault.status = std::move(status);
}

void FaultFileSystem::LimitSpace(std::optional<uint64_t> bytes) {
  absl::MutexLock lock(&mu_);
  space_ = bytes;
}

void FaultFileSystem::Heal() {
  absl::MutexLock lock(&mu_);
  for (Fault& fault : faults_) fault.fail_at = 0;
  space_.reset();
}

int FaultFileSystem::calls(Call call) const {
  absl::MutexLock lock(&mu_);
  return faults_[call].calls;
}

absl::Status FaultFileSystem::Next(Call call, const std::string& path, uint64_t bytes) {
  absl::MutexLock lock(&mu_);
  Fault& fault = faults_[call];
  ++fault.calls;
  const bool now = fault.calls == fault.fail_at || (fault.stays && fault.calls > fault.fail_at);
  if (fault.fail_at != 0 && now) return fault.status;
  if (!space_.has_value()) return absl::OkStatus();
  if (bytes > *space_) return DiskFullError(path);
  *space_ -= bytes;
  return absl::OkStatus();
}

absl::StatusOr<std::string> FaultFileSystem::Read(const std::string& path) {
  AMANA_RETURN_IF_ERROR(Next(kRead, path));
  return under_.Read(path);
}

absl::StatusOr<std::string> FaultFileSystem::ReadRange(const std::string& path, uint64_t offset,
                                                       size_t length) {
  AMANA_RETURN_IF_ERROR(Next(kRead, path));
  return under_.ReadRange(path, offset, length);
}

absl::StatusOr<uint64_t> FaultFileSystem::Size(const std::string& path) {
  AMANA_RETURN_IF_ERROR(Next(kRead, path));
  return under_.Size(path);
}

absl::Status FaultFileSystem::WriteAtomically(const std::string& path, std::string_view bytes,
                                              unsigned mode) {
  AMANA_RETURN_IF_ERROR(Next(kWrite, path, bytes.size()));
  return under_.WriteAtomically(path, bytes, mode);
}

absl::Status FaultFileSystem::CreateAtomically(const std::string& path, std::string_view bytes,
                                               unsigned mode) {
  AMANA_RETURN_IF_ERROR(Next(kWrite, path, bytes.size()));
  return under_.CreateAtomically(path, bytes, mode);
}

absl::StatusOr<std::unique_ptr<AppendFile>> FaultFileSystem::OpenAppend(const std::string& path,
                                                                        unsigned mode) {
  AMANA_RETURN_IF_ERROR(Next(kWrite, path));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, under_.OpenAppend(path, mode));
  return std::make_unique<FaultAppendFile>(*this, path, std::move(file));
}

absl::StatusOr<std::unique_ptr<InPlaceFile>> FaultFileSystem::OpenInPlace(const std::string& path) {
  AMANA_RETURN_IF_ERROR(Next(kWrite, path));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<InPlaceFile> file, under_.OpenInPlace(path));
  return std::make_unique<FaultInPlaceFile>(*this, path, std::move(file));
}

absl::Status FaultFileSystem::CreateDirectories(const std::string& path) {
  AMANA_RETURN_IF_ERROR(Next(kCreateDirectories, path));
  return under_.CreateDirectories(path);
}

absl::StatusOr<std::vector<std::string>> FaultFileSystem::List(const std::string& path) {
  AMANA_RETURN_IF_ERROR(Next(kList, path));
  return under_.List(path);
}

absl::Status FaultFileSystem::Remove(const std::string& path) {
  AMANA_RETURN_IF_ERROR(Next(kRemove, path));
  return under_.Remove(path);
}

absl::Status FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  AMANA_RETURN_IF_ERROR(Next(kRename, from));
  return under_.Rename(from, to);
}

absl::StatusOr<bool> FaultFileSystem::Exists(const std::string& path) {
  AMANA_RETURN_IF_ERROR(Next(kRead, path));
  return under_.Exists(path);
}

absl::StatusOr<uint64_t> FaultFileSystem::FreeBytes(const std::string& path) {
  {
    absl::MutexLock lock(&mu_);
    if (space_.has_value()) return *space_;
  }
  return under_.FreeBytes(path);
}

}  // namespace amana
