// The half of the journal that leads from the native side to the broker.
//
//   INTENDED  held here; the native side may be told TAKEN
//   WRITTEN   signed and sealed in the outbox, under the referral id that was drawn when it was
//             taken: after a crash in between, the outbox is asked for that id
//   SETTLED   the broker's receipt is verified, or its refusal is told: nothing more to do
//   DEAD      refused here or by the broker, and why; the content waits for a redrive
//
// What the native side must be told is `owed`; what it was told, `told`. Thread-safe. Errors: those
// of Journal.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_ITEMS_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_ITEMS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/runtime/journal.h"
#include "amana/v1/codes.pb.h"
#include "base/ids.h"

namespace amana::runtime {

// An item as it is held: a native record, or a case in the protocol's words (plain JSON, as
// mapping/case_facts.h has it) in its place.
struct HeldItem {
  NativeItem item;
  std::string facts = {};  // empty: the record counts
};

// What the native side was told, or must be. Numbers are stored.
enum class Told { kNothing = 0, kTaken = 1, kAccepted = 2, kRefused = 3 };

struct ItemRow {
  int64_t id = 0;
  std::string key;
  ItemKind kind = ItemKind::kCase;
  RowState state = RowState::kIntended;
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;  // unspecified: an answer, before everything
  ReferralId referral;                            // of a case: drawn here
  int64_t entry = 0;                              // of the outbox, from WRITTEN on
  uint32_t attempts = 0;
  absl::Time taken;
  absl::Time deadline;
  std::string reason;
  std::string field;
  Told owed = Told::kNothing;
};

class ItemJournal {
 public:
  ItemJournal(Journal& journal, RetryPolicy policy) : journal_(journal), policy_(policy) {}

  // How an item stands once it was judged: its urgency, or why it is refused.
  struct Verdict {
    v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
    absl::Status refused = {};
  };
  // Holds an item. The same again is the row that stands, of which the native side is told again;
  // with another content KEY_REUSED, unless that row is DEAD: then the new one takes its place.
  // KEY_INVALID.
  absl::StatusOr<ItemRow> Take(const HeldItem& item, const Verdict& verdict, absl::Time now);
  // Many in one transaction; what became of each, in order. Errors: of the journal only.
  struct Judged {
    HeldItem item;
    Verdict verdict;
  };
  absl::StatusOr<std::vector<absl::Status>> TakeAll(absl::Span<const Judged> items, absl::Time now);

  absl::StatusOr<ItemRow> Get(int64_t id);  // LETTER_UNKNOWN
  absl::StatusOr<std::optional<ItemRow>> Find(std::string_view key);
  absl::StatusOr<std::optional<ItemRow>> FindReferral(const ReferralId& referral);
  // The content; empty where it was erased.
  absl::StatusOr<std::optional<HeldItem>> Content(int64_t id);

  // INTENDED rows to be put into the outbox now: most urgent first, then oldest, of each case only
  // the oldest.
  absl::StatusOr<std::vector<ItemRow>> Due(absl::Time now, size_t limit);
  // In the outbox as `entry`; the content is overwritten.
  struct Queued {
    int64_t id = 0;
    int64_t entry = 0;
  };
  absl::Status Written(absl::Span<const Queued> rows);
  absl::StatusOr<std::vector<ItemRow>> WrittenAfter(int64_t id, size_t limit);
  absl::Status Settled(absl::Span<const int64_t> ids);
  absl::Status Failed(int64_t id, const absl::Status& why, absl::Time now, double jitter);
  absl::Status Dead(int64_t id, const absl::Status& why);

  // Rows of which the native side must still be told something; oldest first.
  absl::StatusOr<std::vector<ItemRow>> Owed(size_t limit);
  absl::Status TellDone(absl::Span<const ItemRow> rows);  // as they say `owed`

  absl::StatusOr<int64_t> Count(RowState state);
  absl::StatusOr<std::optional<absl::Time>> OldestIntended();

 private:
  absl::Status TakeIn(sqlite::Database& db, const Judged& judged, absl::Time now);
  absl::StatusOr<std::vector<ItemRow>> Select(const char* where, int64_t a, int64_t b);
  absl::StatusOr<std::optional<ItemRow>> One(const char* where, std::string_view text);

  Journal& journal_;
  const RetryPolicy policy_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_ITEMS_H_
