// For tests: a server's folders in memory, which fail when told to.
#ifndef AMANA_AGENCY_ADAPTERS_NET_REMOTE_FILES_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_NET_REMOTE_FILES_FOR_TEST_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agency-adapters/net/remote_files.h"
#include "agency-adapters/net/sftp_errors.h"
#include "base/status.h"

namespace amana::net {

class MemoryFiles final : public RemoteFiles {
 public:
  struct File {
    std::string bytes;
    int64_t modified = 0;
  };
  enum class Fault {
    kNothingDone,  // the call fails
    kDone,         // it is done, and its answer is lost
    kHalfDone,     // of what is written, half is there
  };

  // As the other side does it: no call, no fault.
  void Put(const std::string& path, std::string bytes) { files[path] = {std::move(bytes), ++now}; }
  bool Has(const std::string& path) const { return files.contains(path); }
  std::string Get(const std::string& path) const { return Has(path) ? files.at(path).bytes : ""; }
  std::vector<std::string> Names(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& [path, file] : files) {
      if (path.starts_with(folder + "/")) names.push_back(path.substr(folder.size() + 1));
    }
    return names;
  }

  // The nth call from now on (1 is the next) fails so.
  void FailAt(int nth, Fault fault) {
    fail_at_ = calls_ + nth;
    fault_ = fault;
  }
  bool Failed() const { return calls_ >= fail_at_; }

  absl::StatusOr<RemoteListing> List(const std::string& folder) override {
    AMANA_RETURN_IF_ERROR(Begin());
    RemoteListing listing;
    const std::string prefix = folder + "/";
    for (const std::string& name : Names(folder)) {
      if (IsRemoteName(name)) {
        listing.files.push_back(Entry(prefix + name));
      } else {
        ++listing.unsafe_names;
      }
    }
    if (EndsHere()) return RemoteUnreachable();
    return listing;
  }
  absl::StatusOr<RemoteFile> Stat(const RemotePath& path) override {
    AMANA_RETURN_IF_ERROR(Begin());
    if (!Has(path.text())) return RemoteNotFound();
    if (EndsHere()) return RemoteUnreachable();
    return Entry(path.text());
  }
  absl::StatusOr<std::string> Read(const RemotePath& path, uint64_t limit) override {
    AMANA_RETURN_IF_ERROR(Begin());
    if (!Has(path.text())) return RemoteNotFound();
    std::string bytes = Get(path.text());
    if (on_read) on_read(path.text());
    if (EndsHere()) return RemoteUnreachable();
    if (bytes.size() > limit) return RemoteTooLarge(limit);
    return bytes;
  }
  absl::Status Write(const RemotePath& path, std::string_view bytes) override {
    return Change([&](bool half) { Put(path.text(), Part(bytes, half)); });
  }
  absl::Status Append(const RemotePath& path, std::string_view bytes) override {
    return Change([&](bool half) { Put(path.text(), Get(path.text()) + Part(bytes, half)); });
  }
  absl::Status Rename(const RemotePath& from, const RemotePath& to) override {
    if (!Has(from.text())) return RemoteNotFound();
    return Change([&](bool half) {
      if (half) return;
      files[to.text()] = files.at(from.text());
      files.erase(from.text());
    });
  }
  absl::Status Remove(const RemotePath& path) override {
    if (!Has(path.text())) return RemoteNotFound();
    return Change([&](bool half) {
      if (!half) files.erase(path.text());
    });
  }

  std::map<std::string, File> files;  // by path
  int64_t now = 1'900'000'000;
  std::function<void(const std::string&)> on_read;  // after the bytes were read

 private:
  static std::string Part(std::string_view bytes, bool half) {
    return std::string(bytes.substr(0, half ? bytes.size() / 2 : bytes.size()));
  }
  RemoteFile Entry(const std::string& path) const {
    const File& file = files.at(path);
    return {path.substr(path.rfind('/') + 1), file.bytes.size(), file.modified};
  }
  bool EndsHere() const { return calls_ == fail_at_; }
  absl::Status Begin() {
    ++calls_;
    return EndsHere() && fault_ == Fault::kNothingDone ? RemoteUnreachable() : absl::OkStatus();
  }
  absl::Status Change(const std::function<void(bool half)>& change) {
    AMANA_RETURN_IF_ERROR(Begin());
    change(EndsHere() && fault_ == Fault::kHalfDone);
    return EndsHere() ? RemoteUnreachable() : absl::OkStatus();
  }

  int calls_ = 0;
  int fail_at_ = 1 << 30;
  Fault fault_ = Fault::kNothingDone;
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_REMOTE_FILES_FOR_TEST_H_
