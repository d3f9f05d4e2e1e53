// The directory as it is kept: signed statements verbatim, every version of every entry, and one
// view of all that is in force. Part of the store's contracts (store.h), whose guarantees and
// errors are its own as well.
#ifndef AMANA_BROKER_STORE_DIRECTORY_H_
#define AMANA_BROKER_STORE_DIRECTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "broker/routing/directory.h"
#include "broker/store/records.h"

namespace amana::store {

// One version of an agency's entry, with the approval that put it in force.
struct EntryRecord {
  AgencyId agency;
  uint32_t version = 0;
  absl::Time accepted;
  StatementRecord entry;     // log_index: of its DIRECTORY_CHANGED event
  StatementRecord approval;  // the same
};

// Registry loads, the certificates that signed what is stored, and the directory.
class Directory {
 public:
  virtual ~Directory() = default;

  // Digest of the registry last recorded; zero when none.
  virtual absl::StatusOr<Digest> RegistryDigest() const = 0;
  virtual absl::StatusOr<std::optional<std::string>> FindCertificate(const CertId& id) const = 0;

  // All that is in force, as this transaction sees it, with what it has changed itself. Shared, not
  // copied: about 1 us where nothing has changed since it was last asked for.
  virtual absl::StatusOr<routing::DirectoryPtr> Current() const = 0;
  // What an hour of every window lasts; as told when the store was opened.
  virtual absl::Duration Hour() const = 0;
  // version 0: the newest.
  virtual absl::StatusOr<std::optional<EntryRecord>> FindEntry(const AgencyId& agency,
                                                               uint32_t version) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindCapacityReport(
      const Address& unit) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindDutyRoster(
      const Address& unit) const = 0;

  virtual absl::Status RecordRegistry(const Digest& digest) = 0;
  // Idempotent; DER.
  virtual absl::Status RememberCertificate(const CertId& id, std::string_view der) = 0;

  // Puts a version in force. CONFLICT unless its version is one more than the newest. What units
  // that are not in it any more had said of room and duty goes. Errors of
  // envelope::EntryStatement::Create for an entry that is none.
  virtual absl::Status SetEntry(const EntryRecord& record) = 0;
  // Keeps other bytes that came under an accepted version; false when these were kept before.
  virtual absl::StatusOr<bool> KeepEntryEquivocation(const AgencyId& agency, uint32_t version,
                                                     const StatementRecord& other) = 0;
  // Each replaces the one before. NOT_FOUND when the unit is in no entry. Errors of
  // envelope::ParseCapacityReport and ParseDutyRoster.
  virtual absl::Status SetCapacity(const Address& unit, const StatementRecord& report) = 0;
  virtual absl::Status SetRoster(const Address& unit, const StatementRecord& roster) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_DIRECTORY_H_
