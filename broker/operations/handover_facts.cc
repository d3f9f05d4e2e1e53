#include "broker/operations/handover_facts.h"

#include <vector>

#include "base/clock.h"
#include "broker/delivery/route_task.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_errors.h"
#include "broker/operations/notes.h"
#include "broker/store/errors.h"

namespace amana::operations {

absl::StatusOr<store::TaskRecord> FindTask(const store::Snapshot& snapshot,
                                           const store::TaskKey& key) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         snapshot.referrals().Tasks(key.referral));
  if (key.task >= tasks.size()) return NotFound("handover");
  return tasks[key.task];
}

referral::HandoverGuard GuardOf(const envelope::HandoverStatement& step, bool minor) {
  return {.place_named = step.Names(v1::HANDOVER_DETAIL_PLACE),
          .officer_named = step.Names(v1::HANDOVER_DETAIL_OFFICER),
          .escort_named = step.Names(v1::HANDOVER_DETAIL_ESCORT),
          .companion_named = step.Names(v1::HANDOVER_DETAIL_COMPANION),
          .window_named = step.message.has_window(),
          .minor = minor,
          .exit = step.message.exit()};
}

delivery::HandoverMove MoveOf(const envelope::HandoverStatement& step, referral::Actor actor) {
  delivery::HandoverMove move;
  move.to = step.message.state();
  move.actor = actor;
  move.reason = step.message.reason();
  move.exit = step.message.exit();
  move.step = step.digest;
  if (step.message.has_window()) {
    move.window_from = FromUnixMillis(step.message.window().from_unix_ms());
    move.window_until = FromUnixMillis(step.message.window().until_unix_ms());
  }
  // Its length was checked.
  move.code_commitment =
      Digest::FromBytes(step.message.code_commitment(), "code_commitment").value_or(Digest());
  return move;
}

absl::Status CheckMayShare(const store::Snapshot& snapshot, const delivery::Moment& moment,
                           const store::TaskRecord& task, uint32_t offer_epoch) {
  const bool accepted =
      task.state == v1::TASK_STATE_ACCEPTED || task.state == v1::TASK_STATE_IN_PROGRESS;
  if (!accepted || task.offer_epoch != offer_epoch) return HandoverTaskOver();
  const absl::StatusOr<consent::Decision> decision =
      delivery::DecideStored(snapshot, moment, task, consent::Attempt::kRetry);
  if (absl::IsNotFound(decision.status())) return HandoverTaskOver();
  if (!decision.ok()) return decision.status();
  return decision->Delivers() ? absl::OkStatus() : HandoverConsentDenies();
}

absl::Status KeepTaken(store::Transaction& tx, const CheckedStep& checked,
                       const store::HandoverKey& key, uint64_t index) {
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.signer.signer));
  store::StatementRecord record = checked.signer.record;
  record.log_index = index;
  AMANA_RETURN_IF_ERROR(tx.handovers().KeepStep(key, record));
  if (checked.step.message.note_sha256().empty()) return absl::OkStatus();
  const absl::Status kept = KeepNote(tx, checked.step.referral, checked.envelope,
                                     checked.signer.signer.certificate.der(), checked.note);
  // What tells where the person is counts although the words come too late to be kept.
  return store::IsErased(kept) ? absl::OkStatus() : kept;
}

absl::Status KeepRefused(store::Transaction& tx, const CheckedStep& checked,
                         const store::HandoverKey& key, uint64_t index) {
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.signer.signer));
  store::StatementRecord record = checked.signer.record;
  record.log_index = index;
  return tx.handovers().KeepRefused(key, record).status();
}

}  // namespace amana::operations
