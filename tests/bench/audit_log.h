// A SYNTHETIC log of any length, as a broker's store keeps it and as an auditor's mirror does: the
// store by its own writer, batch by batch (leaves, tree, checkpoint, one fsync); the mirror's files
// and book as `amana audit mirror` makes them, but without the wire and without an fsync of each
// file. For one thread.
#ifndef AMANA_TESTS_BENCH_AUDIT_LOG_H_
#define AMANA_TESTS_BENCH_AUDIT_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "base/clock.h"
#include "broker/events/event.h"
#include "broker/store/store.h"
#include "proto/transparency/note.h"

namespace amana::tests {

// A filter that about one event in a hundred passes, in a number of values of which each does.
struct AuditFilter {
  std::string name;
  std::vector<auditor::EventQuery> values;
};

class SyntheticLog {
 public:
  static constexpr uint64_t kBatch = 256;  // events in one transaction

  // In an empty folder.
  static absl::StatusOr<std::unique_ptr<SyntheticLog>> Make(const std::string& folder);

  uint64_t size() const { return size_; }
  absl::Status GrowTo(uint64_t size);  // of the store
  absl::Status Mirror();               // brings the mirror up to the store

  std::vector<AuditFilter> Filters() const;

  const store::Store& store() const { return *store_; }
  auditor::MirrorBook& book() { return *book_; }
  const std::string& mirror() const { return mirror_; }
  transparency::NoteVerifier log() const { return signer_.verifier(); }
  double StoreBytes() const;
  double MirrorBytes() const;

 private:
  SyntheticLog(std::string folder, transparency::NoteSigner signer);
  events::Event EventAt(uint64_t index) const;
  absl::Status WriteFiles(const store::Snapshot& snapshot, uint64_t size);
  absl::Status FillBook(const store::Snapshot& snapshot, uint64_t size);

  const std::string folder_, mirror_;
  const transparency::NoteSigner signer_;
  FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<auditor::MirrorBook> book_;
  uint64_t size_ = 0, mirrored_ = 0;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_AUDIT_LOG_H_
