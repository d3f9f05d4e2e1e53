// What one caller was shown of a log's events, beside the log's own files: one SQLite file in the
// mirror's folder. An opening is kept as it came; whoever reads it here rebuilds its leaf again, so
// that a changed row is seen. Thread-compatible. Errors besides those named: base/sqlite.h's.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_BOOK_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_BOOK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/event_view.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/event.pb.h"
#include "base/ids.h"
#include "base/sqlite.h"

namespace amana::auditor {

struct MirroredEvent {
  uint64_t index = 0;
  bool whole = false;   // v1::EventOpening, or else v1::PartialEventOpening
  std::string opening;  // serialised
};

// Rebuilt from the opening alone. EVENT_INVALID.
absl::StatusOr<sdk::EventView> ViewOf(const MirroredEvent& event);

// One to be kept, with what it says: the columns by which it is found are taken from there.
struct NewEvent {
  MirroredEvent event;
  sdk::EventView view;
};

// Which events are asked for; what is left out does not matter. An event that does not show what is
// asked about is not found by it.
struct EventQuery {
  std::vector<v1::EventKind> kinds = {};
  std::vector<v1::Reason> reasons = {};
  std::optional<absl::Time> from = {}, until = {};  // from included, until not
  std::optional<AgencyId> agency = {};       // that sent the referral, acted, or is the recipient
  std::optional<AgencyId> counterpart = {};  // another one, in the same event
  std::optional<ReferralId> referral = {};
  std::optional<ConsentId> consent = {};
  std::optional<uint8_t> rule = {};  // of the consent table
  std::optional<CertId> certificate = {};
  std::optional<v1::Category> category = {};  // given or withheld
  bool sla_breach = false;                    // only where a window was missed
};

// A window was missed: for one of the reasons that say so, or of a kind that nothing else has.
bool IsSlaBreach(const sdk::EventView& event);

class MirrorBook {
 public:
  static constexpr char kFile[] = "events.db";

  // Makes the file (0600) when it is missing; the folder must be there.
  static absl::StatusOr<std::unique_ptr<MirrorBook>> Open(const std::string& folder);

  // The first index that the broker has not been asked for yet.
  absl::StatusOr<uint64_t> Next();
  // Adds what was shown of the entries up to `next`, in one durable transaction.
  absl::Status Add(const std::vector<NewEvent>& events, uint64_t next);
  // From this index on, in order.
  absl::StatusOr<std::vector<MirroredEvent>> Read(uint64_t from, size_t limit);
  absl::StatusOr<uint64_t> Count();
  // The first `limit` that `query` asks for, from this index on, in order: a page. The next one
  // begins behind its last; new events never change a page that was full.
  absl::StatusOr<std::vector<MirroredEvent>> Find(const EventQuery& query, uint64_t from,
                                                  size_t limit);

  // Signing certificates (DER) that events name.
  absl::Status AddCertificate(const CertId& id, const std::string& der);
  absl::StatusOr<std::optional<std::string>> FindCertificate(const CertId& id);

 private:
  explicit MirrorBook(std::unique_ptr<sqlite::Database> db) : db_(std::move(db)) {}
  const std::unique_ptr<sqlite::Database> db_;
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_BOOK_H_
