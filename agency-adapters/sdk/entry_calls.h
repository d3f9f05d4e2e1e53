// Which call of the broker's an entry of the outbox is for, and what its answer must be.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_ENTRY_CALLS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_ENTRY_CALLS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/outbox.h"
#include "amana/v1/event.pb.h"

namespace amana::sdk {

struct EntryCall {
  std::string_view method;
  // The kind of the event when it is accepted; UNSPECIFIED where that depends on more than the
  // statement.
  v1::EventKind event = v1::EVENT_KIND_UNSPECIFIED;
  // The receipt in the call's response. INTERNAL/RESPONSE_MALFORMED when the bytes do not parse.
  absl::StatusOr<v1::Receipt> (*receipt)(const std::string& response);
};

// nullptr for a kind of a newer program.
const EntryCall* CallOf(EntryKind kind);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_ENTRY_CALLS_H_
