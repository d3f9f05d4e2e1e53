// The directory as a session sees it: read once, then only what has changed since. Used by the
// session's thread.
#ifndef AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_VIEW_H_
#define AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_VIEW_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/store/embedded/directory_cache.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"

namespace amana::store::embedded {

// The newest version of an agency's entry.
struct EntryHead {
  uint32_t version = 0;
  int64_t change = 0;  // that last touched the agency
};

class DirectoryView {
 public:
  // Both must outlive the view.
  DirectoryView(Session& session, const StatementTable& statements)
      : session_(session), statements_(statements) {}

  absl::StatusOr<routing::DirectoryPtr> Current();
  absl::StatusOr<std::optional<EntryHead>> Head(const AgencyId& agency) const;
  // When a version was accepted; nullopt: there is none.
  absl::StatusOr<std::optional<absl::Time>> AcceptedAt(const AgencyId& agency,
                                                       uint32_t version) const;

  absl::Status Accepted(const AgencyId& agency, uint32_t version, absl::Time at);
  // Something of `agency` was written in this transaction, whose newest version is `version`:
  // `directory` is what Current() gives from now on.
  absl::Status Changed(const AgencyId& agency, uint32_t version, routing::DirectoryPtr directory);

 private:
  absl::StatusOr<int64_t> LastChange() const;
  // Agencies, each with its newest version.
  absl::StatusOr<std::vector<std::pair<AgencyId, uint32_t>>> ChangedSince(int64_t change) const;
  absl::StatusOr<DirectoryVersion> Load(int64_t change) const;
  absl::StatusOr<routing::AgencyPtr> ReadAgency(const AgencyId& agency, uint32_t version) const;
  absl::Status ReadWords(routing::Unit& unit) const;

  Session& session_;
  const StatementTable& statements_;
  // The writer's, which alone knows when what it has seen is undone.
  std::optional<DirectoryVersion> mine_;
  uint64_t lost_ = 0;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_VIEW_H_
