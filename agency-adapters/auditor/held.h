// What one agency's mailbox holds that a log can be held against: receipts, statements as they were
// signed, and content that must follow from signed headers.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_HELD_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_HELD_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "amana/v1/event.pb.h"

namespace amana::auditor {

struct Held {
  std::vector<v1::Receipt> receipts;
  std::vector<HeldStatement> statements;
  std::vector<HeldContent> contents;  // read when they are opened; nothing of them is shown
};

// Of everything that was accepted, and received and not recalled. `mailbox` and `identity` must
// outlive what it returns. Errors of the mailbox; ENTRY_MALFORMED for a row that is no request.
absl::StatusOr<Held> ReadHeld(sdk::Mailbox& mailbox, const sdk::Identity& identity);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_HELD_H_
