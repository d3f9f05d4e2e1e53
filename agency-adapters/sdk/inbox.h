// What this agency received. A delivery is kept once, sealed as it came, and opened when it is
// shown; what a person says about it is signed with the person's key and put into the outbox in the
// same transaction. Thread-safe. Errors besides those named: Mailbox's.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_INBOX_H_
#define AMANA_AGENCY_ADAPTERS_SDK_INBOX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/outbox.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/delivery_service.pb.h"
#include "base/clock.h"
#include "base/ids.h"
#include "proto/envelope/delivery.h"

namespace amana::sdk {

// Numbers are stored: never change one.
enum class InboxState {
  kReceived = 1,
  kSeen = 2,
  kAccepted = 3,
  kRejected = 4,
  kRecalled = 5,       // content deleted, or never kept
  kRecallRefused = 6,  // kept on a legal basis of this agency's own
  kAsked = 7,          // a question is open
  kInProgress = 8,
  kCompleted = 9,
  kFailed = 10,
};
std::string_view StateName(InboxState state);  // "RECEIVED", ...

struct InboxItem {
  int64_t id = 0;
  DeliveryKey key;
  Address recipient;
  UnitId sender_unit;  // the sending agency is key.referral.sender
  Digest header_digest;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
  bool test = false;
  InboxState state = InboxState::kReceived;
  absl::Time received;
  absl::Time expires;
  v1::Reason recall_reason = v1::REASON_UNSPECIFIED;
  // On which basis of this agency's own a recall is refused; unspecified: on none.
  v1::LegalBasis keep_basis = v1::LEGAL_BASIS_UNSPECIFIED;
};

// The signed answers of one item, as they stand in the outbox.
struct ItemAnswer {
  EntryKind kind = EntryKind::kAcknowledgement;
  int64_t entry = 0;  // id in the outbox
};

// Opens a delivery with the agency's sealing keys. Its certificates are taken as they are: whether
// they are trusted, the Receiver has judged before the delivery was kept. Errors of Certificate and
// envelope::OpenDelivery.
absl::StatusOr<envelope::OpenedDelivery> OpenParts(const v1::Delivery& delivery,
                                                   const Identity& identity);

class Inbox {
 public:
  explicit Inbox(Mailbox& mailbox) : mailbox_(mailbox) {}

  // Most urgent first, then oldest; `state` none: all.
  absl::StatusOr<std::vector<InboxItem>> List(std::optional<InboxState> state, size_t limit);
  // Those with an id above this one, as they came: for whoever carries them on.
  absl::StatusOr<std::vector<InboxItem>> After(int64_t id, size_t limit);
  // Those whose recall was answered, in the order of the answers, with the answer's entry: above
  // this entry. What never came is among them.
  struct RecalledItem {
    int64_t answer = 0;
    InboxItem item;
  };
  absl::StatusOr<std::vector<RecalledItem>> RecalledAfter(int64_t answer, size_t limit);
  // Those whose answer is held (Recall), oldest first.
  absl::StatusOr<std::vector<RecalledItem>> HeldRecalls(size_t limit);
  absl::StatusOr<InboxItem> Get(int64_t id);  // ENTRY_UNKNOWN
  absl::StatusOr<std::optional<InboxItem>> Find(const DeliveryKey& key);
  // What the sender answered to questions about the offer that `key` is of, in its order.
  absl::StatusOr<std::vector<InboxItem>> UpdatesOf(const DeliveryKey& key);
  absl::StatusOr<std::vector<ItemAnswer>> Answers(int64_t id);

  // Opens an item with the agency's sealing keys. CONTENT_ERASED; ENTRY_UNKNOWN; errors of
  // envelope::OpenDelivery.
  absl::StatusOr<envelope::OpenedDelivery> Open(int64_t id, const Identity& identity);

  // A person read it, accepts it, or declines it with a DECLINE code; but OTHER, which needs words
  // (ServiceAnswers::DeclineInWords). Returns the outbox entry, to
  // be sent by Courier (courier.h). The same again is the same entry; an item has one decision:
  // STATEMENT_INVALID for another. CONTENT_ERASED for what was recalled; PERSON_KEY_MISSING.
  absl::StatusOr<int64_t> MarkSeen(int64_t id, const Identity& identity, const Clock& clock);
  absl::StatusOr<int64_t> Accept(int64_t id, const Identity& identity, const Clock& clock);
  absl::StatusOr<int64_t> Decline(int64_t id, v1::Reason reason, const Identity& identity,
                                  const Clock& clock);

  // What a recall of the item will be answered: that it is kept, on a legal basis of this agency's
  // own; LEGAL_BASIS_UNSPECIFIED, as it is before this is called: that it was deleted. CONSENT is
  // no such basis: STATEMENT_INVALID; so is what was answered already. ENTRY_UNKNOWN.
  absl::Status SetKeepBasis(int64_t id, v1::LegalBasis basis);

  // --- for the Receiver
  struct Received {
    InboxItem item;
    NewEntry acknowledgement;
    std::string delivery;  // v1::Delivery, serialised
  };
  struct Kept {
    int64_t id = 0;
    int64_t acknowledgement = 0;  // 0 when it had been recalled before
    bool duplicate = false;
  };
  // Keeps item and acknowledgement in one transaction. A delivery kept before stays as it is. With
  // an update the question that was open is answered: its referral's item is SEEN again.
  absl::StatusOr<Kept> Keep(const Received& received);

  struct Recalled {
    DeliveryKey key;
    Address recipient;
    Digest header_digest;
    v1::Reason reason = v1::REASON_UNSPECIFIED;
    std::string recall;  // v1::Recall, serialised: evidence
    absl::Time at;
  };
  // Erases the content and signs the answer, in one transaction; or refuses, where SetKeepBasis
  // said so. An item that never came is noted, so that it is not kept when it comes late. Returns
  // the answer's entry: the first one, for ever. `hold`: an answer that says that it was deleted is
  // not sent before Outbox::Release, as it is not true yet elsewhere.
  absl::StatusOr<int64_t> Recall(const Recalled& recalled, const SigningIdentity& signer,
                                 bool hold = false);

 private:
  Mailbox& mailbox_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_INBOX_H_
