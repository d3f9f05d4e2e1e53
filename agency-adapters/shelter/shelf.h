// What the shelter adapter must know after a crash: its deliveries, in a small database of its own
// folder; names of fields, ids and codes, no content. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_SHELTER_SHELF_H_
#define AMANA_AGENCY_ADAPTERS_SHELTER_SHELF_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/sqlite.h"

namespace amana::shelter {

struct ShelfRow {
  std::string key;                       // of the delivery
  std::string case_id = {};              // Primero's id of the case
  std::string referral = {};             // Primero's id of the referral; empty before it is made
  std::string settled = {};              // the last decision that was settled, "rejected/..."
  std::vector<std::string> fields = {};  // what was written of the case
  std::vector<std::string> files = {};   // Primero's ids of what was attached; empty: not known
  bool written = false;                  // natively
  bool open = true;                      // an answer may come
  bool sms_due = false;                  // the SMS has not gone out
  absl::Time reply_by = absl::UnixEpoch();

  friend bool operator==(const ShelfRow&, const ShelfRow&) = default;
};

class Shelf {
 public:
  // `folder` is made when absent. Errors of FileSystem.
  static absl::StatusOr<Shelf> Open(const std::string& folder);

  // Errors here: SHELF_BROKEN, and those of base/sqlite.h.
  absl::StatusOr<std::optional<ShelfRow>> Get(const std::string& key) const;
  // Durable when it returns, all in one step. One that is there is replaced.
  absl::Status Put(absl::Span<const ShelfRow> rows);
  absl::Status Put(const ShelfRow& row) { return Put({&row, 1}); }
  // Durable with the next Put: a crash of the program loses nothing, one of the machine may.
  absl::Status PutLater(const ShelfRow& row);
  // At most `limit` that were written and are open, or whose SMS is due, from the one after `after`
  // on, in the order of their numbers, and then from the first again.
  absl::StatusOr<std::vector<ShelfRow>> Pending(int64_t after, size_t limit) const;
  absl::StatusOr<int64_t> NumberOf(const std::string& key) const;  // 0: none
  // Of the case itself, and of what was written about it under its id.
  absl::StatusOr<std::vector<ShelfRow>> OfCase(const std::string& case_id) const;

 private:
  explicit Shelf(std::unique_ptr<sqlite::Database> db) : db_(std::move(db)) {}

  std::unique_ptr<sqlite::Database> db_;
};

}  // namespace amana::shelter

#endif  // AMANA_AGENCY_ADAPTERS_SHELTER_SHELF_H_
