// What a recipient says about an offer besides yes and no: what it needs to know, that it has
// begun, what came of it. Each is signed and put into the outbox in one transaction with the item's
// new state. Thread-safe. Errors besides those named: Mailbox's.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_SERVICE_ANSWERS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_SERVICE_ANSWERS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/mailbox.h"
#include "amana/v1/codes.pb.h"
#include "base/clock.h"
#include "proto/envelope/grant.h"

namespace amana::sdk {

// Words for the sender's unit alone; they must live as long as the call.
struct Words {
  std::string_view text;
  crypto::Certificate sender;  // its sealing certificate, pinned and checked by the caller
};

class ServiceAnswers {
 public:
  ServiceAnswers(const Identity& identity, Mailbox& mailbox, const Clock& clock)
      : identity_(identity), mailbox_(mailbox), clock_(clock) {}

  // All: ENTRY_UNKNOWN; CONTENT_ERASED for what was recalled; STATEMENT_INVALID for an item that is
  // not the offer, or not in a state for it. They return the outbox entry, to be sent by Courier;
  // the same again, unless it was refused, is the same entry. Errors also of envelope::SealNote.

  // What must be known before it is decided, by category, ascending; a person's key
  // (PERSON_KEY_MISSING). One may ask again: each call is a question, but for `made_for`
  // (NewEntry's).
  absl::StatusOr<int64_t> Ask(int64_t item, const std::vector<v1::Category>& wanted,
                              const std::optional<Words>& words, std::string made_for = {});
  // Inbox::Decline with words beside the code, which OTHER needs; a person's key.
  absl::StatusOr<int64_t> DeclineInWords(int64_t item, v1::Reason reason, const Words& words);
  // STATEMENT_INVALID also when the person was handed over to this unit, as far as this mailbox
  // knows (Handovers::LookForTransfer): that began it.
  absl::StatusOr<int64_t> Start(int64_t item);
  // Of what was started or began with a handover. An OUTCOME code; `completed` false: it was tried
  // and failed.
  absl::StatusOr<int64_t> Report(int64_t item, bool completed, v1::Reason outcome,
                                 const std::optional<Words>& words);

 private:
  absl::StatusOr<bool> Begun(int64_t item);

  const Identity& identity_;
  Mailbox& mailbox_;
  const Clock& clock_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_SERVICE_ANSWERS_H_
