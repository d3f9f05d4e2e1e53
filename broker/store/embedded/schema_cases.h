// The second script of schema.cc: cases that are open to auditors.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_CASES_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_CASES_H_

#include <string_view>

namespace amana::store::embedded {

inline constexpr std::string_view kCases = R"sql(
CREATE TABLE opened_case (
  id BLOB NOT NULL,
  sender TEXT NOT NULL,
  auditor TEXT NOT NULL,
  log_index INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (id, sender, auditor)
) WITHOUT ROWID;
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_CASES_H_
