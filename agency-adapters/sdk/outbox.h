// What this agency signed and the broker must get: a request is durable before it is first sent,
// and those very bytes are sent again until their receipt is verified and kept. So a crash at any
// moment loses nothing and does nothing twice. Thread-safe. Errors besides those named: Mailbox's.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_OUTBOX_H_
#define AMANA_AGENCY_ADAPTERS_SDK_OUTBOX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agency-adapters/sdk/mailbox.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/event.pb.h"
#include "base/ids.h"
#include "proto/envelope/grant.h"

namespace amana::sdk {

// Which call an entry is for. Numbers are stored: never change one.
enum class EntryKind {
  kSubmission = 1,
  kGrants = 2,
  kCancellation = 3,
  kConsent = 4,
  kExclusion = 5,
  kWithdrawal = 6,
  kAcknowledgement = 7,
  kSeen = 8,
  kDecision = 9,
  kRecallAnswer = 10,
  kRedrive = 11,
  kAttachment = 12,
  kApproval = 13,
  kReview = 14,
  kMismatch = 15,
  kQuestion = 20,
  kStart = 21,
  kOutcome = 22,
  kReroute = 23,
  kCandidates = 24,
  kCall = 25,
  kCoordinatorAct = 26,
  kUpdate = 27,
  kDirectoryEntry = 30,
  kCapacity = 31,
  kDutyRoster = 32,
  kHandoverStep = 40,
  kCustodyReport = 41,
};
std::string_view KindName(EntryKind kind);  // "submission", ...

enum class EntryState { kPending = 0, kAccepted = 1, kRefused = 2 };
std::string_view StateName(EntryState state);  // "PENDING", ...

// A request as it will be sent.
struct NewEntry {
  EntryKind kind = EntryKind::kSubmission;
  std::string request;  // serialised request message of the call
  Digest digest;        // SHA-256 of the signed payload; what the receipt must name
  std::optional<StatementKey> referral;
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
  absl::Time queued;
  // What it was made for, where a program gave that a name of its own: noted in the same
  // transaction, so that whoever dies behind it finds the entry, and signs nothing twice.
  std::string made_for = {};
  bool held = false;  // is not sent before Release
};

struct OutboxEntry {
  int64_t id = 0;
  EntryKind kind = EntryKind::kSubmission;
  EntryState state = EntryState::kPending;
  std::string request;
  Digest digest;
  std::optional<StatementKey> referral;
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;  // of a referral and its grants
  absl::Time queued;
  uint32_t attempts = 0;
  // Of the last failed attempt; for a refused one, why.
  std::string reason;
  std::string field;
  // Where accepted: verified before it was kept.
  std::optional<v1::Receipt> receipt;
  uint64_t log_index = 0;
  bool held = false;
};

class Outbox {
 public:
  explicit Outbox(Mailbox& mailbox) : mailbox_(mailbox) {}

  // Durable when it returns. The same statement again is the same entry. `keys` are kept beside it.
  absl::StatusOr<int64_t> Add(const NewEntry& entry,
                              absl::Span<const envelope::SectionKey> keys = {});
  // The same inside a transaction of the caller's.
  static absl::StatusOr<int64_t> AddIn(sqlite::Database& db, const NewEntry& entry,
                                       absl::Span<const envelope::SectionKey> keys = {});

  absl::StatusOr<OutboxEntry> Get(int64_t id);  // ENTRY_UNKNOWN
  // The submission of a referral. ENTRY_UNKNOWN.
  absl::StatusOr<OutboxEntry> FindSubmission(const StatementKey& referral);
  // What was signed for this call, by the digest of its payload. ENTRY_UNKNOWN.
  absl::StatusOr<OutboxEntry> FindStatement(EntryKind kind, const Digest& digest);
  // The entry that was made for what has this name, whatever became of it.
  absl::StatusOr<std::optional<int64_t>> MadeFor(std::string_view name);
  // Newest first, at most `limit`, without request and receipt; `state` none: all.
  absl::StatusOr<std::vector<OutboxEntry>> List(std::optional<EntryState> state, size_t limit);
  // Ids to send, most urgent first, then oldest. Answers come before everything. Without what is
  // held.
  absl::StatusOr<std::vector<int64_t>> Pending(size_t limit);

  // Whether an earlier answer to the same referral has still to be sent: an acknowledgement before
  // SEEN, both before a decision or question, these before a start, all before an outcome. Sent out
  // of turn, the later one would be refused for good.
  absl::StatusOr<bool> AnswersWait(const OutboxEntry& entry);
  // Whether a consent that was signed before `entry` has still to be sent.
  absl::StatusOr<bool> ConsentsWait(const OutboxEntry& entry);
  // Whether a step of a handover of this referral that was signed before `entry` has still to be
  // sent.
  absl::StatusOr<bool> StepsWait(const OutboxEntry& entry);
  // What was signed of `referral` for the call `kind`, but what was refused; oldest first.
  absl::StatusOr<std::vector<OutboxEntry>> Standing(EntryKind kind, const StatementKey& referral);

  absl::Status Accept(int64_t id, const v1::Receipt& receipt, uint64_t log_index);
  absl::Status Refuse(int64_t id, const absl::Status& why);
  absl::Status Retry(int64_t id, const absl::Status& why);  // stays pending; counts the attempt
  // A refused or accepted one is sent again: the broker asked for the same answer once more.
  absl::Status SendAgain(int64_t id);
  // Lets go what was held. Again is OK.
  absl::Status Release(int64_t id);

  // For further grants of a referral of this agency's. Empty when there are none (any more).
  absl::StatusOr<std::vector<envelope::SectionKey>> SectionKeys(const StatementKey& referral);
  // Once no further recipient will be named.
  absl::Status DropSectionKeys(const StatementKey& referral);

 private:
  Mailbox& mailbox_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_OUTBOX_H_
