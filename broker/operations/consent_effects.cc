#include "broker/operations/consent_effects.h"

#include <vector>

#include "broker/delivery/errors.h"
#include "broker/delivery/lease.h"
#include "broker/operations/route_task.h"

namespace amana::operations {
namespace {

constexpr size_t kSlice = 256;

absl::Status DecideOne(store::Transaction& tx, const delivery::Moment& moment,
                       const delivery::Policy& policy, const delivery::Evidence& evidence,
                       const store::TaskRecord& task,
                       const std::optional<store::StatementRecord>& cause,
                       delivery::TakenBack& total) {
  if (!task.recipient.has_value()) return absl::OkStatus();  // nobody was chosen, nothing can go
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(task.key.referral));
  if (!referral.has_value()) return delivery::RecordUnreadable();
  if (task.state == v1::TASK_STATE_BLOCKED_CONSENT || task.state == v1::TASK_STATE_NEEDS_WRAP) {
    return RouteTask(tx, moment, policy, evidence, *referral, task);
  }
  AMANA_ASSIGN_OR_RETURN(const consent::Decision decision,
                         DecideStored(tx, moment, task, consent::Attempt::kAfterDelivery));
  if (decision.Delivers()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const delivery::TakenBack taken,
                         delivery::Block(tx, *referral, moment.now, policy, task, decision, cause));
  total.quiet += taken.quiet;
  total.recalled += taken.recalled;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<delivery::TakenBack> DecideAgain(
    store::Transaction& tx, const delivery::Moment& moment, const delivery::Policy& policy,
    const delivery::Evidence& evidence, const Pseudonym& subject,
    const std::optional<store::StatementRecord>& cause) {
  delivery::TakenBack total;
  std::optional<store::TaskKey> after;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                           tx.referrals().OpenTasksOf(subject, after, kSlice));
    for (const store::TaskRecord& task : tasks) {
      AMANA_RETURN_IF_ERROR(DecideOne(tx, moment, policy, evidence, task, cause, total));
    }
    if (tasks.size() < kSlice) return total;
    after = tasks.back().key;
  }
}

events::Event ConsentEvent(v1::EventKind kind, const delivery::Evidence& evidence,
                           const ConsentId& id, uint32_t version) {
  events::Event event;
  event.kind = kind;
  event.statement_digest = evidence.statement;
  event.actor_agency = evidence.agency;
  event.actor_unit = evidence.unit;
  event.actor_person = evidence.person;
  event.cert_id = evidence.cert_id;
  event.consent_id = id;
  event.consent_version = version;
  return event;
}

}  // namespace amana::operations
