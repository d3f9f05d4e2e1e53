// Which cases the police know under which OB number: one entry of an Occurrence Book may be of
// several victims, so a number may name several cases, and then it names none. Durable; one of a
// folder.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_CASE_INDEX_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_CASE_INDEX_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "base/sqlite.h"

namespace amana::police {

enum class CaseSide {
  kReceived = 1,  // came through Amana: the key is the delivery's
  kOwn = 2,       // the police's own: the key is the item's
};

// Thread-safe.
class CaseIndex {
 public:
  // Errors of base/sqlite.h.
  static absl::StatusOr<std::unique_ptr<CaseIndex>> Open(const std::string& folder);

  // Cases are about to be given to the police; their numbers are not known yet. Durable, all in one
  // step; those that were awaited before are in no doubt any more.
  absl::Status Await(absl::Span<const std::string> keys);
  // Those of the last Await whose numbers were not kept: after a crash of the machine the police
  // may have given them one.
  absl::StatusOr<std::vector<std::string>> InDoubt();
  // It was not given, for good.
  absl::Status Forget(std::string_view key);
  // Whether it was. A number that something else was given (a notice) names no case.
  absl::StatusOr<bool> IsAwaited(std::string_view key);

  // CASE_PENDING naming `field` where a case is awaited of which no number is known: the one of
  // this key, or, where it is empty, any.
  absl::Status CheckPending(std::string_view key, std::string_view field);

  // Durable when it returns; the same again is OK.
  absl::Status Add(std::string_view ob_number, std::string_view key, CaseSide side);
  // The same of an awaited case, durable with the next Await: until then it is in doubt after a
  // crash of the machine.
  absl::Status AddAwaited(std::string_view ob_number, std::string_view key);
  // The one case of that number. CASE_UNKNOWN; CASE_AMBIGUOUS naming x:OBNumber where there are
  // several: never the first of them.
  absl::StatusOr<std::string> Find(std::string_view ob_number, CaseSide side);
  // OK where that very case is known.
  absl::Status Check(std::string_view key, CaseSide side);

 private:
  explicit CaseIndex(std::unique_ptr<sqlite::Database> db) : db_(std::move(db)) {}

  absl::Mutex mu_;
  const std::unique_ptr<sqlite::Database> db_ ABSL_PT_GUARDED_BY(mu_);
};

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_CASE_INDEX_H_
