// Handing a person over, or receiving them, on this agency's side: each step is made from what is
// verified of the steps before it, signed with a person's key, sealed to the other side where it
// has words, and put into the outbox. What was seen last is kept, so that a step can be made while
// the link is down; it is refused when another came first. Thread-safe; the objects given must
// outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_HANDOVERS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_HANDOVERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/handover_view.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/sender.h"
#include "amana/v1/handover_service.pb.h"
#include "base/clock.h"

namespace amana::sdk {

struct HandoverWindow {
  absl::Time from;
  absl::Time until;
};

// What one side wants to say.
struct HandoverDraft {
  HandoverName handover;  // attempt 0: the newest, and in OFFERED the next
  v1::HandoverState to = v1::HANDOVER_STATE_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  v1::ExitCode exit = v1::EXIT_CODE_UNSPECIFIED;
  std::optional<HandoverWindow> window;  // AGREED: none is the one that was offered
  v1::HandoverNote words;                // without the code's salt; for the other side's eyes
  std::string code;                      // ARRIVED: as the escort showed it
  // CORRECTED: what is not as it was signed, and, of the time, how it was. Empty: agrees to what
  // the other side has signed.
  std::vector<v1::HandoverDetail> corrected;
  std::optional<absl::Time> arrived;
  std::string made_for = {};  // NewEntry's
};

struct QueuedHandover {
  Queued queued;
  HandoverView view;  // as it is once the step is taken
  std::string code;   // IN_TRANSIT: for the escort, and nobody else
};

struct SeenHandover {
  HandoverView view;
  bool stale = false;  // the broker was not reached: as it was seen last
};

class Handovers {
 public:
  Handovers(const Identity& identity, Client& client, Mailbox& mailbox, const Clock& clock,
            Sender& sender)
      : identity_(identity), client_(client), mailbox_(mailbox), clock_(clock), sender_(sender) {}

  // As the broker shows it, verified, and kept; what waits in the outbox is not in it. The item of
  // a person who was handed over is IN_PROGRESS from then on. Errors of CheckHandover; NOT_FOUND.
  absl::StatusOr<SeenHandover> Get(const HandoverName& name);
  // Before a service is started or reported on: an accepted item whose person was handed over is
  // IN_PROGRESS afterwards. OK where there is no handover, and where the broker is not reached.
  // Errors of Get.
  absl::Status LookForTransfer(const InboxItem& item);
  // What the broker says; nothing is verified.
  absl::StatusOr<std::vector<v1::HandoverSummary>> List(bool open_only);
  // The words beside a step, fetched once and kept sealed. Errors of OpenNotedStatement and of the
  // call; STATEMENT_INVALID when the step has none or they are not in the one form.
  absl::StatusOr<v1::HandoverNote> Words(const HandoverView& view, const VerifiedStep& step);
  // The code that this side gave to the escort who is, or last was, on the way. ENTRY_UNKNOWN.
  absl::StatusOr<std::string> Code(const HandoverView& view);
  // The code that the step of this entry of the outbox gave to the escort; none: another step.
  absl::StatusOr<std::optional<std::string>> CodeOf(const OutboxEntry& entry);

  // Signs the step and keeps it; the Courier sends it. PERSON_KEY_MISSING, RECIPIENT_UNKNOWN,
  // CERTIFICATE_UNPINNED; STATEMENT_INVALID naming what is missing or, of "code", that it is not
  // the one that the escort was given; errors of Get and Words.
  absl::StatusOr<QueuedHandover> Queue(const HandoverDraft& draft);

  // Where the person of a referral is, outside a handover: with an agency, or with none and why.
  absl::StatusOr<Queued> QueueReport(const StatementKey& referral, const v1::PhysicalCustody& now,
                                     v1::ExitCode exit);

 private:
  struct Making;
  absl::StatusOr<HandoverView> Basis(const HandoverDraft& draft);
  absl::StatusOr<HandoverView> NewAttempt(const HandoverDraft& draft);
  absl::StatusOr<crypto::Certificate> SealingOf(const Address& reader);
  absl::Status FillWords(Making& making);
  absl::Status FillCode(Making& making);
  absl::Status FillMatter(Making& making);
  absl::StatusOr<QueuedHandover> Keep(Making making);

  const Identity& identity_;
  Client& client_;
  Mailbox& mailbox_;
  const Clock& clock_;
  Sender& sender_;
};

// Which details `words` name, ascending.
std::vector<v1::HandoverDetail> DetailsOf(const v1::HandoverNote& words);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_HANDOVERS_H_
