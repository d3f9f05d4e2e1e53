// A store that nobody has open, to be looked at: nothing is written to it, no key is made and no
// erasure is finished. For one thread.
#ifndef AMANA_BROKER_STORE_EMBEDDED_CHECK_H_
#define AMANA_BROKER_STORE_EMBEDDED_CHECK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/store/store.h"

namespace amana::store {

class StoreForCheck {
 public:
  // Told of what is wrong: its name, and where. Names, beside those of the checks over a Snapshot:
  //   DATABASE_DAMAGED   SQLite's own check
  //   ROW_DAMAGED        a row is not as it was written
  //   KEY_NOT_DESTROYED  a referral was erased, and its key is in the key file
  using Finding = std::function<void(std::string_view name, const std::string& where)>;
  struct Referral {
    StatementKey key;
    int64_t row = 0;
    uint64_t log_index = 0;
  };
  struct Consent {
    ConsentId id;
    uint32_t version = 0;  // 0: an exclusion
  };

  // Errors: FILE_NOT_FOUND (no store), ALREADY_RUNNING, SCHEMA_TOO_NEW, STORE_CORRUPT, those of
  // BodyKeys::OpenToRead.
  static absl::StatusOr<std::unique_ptr<StoreForCheck>> Open(const std::string& directory);
  virtual ~StoreForCheck() = default;

  virtual absl::StatusOr<std::unique_ptr<Snapshot>> Read() = 0;
  // Every row that carries a digest of its own and belongs to no referral; those of referrals but
  // what a check of each reads anyway; keys of what was erased.
  virtual absl::Status CheckRows(const Finding& finding) = 0;
  // What the tables hold, to be held against the log. A row that cannot be read is ROW_DAMAGED.
  virtual absl::Status EachReferral(const Finding& finding,
                                    const std::function<absl::Status(const Referral&)>& each) = 0;
  virtual absl::Status EachConsent(const std::function<absl::Status(const Consent&)>& each) = 0;
  virtual absl::Status EachCounter(
      const Finding& finding,
      const std::function<void(const std::string& name, uint64_t value)>& each) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_EMBEDDED_CHECK_H_
