// Short-lived copies of the key file. A key erased from the key file is gone from every copy of it
// as soon as the copies made before have lapsed: each is overwritten and removed after its time. So
// a backup of the database must never take these files with it.
#ifndef AMANA_BROKER_STORE_EMBEDDED_KEY_COPIES_H_
#define AMANA_BROKER_STORE_EMBEDDED_KEY_COPIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/durable_file.h"

namespace amana::store {

struct KeyCopyPolicy {
  std::string folder;  // of their own, made when absent; empty: no copies
  size_t keep = 2;     // at most so many; 0: none
  absl::Duration lifetime = absl::Hours(24);
};

// When this file in the folder of the copies was made; nullopt for what is none of them.
std::optional<absl::Time> KeyCopyDate(std::string_view name);
// Overwrites a key file with zeros, and removes it.
absl::Status DestroyKeyFile(FileSystem& files, const std::string& path);

namespace embedded {

// Used by one thread at a time. `files` must outlive it. Errors are those of files; what could not
// be done is tried again a minute later, and until then Maintain gives the same error.
class KeyCopies {
 public:
  KeyCopies(FileSystem& files, KeyCopyPolicy policy);

  // Destroys copies that have lapsed (or are dated in the future: their age is unknown) and what a
  // process that died left half made; makes a new copy when the newest is older than lifetime/keep.
  absl::Status Maintain(const InPlaceFile& keys, absl::Time now);
  // What was added to the key file is added to the newest copy, so that it holds every key in use.
  absl::Status Extend(uint64_t offset, std::string_view bytes);

 private:
  struct Copy {
    absl::Time made;
    std::string path;
  };
  absl::Status TryMaintain(const InPlaceFile& keys, absl::Time now);
  absl::Status ReadFolder();
  absl::Status Make(const InPlaceFile& keys, absl::Time now);

  FileSystem& files_;
  const KeyCopyPolicy policy_;
  bool folder_read_ = false;
  std::vector<Copy> copies_;                 // oldest first
  absl::Time again_ = absl::InfinitePast();  // after a failure
  absl::Status last_;                        // what the last try came to
};

}  // namespace embedded
}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_EMBEDDED_KEY_COPIES_H_
