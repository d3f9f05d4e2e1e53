// What the shelter adapter must know after a crash: its deliveries, one small file each, replaced
// in one durable step; names of fields, ids and codes, no content. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_SHELTER_SHELF_H_
#define AMANA_AGENCY_ADAPTERS_SHELTER_SHELF_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace amana::shelter {

struct ShelfRow {
  std::string key;                       // of the delivery
  std::string referral = {};             // Primero's id of the referral; empty before it is made
  std::string settled = {};              // the last decision that was settled, "rejected/..."
  std::vector<std::string> fields = {};  // what was written of the case
  bool written = false;                  // natively
  bool open = true;                      // an answer may come
  bool sms_due = false;                  // the SMS has not gone out
  absl::Time reply_by = absl::UnixEpoch();
};

class Shelf {
 public:
  // `folder` is made when absent. Errors of FileSystem.
  static absl::StatusOr<Shelf> Open(const std::string& folder);

  // Errors here: SHELF_BROKEN, and those of FileSystem.
  absl::StatusOr<std::optional<ShelfRow>> Get(const std::string& key) const;
  absl::Status Put(const ShelfRow& row);
  // Those that are open or whose SMS is due, in order of their file names.
  absl::StatusOr<std::vector<ShelfRow>> Pending() const;

 private:
  explicit Shelf(std::string folder) : folder_(std::move(folder)) {}
  std::string FileOf(const std::string& key) const;

  std::string folder_;
};

}  // namespace amana::shelter

#endif  // AMANA_AGENCY_ADAPTERS_SHELTER_SHELF_H_
