// What one agency's adapter is to the runtime. An adapter knows its native side (files, mail, a
// database, a REST service) and the native format; it knows no key, no envelope, no broker. The
// runtime owns the rest: identity, outbox and inbox, mapping (mapping/), the journal around each
// native write, retries, deadlines, dead letters, health, metrics, the local API.
//
// Life of an item from the native side:
//   Poll -> kept in the journal -> mapped -> Settle(TAKEN) -> signed, sealed, in the outbox ->
//   the broker's receipt verified -> Settle(ACCEPTED)
// or, at any of these, Settle(REFUSED) with reason and field; the item is then a dead letter.
// A native side that pushes gives its items to Intake instead of showing them in Poll.
//
// Life of a delivery to the native side:
//   kept in the inbox -> INTENDED in the journal -> Announce -> Deliver -> WRITTEN -> SETTLED
//
// A crash, and what it means:
//   before the journal has an item      Poll shows it again: it was never settled
//   between journal and Settle          Settle is called again after the start, and says the same
//   between INTENDED and Deliver        Find, then Deliver: nothing was written
//   in Deliver, or before WRITTEN       Find: the native id, if the write happened; else Deliver
//   after WRITTEN                       Deliver is not called again for this key
// So a delivery is written once if Deliver makes the row and its key durable in one step of the
// native side, and Find tells by the key. Where the native side has a unique key, Deliver of the
// same key twice must give the same native id and change nothing; the runtime relies on Find first,
// and on this as the second line.
//
// Threads: all calls come from one thread at a time (not always the same one), but Decode, which is
// called from any thread at any time and must be pure. Calls may block for as long as the native
// side's own timeouts allow, which must be finite: 30 s at most.
//
// Errors: codes decide. kUnavailable, kDeadlineExceeded, kResourceExhausted, kAborted: tried again,
// with backoff and jitter, until the item's deadline. Every other code is final for this item: it
// becomes a dead letter with the error's reason and field (MakeError of base/status.h). No message
// holds content. Deliver's errors never say whether the write happened: the runtime asks Find.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_ADAPTER_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_ADAPTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agency-adapters/mapping/record.h"
#include "base/clock.h"
#include "base/config.h"

namespace amana::runtime {

// From the native side. Numbers are stored: never change one.
enum class ItemKind {
  kCase = 1,      // a person to be referred: `record`
  kSeen = 2,      // a person here has read the case `about`
  kAccept = 3,    // a person here accepts it
  kDecline = 4,   // ... or declines it: `code` is a DECLINE code; OTHER needs `words`
  kAsk = 5,       // ... or must know more first: `categories`, and `words` if any
  kStart = 6,     // the service has begun
  kComplete = 7,  // ... and is over: `code` is an OUTCOME code
  kFail = 8,      // it was tried and failed: `code` is an OUTCOME code
  kUpdate = 9,    // the sender's answer to a question: `record`, `words`
  kCancel = 10,   // the sender takes its own case back: `code` is a CANCEL code
  kHandover = 11  // a step of a handover: `code` is its state (OFFERED, AGREED, ARRIVED...)
};
std::string_view KindName(ItemKind kind);                   // "CASE", ...
std::optional<ItemKind> ItemKindOf(std::string_view name);  // and back

struct NativeItem {
  // The native side's unique key of this item, 1 to 200 printable ASCII characters: an OB number, a
  // row id, a Message-ID. The same key is the same item for ever: with the same content nothing
  // happens; with another it is refused (KEY_REUSED), unless the first one is a dead letter, in
  // whose place it comes. May name a case: it is shown to the native side only, never logged.
  std::string key = {};
  ItemKind kind = ItemKind::kCase;
  // What it is about, for all but kCase: the `key` of the delivery (answers of a recipient), or of
  // this agency's own kCase item (kUpdate, kCancel); kHandover: either.
  std::string about = {};
  mapping::Record record = {};
  std::string code = {};
  std::vector<std::string> categories = {};
  std::string words = {};
  // kHandover: what the step says besides, by these names: window_from and window_until (RFC 3339:
  // OFFERED, AGREED), reason (a code), exit (ENDED: a code), escort_code (ARRIVED: as the escort
  // showed it), and, sealed for the other side, place, officer, escort, companion, text.
  std::map<std::string, std::string> details = {};
  uint32_t task = 0;  // which service of an own case: kUpdate, kHandover
};

// What became of an item. TAKEN comes before ACCEPTED; REFUSED may come instead of either, or after
// TAKEN; after a redrive TAKEN may come after REFUSED.
struct Settlement {
  enum class State { kTaken, kAccepted, kRefused };
  State state = State::kTaken;
  std::string referral = {};  // "police-a/00112233445566778899aabbccddeeff/1", where there is one
  std::string reason = {};    // kRefused: UPPER_SNAKE_CASE
  std::string field = {};     // ... and the native field, or ours; may be empty
  // kAccepted, of a HANDOVER to IN_TRANSIT: what the escort shows at the door. For the escort, and
  // nobody else.
  std::string escort_code = {};
};

// To the native side. Numbers are stored: never change one.
enum class DeliveryKind {
  kCase = 1,    // a person is referred to this unit, or a copy for information: `record`
  kUpdate = 2,  // what the sender answered to a question about the case `about`: `record`, `words`
  kRecall = 3,  // the case `about` was taken back: its content must be deleted natively too
  kNotice = 4   // something happened to a case, own or received: `event`
};
std::string_view KindName(DeliveryKind kind);

// A section that is no JSON: an image, a document.
struct Attachment {
  std::string category = {};
  std::string media_type = {};
  std::string content = {};
};

struct NativeDelivery {
  // Unique for ever over all kinds, 1 to 200 of A-Z a-z 0-9 . _ : - / : the native unique key.
  std::string key = {};
  DeliveryKind kind = DeliveryKind::kCase;
  // kUpdate, kRecall, and kNotice of a received case: the key of its kCase delivery. kNotice of an
  // own case: the key of its item. kCase of stage AT_ACCEPT: the key of the one AT_OFFER. Empty
  // where this machine knows of none.
  std::string about = {};
  // kCase, kUpdate: AT_OFFER, or AT_ACCEPT for what is disclosed once it is accepted. The record of
  // the second holds the facts of both: the native side completes the row that it has.
  std::string stage = {};
  // The native id that Deliver gave for `about`; empty for own cases. Empty in a kRecall: Deliver
  // ended with an error, and what it may have left natively is to be deleted; where nothing is
  // there, that is no error.
  std::string about_native_id = {};
  std::string referral = {};   // "agency/32 hex digits/version"
  std::string sender = {};     // "agency/unit"
  std::string recipient = {};  // "agency/unit"; of this agency, but in notices of own cases
  uint32_t task = 0;
  std::string service = {};  // codes, as the protocol names them
  std::string urgency = {};
  bool test = false;                     // a drill
  bool withheld = false;                 // there are sections that this agency was not given
  absl::Time at = absl::InfinitePast();  // of the event, or when it was received
  absl::Time expires = absl::InfiniteFuture();
  mapping::Record record = {};
  std::vector<Attachment> attachments = {};
  std::string event = {};   // kNotice: "TASK_ACCEPTED", "TASK_INFO_REQUESTED", ...
  std::string reason = {};  // kNotice, kRecall: a code; may be empty
  std::string words = {};
};

// Of the native side: whether it can be read and written now.
struct Health {
  bool ok = true;
  std::string what = {};    // "sftp", "smtp": a short literal
  std::string reason = {};  // UPPER_SNAKE_CASE where not ok
};

class Adapter {
 public:
  virtual ~Adapter() = default;

  // What the native side has ready, oldest first, at most `limit`; stays there until Settle. May
  // show again what was settled: it is known by its key, and Settle tells again how it stands. What
  // cannot be read at all (a broken file) the adapter refuses natively by itself (quarantine), and
  // shows the rest.
  virtual absl::StatusOr<std::vector<NativeItem>> Poll(size_t limit) = 0;
  // Idempotent: the same settlement may be told any number of times, and after a crash will be. Of
  // a key that this side never showed (a program gave the item to the local API): OK.
  virtual absl::Status Settle(const std::string& key, const Settlement& settlement) = 0;
  // What Deliver is about to be given, in this order: an adapter that notes something durably
  // before each write may note it of all in one step. Writes nothing natively. Deliver need not
  // come for each, and may come without it. What goes wrong here shows in Deliver.
  virtual void Announce(absl::Span<const NativeDelivery> next) { (void)next; }
  // Durable natively when it returns; the native id. Idempotent by `delivery.key`.
  virtual absl::StatusOr<std::string> Deliver(const NativeDelivery& delivery) = 0;
  // The native id under which the delivery of this key was written; none: it was not, and nothing
  // that began before this call will write it later.
  virtual absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key) = 0;
  // Cheap enough for every 10 s.
  virtual Health Check() = 0;

  // An item in the native format, as a program of the agency's hands it to the local API, or as a
  // file for the dry run. Pure, from any thread. NATIVE_FORMAT_INVALID naming what is wrong.
  virtual absl::StatusOr<std::vector<NativeItem>> Decode(std::string_view bytes) const = 0;
};

// Where a native side that pushes puts what came. Thread-safe.
class Intake {
 public:
  virtual ~Intake() = default;
  // Durable in the journal when it returns OK: the native side may be told so at once. The same
  // item again is OK. KEY_REUSED; KEY_INVALID; kUnavailable and kResourceExhausted: the native side
  // should try again. Settle is told of it as of any other.
  virtual absl::Status Take(const NativeItem& item) = 0;
};

// What an adapter is given; outlives it.
struct AdapterContext {
  Intake& intake;
  const Clock& clock;
  std::string agency;  // this one
  std::string folder;  // a private folder (0700) for files of the adapter's own, below the journal
};

using AdapterOpener =
    std::function<absl::StatusOr<std::unique_ptr<Adapter>>(const AdapterContext& context)>;

// Reads the table [native] of the configuration. What is wrong there is the table's finding, named
// with file and line; the opener is called only when there is none.
using AdapterFactory = std::function<AdapterOpener(const ConfigTable& native)>;

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_ADAPTER_H_
