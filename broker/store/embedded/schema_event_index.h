// The third script of schema.cc: where events are that have something.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_EVENT_INDEX_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_EVENT_INDEX_H_

#include <string_view>

namespace amana::store::embedded {

// Derived from the events (event_index.h). Of blocks from before this script there are no rows.
inline constexpr std::string_view kEventIndex = R"sql(
CREATE TABLE event_index (
  block INTEGER NOT NULL,
  term INTEGER NOT NULL,
  places BLOB NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (block, term)
) WITHOUT ROWID;
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_EVENT_INDEX_H_
