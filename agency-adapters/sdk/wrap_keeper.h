// Seals for recipients that the broker has chosen and that nothing is sealed to yet (NEEDS_WRAP),
// without a person, where the agency's settings allow it ([wraps] in identity.h): the candidate is
// looked up and verified first, so that a broker can choose only whom the federation vouches for.
// Thread-safe; the objects given must outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_WRAP_KEEPER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_WRAP_KEEPER_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/notices.h"
#include "agency-adapters/sdk/sender.h"
#include "base/ids.h"

namespace amana::sdk {

// What became of one request to seal.
struct Wrapped {
  StatementKey referral;
  Address recipient;
  absl::Status status;  // OK: the grant is accepted, or on its way
};

class WrapKeeper {
 public:
  // The directory's word on a unit, verified here.
  using LookUp = std::function<absl::StatusOr<Candidate>(const Address&)>;

  WrapKeeper(const Identity& identity, Mailbox& mailbox, NoticeBox& notices, Sender& sender,
             LookUp look_up)
      : identity_(identity),
        mailbox_(mailbox),
        notices_(notices),
        sender_(sender),
        look_up_(std::move(look_up)) {}

  // Answers the notices of NEEDS_WRAP that were not answered yet. One that the settings do not
  // allow is told once (WRAP_NOT_ALLOWED) and left to a person; one that fails for a reason that
  // passes is tried again at the next call. Errors: the mailbox's.
  absl::StatusOr<std::vector<Wrapped>> Answer();

 private:
  absl::StatusOr<Wrapped> AnswerOne(const NoticeItem& notice);
  absl::StatusOr<bool> IsAnswered(uint64_t index);
  absl::Status NoteAnswered(uint64_t index);
  absl::Status Seal(const StatementKey& referral, const Address& recipient);

  const Identity& identity_;
  Mailbox& mailbox_;
  NoticeBox& notices_;
  Sender& sender_;
  const LookUp look_up_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_WRAP_KEEPER_H_
