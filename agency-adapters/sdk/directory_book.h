// The directory as this machine has come to believe it. What the broker says of an agency is taken
// only as a version of its entry that is proven (entry_check.h), that the log which is watched here
// has, and that follows what was believed before: a broker can neither slip in a key of its own nor
// go back to an older one unseen. What is believed is kept by agency and version, for days without
// a link. Thread-safe; the objects given must outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_DIRECTORY_BOOK_H_
#define AMANA_AGENCY_ADAPTERS_SDK_DIRECTORY_BOOK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/entry_check.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/log_watch.h"
#include "agency-adapters/sdk/mailbox.h"
#include "base/ids.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/directory_entry.h"

namespace amana::sdk {

struct HeldEntry {
  envelope::EntryStatement entry;
  uint64_t log_index = 0;  // of its event
  absl::Time recorded;     // by the log
};

class DirectoryBook {
 public:
  DirectoryBook(const Identity& identity, Client& client, Mailbox& mailbox)
      : identity_(identity), client_(client), mailbox_(mailbox), watch_(identity.log(), mailbox) {}

  // The newest version that is believed; nullopt: none. Offline.
  absl::StatusOr<std::optional<HeldEntry>> Held(const AgencyId& agency);

  // The newest version the broker has. Errors:
  //   ENTRY_ROLLED_BACK    older than what is held
  //   ENTRY_EQUIVOCATED    another entry under the version that is held
  //   ENTRY_HISTORY_BROKEN the versions between what is held and this one do not name each other
  //   LOG_FORKED           its checkpoint is of another log than the one that is watched
  // and those of CheckEntry and of the calls. Nothing of what is refused is kept.
  absl::StatusOr<HeldEntry> Fetch(const AgencyId& agency);
  // This very version: as it is held, or fetched. ENTRY_MISMATCH when the broker gives another one
  // than it has named; errors as above.
  absl::StatusOr<HeldEntry> Want(const AgencyId& agency, uint32_t version, const Digest& digest);
  // What a file or another's message says of an agency, judged as if the broker had.
  absl::StatusOr<HeldEntry> Learn(const v1::DirectoryVersion& version);

  // The certificate to seal to, of the entry that is held: the newest that the pinned authorities
  // hold valid at `at`. RECIPIENT_UNKNOWN naming `field`: no entry, or the unit is not in it;
  // CERTIFICATE_UNPINNED: none is valid. Offline.
  absl::StatusOr<crypto::Certificate> Sealing(const Address& address, absl::Time at,
                                              std::string_view field);

  // What the broker gives, unproven: of this agency and version (0: the newest), or ENTRY_MISMATCH.
  absl::StatusOr<v1::DirectoryVersion> Get(const AgencyId& agency, uint32_t version);

  LogWatch& watch() { return watch_; }

 private:
  // What `version` says, unless it goes against `held`; and keeps it.
  absl::StatusOr<HeldEntry> Take(const v1::DirectoryVersion& version,
                                 const std::optional<HeldEntry>& held);
  absl::Status CheckFollows(const envelope::EntryStatement& entry, const HeldEntry& held);
  absl::Status Keep(const CheckedEntry& checked, const v1::DirectoryVersion& version);

  const Identity& identity_;
  Client& client_;
  Mailbox& mailbox_;
  LogWatch watch_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_DIRECTORY_BOOK_H_
