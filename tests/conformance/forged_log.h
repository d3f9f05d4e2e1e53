// A log in a folder as its operator could rewrite it: entries at will, tiles and root made to
// follow, and signed with whatever key there is. For one thread; a failure of its own ends the
// program.
#ifndef AMANA_TESTS_CONFORMANCE_FORGED_LOG_H_
#define AMANA_TESTS_CONFORMANCE_FORGED_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "amana/v1/event.pb.h"
#include "base/ids.h"
#include "proto/transparency/note.h"

namespace amana::tests {

class ForgedLog {
 public:
  // Reads the mirror in `folder`.
  explicit ForgedLog(std::string folder);

  std::vector<std::string>& entries() { return entries_; }
  const std::string& folder() const { return folder_; }

  // Every file anew, as an honest log of these entries would have it, signed by `signer`.
  void Write(const transparency::NoteSigner& signer) const;
  // The note alone, of the entries as they are.
  std::string Checkpoint(const transparency::NoteSigner& signer) const;

  // Changes the event that was shown of entry `index` (whole in the mirror's book) and the entry
  // with it, so that both still belong together.
  void ChangeEvent(uint64_t index, const std::function<void(v1::EventOpening&)>& change);

  // The files that a reader of this log reads, beneath the folder.
  std::vector<std::string> Files() const;

 private:
  const std::string folder_;
  std::vector<std::string> entries_;
};

// The events that a mirror's book holds whole, changed in place.
void ChangeShown(const std::string& folder, uint64_t index,
                 const std::function<void(v1::EventOpening&)>& change);
void DropShown(const std::string& folder, uint64_t index);
// Index of the `nth` event of this kind that was shown whole; ends the program when there is none.
uint64_t FindShown(const std::string& folder, v1::EventKind kind, size_t nth = 0);

std::string ReadOrDie(const std::string& path);
void WriteOrDie(const std::string& path, const std::string& content);
void CheckOrDie(const absl::Status& status, std::string_view what);

}  // namespace amana::tests

#endif  // AMANA_TESTS_CONFORMANCE_FORGED_LOG_H_
