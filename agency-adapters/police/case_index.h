// Which cases the police know under which OB number: one entry of an Occurrence Book may be of
// several victims, so a number may name several cases, and then it names none. Durable; one of a
// folder.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_CASE_INDEX_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_CASE_INDEX_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
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

  // A case is about to be given to the police; its number is not known yet. Durable.
  absl::Status Await(std::string_view key);
  // It was not given, for good.
  absl::Status Forget(std::string_view key);
  // Whether it was. A number that something else was given (a notice) names no case.
  absl::StatusOr<bool> IsAwaited(std::string_view key);

  // CASE_PENDING naming `field` where a case is awaited of which no number is known: the one of
  // this key, or, where it is empty, any.
  absl::Status CheckPending(std::string_view key, std::string_view field);

  // Durable when it returns; the same again is OK.
  absl::Status Add(std::string_view ob_number, std::string_view key, CaseSide side);
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
