// The side of an agency that keeps its own entry in the directory, and of a secretariat that
// approves others'. An entry takes two persons who may sit far apart: one signs, the file travels,
// the other approves and hands it in. What a unit says of its room and duty, it says alone.
// Thread-safe; the objects given must outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_DIRECTORY_KEEPER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_DIRECTORY_KEEPER_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/directory_book.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/outbox.h"
#include "agency-adapters/sdk/sender.h"
#include "amana/v1/directory.pb.h"
#include "base/clock.h"

namespace amana::sdk {

// A version of an agency's entry that the log has.
struct LoggedVersion {
  uint32_t version = 0;
  Digest digest;
  uint64_t log_index = 0;
  absl::Time recorded;
  crypto::SpiffeId keeper;
  crypto::SpiffeId coordinator;
  bool known = false;  // signed from this mailbox, or accepted by Accept
};

// Who is on duty, by a roster that the unit signed.
struct Duty {
  bool given = false;             // the unit has given a roster
  std::vector<v1::Shift> shifts;  // of those on duty; with the unit's line where they have none
};

class DirectoryKeeper {
 public:
  DirectoryKeeper(const Identity& identity, Client& client, Mailbox& mailbox, const Clock& clock)
      : identity_(identity),
        client_(client),
        mailbox_(mailbox),
        clock_(clock),
        outbox_(mailbox),
        book_(identity, client, mailbox) {}

  // Signs `entry` with the person's key as the version after the newest there is, which is fetched.
  // Agency, version and previous digest are filled in. PERSON_KEY_MISSING; errors of
  // DirectoryBook::Fetch and of envelope::EntryStatement::Create.
  absl::StatusOr<v1::SignedEnvelope> Propose(v1::DirectoryEntry entry);
  // A coordinator approves what an agency proposed (form is checked), to be handed in. The same
  // again is the same entry of the outbox, which is sent again where it was refused.
  absl::StatusOr<Queued> QueueEntry(const v1::SignedEnvelope& proposal);

  // Fill in what is absent of meta and unit, sign (a system's key, else a person's) and keep.
  absl::StatusOr<Queued> QueueCapacity(v1::CapacityReport report);
  absl::StatusOr<Queued> QueueRoster(v1::DutyRoster roster);

  // Every version of an agency's entry that the log shows, each proven and named by the next one:
  // ENTRY_HISTORY_BROKEN where one is missing or there twice. For an auditor, who is shown
  // something of every event, also that none was kept back: LOG_INCOMPLETE.
  absl::StatusOr<std::vector<LoggedVersion>> Check(const AgencyId& agency);
  // The agency has looked at it and says that it is its own.
  absl::Status Accept(const Digest& digest);

  // Judged by the unit's signature, not by the broker's word. ENTRY_UNTRUSTED naming "roster".
  absl::StatusOr<Duty> OnDuty(const Address& unit, absl::Time at);

  Outbox& outbox() { return outbox_; }
  DirectoryBook& book() { return book_; }

 private:
  // What the log says of an agency's entries.
  struct Scan {
    uint64_t size = 0;  // how much of the log was looked at
    std::vector<std::pair<uint64_t, EventView>> changes;
  };
  absl::StatusOr<Scan> ScanLog(const AgencyId& agency);
  absl::StatusOr<bool> Known(const Digest& digest);
  absl::StatusOr<const SigningIdentity*> UnitSigner() const;

  const Identity& identity_;
  Client& client_;
  Mailbox& mailbox_;
  const Clock& clock_;
  Outbox outbox_;
  DirectoryBook book_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_DIRECTORY_KEEPER_H_
