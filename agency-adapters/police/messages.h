// What goes to and fro between the police system and its adapter: NIEM 6.0 JSON, with what NIEM has
// no words for under x: (docs/integrator/police.md). Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_MESSAGES_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_MESSAGES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::police {

// From the police system. The item's key is "OB-NUMBER#MESSAGE-ID" for a case, with "!" for what is
// about one; `about` is not filled in.
struct Message {
  runtime::NativeItem item;
  std::string ob_number;
  std::string case_reference = {};  // names the case better than its OB number does; may be empty
};

// `message_id` is what came beside the document (Idempotency-Key), or empty; the document may have
// its own. A case must have one: written out anew it has other bytes, and would be a second
// referral of the person. A decision that has none has its digest; said twice, it is refused by the
// state of its case. NATIVE_FORMAT_INVALID naming the field: no OB number, two message ids that
// differ, a decision that is none, what a decision has no place for; errors of ReadNiemJson.
absl::StatusOr<Message> ReadMessage(std::string_view bytes, std::string_view message_id);

// The OB number in the key of a case; empty where it is no case's.
std::string ObNumberOf(std::string_view key);

// NATIVE_FORMAT_INVALID where the record cannot be said in NIEM JSON.
absl::StatusOr<std::string> WriteDelivery(const runtime::NativeDelivery& delivery);
// `key` is an item's.
absl::StatusOr<std::string> WriteSettlement(std::string_view key,
                                            const runtime::Settlement& settlement);

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_MESSAGES_H_
