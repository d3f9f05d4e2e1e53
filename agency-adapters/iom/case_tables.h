// The case tables (pg_schema.h) in the adapter's verbs: what came is written once a key, what is to
// go out is read and its fate noted. Each is one transaction and may be done any number of times.
// For one thread at a time. Errors besides those named: PgSession's.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_CASE_TABLES_H_
#define AMANA_AGENCY_ADAPTERS_IOM_CASE_TABLES_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/iom/pg_session.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::iom {

class CaseTables {
 public:
  explicit CaseTables(std::unique_ptr<PgSession> session) : session_(std::move(session)) {}

  // Makes or brings up to date the tables, on first use of the others too.
  absl::Status Prepare();

  // A delivery of a key that is there changes nothing and gives the same id. A second delivery of a
  // case (its later sections) adds to its row; an update adds to the case that it is about; a
  // recall takes the content out of the case and of what came to it, and leaves that it was there.
  // The id: "case-12", "event-7".
  absl::StatusOr<std::string> Deliver(const runtime::NativeDelivery& delivery);
  absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key);

  // What is READY, oldest first; rows that another transaction holds are left for the next time. A
  // row whose `htcds` is not an object of texts or lists of texts, or whose `details` is not one of
  // texts, is set REFUSED here and now.
  absl::StatusOr<std::vector<runtime::NativeItem>> Ready(size_t limit);
  // No such row: nothing (an item that came another way). ACCEPTED stays.
  absl::Status Settle(const std::string& key, const runtime::Settlement& settlement);

  absl::Status Ping() { return session_->Ping(); }

 private:
  absl::Status RefuseUnreadable(const std::string& key);
  const std::unique_ptr<PgSession> session_;
  bool prepared_ = false;
};

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_CASE_TABLES_H_
