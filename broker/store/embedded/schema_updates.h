// The part of schema.cc for updates of referrals.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_UPDATES_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_UPDATES_H_

#include <string_view>

namespace amana::store::embedded {

// Bytes as in wrap_grant.
inline constexpr std::string_view kUpdates = R"sql(
CREATE TABLE referral_update (
  row INTEGER PRIMARY KEY,
  referral INTEGER NOT NULL,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  digest BLOB NOT NULL,
  UNIQUE (referral, number)
);
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_UPDATES_H_
