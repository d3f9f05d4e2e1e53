#include "broker/operations/receive.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "broker/delivery/lease.h"
#include "broker/delivery/timers.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "proto/codes/codes.h"

namespace amana::operations {
namespace {

// Spreads retries; nothing depends on it being unpredictable.
double Jitter() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

absl::StatusOr<delivery::Outcome> OutcomeOf(const v1::DeliveryReport& report) {
  const bool native = codes::KindOf(report.error()) == codes::ReasonKind::kNative;
  switch (report.outcome()) {
    case v1::DELIVERY_OUTCOME_SENT:
      return delivery::Outcome::kSent;
    case v1::DELIVERY_OUTCOME_TRANSIENT_FAILURE:
      if (!native || !codes::IsTransient(report.error())) {
        return FieldInvalid("report.error", "a transient native error class");
      }
      return delivery::Outcome::kTransient;
    case v1::DELIVERY_OUTCOME_PERMANENT_FAILURE:
      if (!native) return FieldInvalid("report.error", "a native error class");
      return delivery::Outcome::kPermanent;
    default:
      return FieldInvalid("report.outcome", "a known outcome");
  }
}

}  // namespace

delivery::LeaseFn MakeLeaseFn(const Context& context) {
  return [&context](const Address& unit, uint32_t limit, delivery::RecallWanted wanted,
                    delivery::LeaseDone done) {
    auto result = std::make_shared<delivery::LeaseResult>();
    context.store->Commit(
        [&context, unit, limit, wanted = std::move(wanted),
         result](store::Transaction& tx) -> absl::Status {
          // The moment is taken here, not when the work was queued: a withdrawal or a revocation
          // that came first counts.
          AMANA_ASSIGN_OR_RETURN(
              *result, delivery::Lease(tx, context.Now(), context.policy, unit, limit, wanted));
          return absl::OkStatus();
        },
        [result, done = std::move(done)](const absl::StatusOr<store::BatchPtr>& batch) mutable {
          if (!batch.ok()) return done(batch.status());
          done(std::move(*result));
        });
  };
}

delivery::GiveBackFn MakeGiveBackFn(const Context& context) {
  return [&context](std::vector<delivery::LeaseRef> leases) {
    context.store->Commit(
        [&context, leases = std::move(leases)](store::Transaction& tx) {
          return delivery::GiveBack(tx, context.Now(), leases);
        },
        [](const absl::StatusOr<store::BatchPtr>&) {});
  };
}

void Report(const Context& context, const Address& unit, const v1::DeliveryReport& report,
            absl::AnyInvocable<void(absl::Status)> reply) {
  const absl::StatusOr<store::DeliveryKey> key =
      delivery::FromWire(report.delivery(), "report.delivery");
  if (!key.ok()) return reply(key.status());
  const absl::StatusOr<delivery::Outcome> outcome = OutcomeOf(report);
  if (!outcome.ok()) return reply(outcome.status());
  const double jitter = Jitter();
  context.store->Commit(
      [&context, key = *key, unit, epoch = report.lease_epoch(), outcome = *outcome,
       error = report.error(), jitter](store::Transaction& tx) {
        return delivery::Report(tx, context.Now(), context.policy, key, unit, epoch, outcome, error,
                                jitter);
      },
      [&context, unit, outcome = *outcome, jitter,
       reply = std::move(reply)](const absl::StatusOr<store::BatchPtr>& batch) mutable {
        if (batch.ok() && outcome == delivery::Outcome::kTransient) {
          context.dispatcher->Failed(unit, jitter);
        }
        if (batch.ok() && outcome != delivery::Outcome::kTransient) {
          context.dispatcher->Settled(unit);  // it answered: the native side is up
        }
        reply(batch.status());
      });
}

absl::Time RunTimers(const Context& context) {
  constexpr size_t kSlice = 256;
  auto done = std::make_shared<size_t>(0);
  // An error is in the store's health; what was due stays due.
  const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = context.store->Read();
  if (!snapshot.ok()) return context.clock->Now() + absl::Seconds(1);
  const absl::StatusOr<absl::Time> due = (*snapshot)->deliveries().NextDue();
  const absl::Time next = due.value_or(context.clock->Now() + absl::Seconds(1));
  if (next > context.clock->Now()) return std::min(next, context.dispatcher->Tick());
  const absl::StatusOr<store::BatchPtr> batch =
      context.store->CommitAndWait([&context, done](store::Transaction& tx) -> absl::Status {
        AMANA_ASSIGN_OR_RETURN(*done, delivery::RunDue(tx, context.Now(), context.policy, kSlice));
        return absl::OkStatus();
      });
  const absl::Time tick = context.dispatcher->Tick();
  // Something was done: look again at once. Nothing could be: do not spin.
  const bool again = batch.ok() && *done > 0;
  return again ? context.clock->Now() : std::min(tick, context.clock->Now() + absl::Seconds(1));
}

}  // namespace amana::operations
