// Moves handovers, and custody with them, inside a transaction: every move is checked against the
// handover machine, is an event in the same transaction, and leaves exactly one unit responsible.
// Nothing else changes them.
//
// Not thread-safe; lives no longer than the transaction.
#ifndef AMANA_BROKER_DELIVERY_HANDOVER_RECORDER_H_
#define AMANA_BROKER_DELIVERY_HANDOVER_RECORDER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/referral/actor.h"
#include "broker/referral/handover_machine.h"
#include "broker/store/store.h"

namespace amana::delivery {

// How many wrong codes are taken before no code is, until the person is on the way anew.
inline constexpr uint32_t kWrongCodes = 5;
// How far a handover that stands still has gone.
enum Overdue : uint32_t { kInTime = 0, kReminded = 1, kWithCoordinator = 2, kAlerted = 3 };

// What a step says besides its state.
struct HandoverMove {
  v1::HandoverState to = v1::HANDOVER_STATE_UNSPECIFIED;
  referral::Actor actor = referral::Actor::kBroker;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  v1::ExitCode exit = v1::EXIT_CODE_UNSPECIFIED;
  Digest step;  // what the next step must name
  std::optional<absl::Time> window_from;
  std::optional<absl::Time> window_until;
  Digest code_commitment;
  Digest first_signature;  // of a step that two sign: the statement that came first
};

class HandoverRecorder {
 public:
  // `recorder` is of the handover's referral.
  HandoverRecorder(store::Transaction& tx, Recorder& recorder, const Policy& policy, absl::Time now)
      : tx_(tx), recorder_(recorder), policy_(policy), now_(now) {}

  // All: errors of CheckHandoverTransition, CONFLICT from the store. On success `handover` holds
  // the new state. They return the event's index.

  // A new attempt, its key, parties and offer epoch set; custody knows of no other.
  absl::StatusOr<uint64_t> Offer(store::HandoverRecord& handover,
                                 const referral::HandoverGuard& guard, const HandoverMove& move);
  absl::StatusOr<uint64_t> Move(store::HandoverRecord& handover,
                                const referral::HandoverGuard& guard, const HandoverMove& move);
  // One of two signatures: nothing moves until the other comes.
  absl::StatusOr<uint64_t> KeepFirstSignature(store::HandoverRecord& handover,
                                              const store::HalfSigned& half);
  absl::StatusOr<uint64_t> CountWrongCode(store::HandoverRecord& handover);
  // It has stood still until its due time: the next rung of the ladder, from the second on the
  // coordinator's, until somebody steps.
  absl::StatusOr<uint64_t> Escalate(store::HandoverRecord& handover);

 private:
  events::Event NewEvent(const store::HandoverRecord& handover, v1::EventKind kind,
                         const Address& to) const;
  absl::Status MoveCustody(const store::HandoverRecord& handover, v1::ExitCode exit,
                           uint64_t event);
  // Somebody stepped: it is not the coordinator's any more.
  absl::Status LeaveQueue(const store::HandoverRecord& before);
  // When it has stood still for too long.
  absl::Time DueOf(const store::HandoverRecord& handover) const;

  store::Transaction& tx_;
  Recorder& recorder_;
  const Policy& policy_;
  const absl::Time now_;
};

// Who must step next; of what is not under way, nobody.
std::optional<Address> WhoOwes(const store::HandoverRecord& handover);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_HANDOVER_RECORDER_H_
