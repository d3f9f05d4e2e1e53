#include "broker/operations/reconsider.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "broker/delivery/decide_again.h"

namespace amana::operations {
namespace {

constexpr size_t kMostPending = 1000;

absl::StatusOr<std::vector<store::TaskRecord>> NextTasks(const store::Snapshot& snapshot,
                                                         const store::ReconsiderationRecord& record,
                                                         size_t limit) {
  const store::Referrals& referrals = snapshot.referrals();
  if (record.unrouted_pass) return snapshot.offers().UnroutableTasks(record.after, limit);
  if (!record.recipient.empty()) {
    return referrals.OpenTasksFor(record.recipient, record.after, limit);
  }
  if (record.disclosed_pass) {
    return referrals.DisclosedTasksOf(record.subject, record.after, limit);
  }
  return referrals.OpenTasksOf(record.subject, record.after, limit);
}

// Whether the agency offers what the task asks for: only then is it looked again.
absl::StatusOr<bool> ConcernedBy(const store::Snapshot& snapshot,
                                 const store::ReconsiderationRecord& record,
                                 const store::TaskRecord& task) {
  if (!record.unrouted_pass) return true;
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr directory, snapshot.directory().Current());
  const routing::Agency* const agency = directory->agency(record.recipient);
  if (agency == nullptr) return false;
  return std::any_of(agency->units.begin(), agency->units.end(),
                     [&](const routing::Unit& unit) { return unit.services.Has(task.service); });
}

absl::Status DecideOne(store::Transaction& tx, const delivery::Moment& moment,
                       const delivery::Policy& policy, const store::ReconsiderationRecord& record,
                       const AgencyId& author, const store::TaskRecord& task, Effect& effect) {
  AMANA_ASSIGN_OR_RETURN(const bool concerned, ConcernedBy(std::as_const(tx), record, task));
  if (!concerned) return absl::OkStatus();
  const bool word = record.recipient.empty();
  delivery::Evidence evidence;
  evidence.statement = record.statement;
  AMANA_ASSIGN_OR_RETURN(
      const delivery::TakenBack taken,
      delivery::DecideAgain(tx, moment, policy,
                            word ? delivery::Occasion::kWord : delivery::Occasion::kRegistry,
                            evidence, task));
  effect.any |= taken.quiet + taken.recalled > 0;
  if (author.empty()) return absl::OkStatus();
  const bool sent = task.key.referral.sender == author;
  const bool received = task.recipient.has_value() && task.recipient->agency == author;
  if (sent) effect.taken.quiet += taken.quiet;
  if (sent || received) effect.taken.recalled += taken.recalled;
  return absl::OkStatus();
}

// False: it was the last one.
bool NextPass(store::ReconsiderationRecord& record) {
  const bool disclosed = std::exchange(record.disclosed_pass, false);
  const bool agencys = !record.recipient.empty() && !std::exchange(record.unrouted_pass, true);
  record.after.reset();
  return disclosed || agencys;
}

// Of those in turn after `last`, a person's before the registry's; null: none can be carried on.
const store::ReconsiderationRecord* Pick(const std::vector<store::ReconsiderationRecord>& pending,
                                         uint64_t last, bool clock_ok) {
  const store::ReconsiderationRecord* picked = nullptr;
  const auto rank = [last](const store::ReconsiderationRecord& record) {
    return std::pair(!record.recipient.empty(), record.id <= last);
  };
  for (const store::ReconsiderationRecord& record : pending) {
    if (!clock_ok && record.withdrawn.is_zero()) continue;
    if (picked == nullptr || rank(record) < rank(*picked)) picked = &record;
  }
  return picked;
}

// Whose tasks are open; and all that are registered while nobody was found for some.
absl::StatusOr<std::vector<AgencyId>> ConcernedAgencies(const store::Snapshot& snapshot,
                                                        const identity::Registry& registry) {
  AMANA_ASSIGN_OR_RETURN(std::vector<AgencyId> agencies, snapshot.referrals().OpenRecipients());
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> unrouted,
                         snapshot.offers().UnroutableTasks(std::nullopt, 1));
  if (unrouted.empty()) return agencies;
  const std::set<AgencyId> known(agencies.begin(), agencies.end());
  for (const identity::Agency& agency : registry.agencies()) {
    if (!known.contains(agency.id)) agencies.push_back(agency.id);
  }
  return agencies;
}

// Whatever is said of it: that its name alone has changed is no harm.
bool SameOf(const AgencyId& id, const identity::Registry& before, const identity::Registry& now) {
  const identity::Agency* old = before.agency(id);
  const identity::Agency* current = now.agency(id);
  if (old == nullptr || current == nullptr) return old == current;
  return *old == *current;
}

}  // namespace

absl::StatusOr<Effect> DecideSlice(store::Transaction& tx, const delivery::Moment& moment,
                                   const delivery::Policy& policy,
                                   store::ReconsiderationRecord record, const AgencyId& author) {
  Effect effect;
  size_t left = kSlice;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                           NextTasks(std::as_const(tx), record, left));
    for (const store::TaskRecord& task : tasks) {
      AMANA_RETURN_IF_ERROR(DecideOne(tx, moment, policy, record, author, task, effect));
    }
    if (tasks.size() == left) {
      record.after = tasks.back().key;
      effect.more = true;
      AMANA_RETURN_IF_ERROR(tx.reconsiderations().Advance(record));
      return effect;
    }
    left -= tasks.size();
    if (!NextPass(record)) break;
  }
  AMANA_RETURN_IF_ERROR(tx.reconsiderations().End(record.id));
  return effect;
}

absl::Time Reconsiderer::Run() {
  const absl::Time later = context_.clock->Now() + absl::Seconds(1);
  const absl::StatusOr<std::vector<store::ReconsiderationRecord>> pending = Pending();
  if (!pending.ok()) return later;  // the reason is in the store's health
  const store::ReconsiderationRecord* next = Pick(*pending, last_, context_.clock->Synchronised());
  if (next == nullptr) return pending->empty() ? absl::InfiniteFuture() : later;
  last_ = next->id;
  const absl::StatusOr<store::BatchPtr> batch =
      context_.store->CommitAndWait([this](store::Transaction& tx) -> absl::Status {
        AMANA_ASSIGN_OR_RETURN(std::optional<store::ReconsiderationRecord> record,
                               std::as_const(tx).reconsiderations().Find(last_));
        if (!record.has_value()) return absl::OkStatus();
        return DecideSlice(tx, context_.Now(), context_.policy, *std::move(record), {}).status();
      });
  failed_ = batch.ok() ? 0 : failed_ + 1;
  // One that fails keeps nobody else waiting; when all have, there is time.
  return failed_ < pending->size() ? context_.clock->Now() : later;
}

absl::StatusOr<std::vector<store::ReconsiderationRecord>> Reconsiderer::Pending() const {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context_.store->Read());
  return snapshot->reconsiderations().Pending(kMostPending);
}

absl::Status BeginFor(store::Transaction& tx, const AgencyId& agency) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> any,
                         read.referrals().OpenTasksFor(agency, std::nullopt, 1));
  if (any.empty()) return BeginUnroutedFor(tx, agency);
  AMANA_ASSIGN_OR_RETURN(std::optional<store::ReconsiderationRecord> pending,
                         read.reconsiderations().OfRecipient(agency));
  if (pending.has_value()) {
    pending->unrouted_pass = false;
    pending->after.reset();
    return tx.reconsiderations().Advance(*pending);
  }
  store::ReconsiderationRecord record;
  record.recipient = agency;
  return tx.reconsiderations().Begin(record).status();
}

absl::Status BeginUnroutedFor(store::Transaction& tx, const AgencyId& agency) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> any,
                         read.offers().UnroutableTasks(std::nullopt, 1));
  if (any.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(std::optional<store::ReconsiderationRecord> pending,
                         read.reconsiderations().OfRecipient(agency));
  if (pending.has_value()) {
    if (!pending->unrouted_pass) return absl::OkStatus();  // they come after the others
    pending->after.reset();
    return tx.reconsiderations().Advance(*pending);
  }
  store::ReconsiderationRecord record;
  record.recipient = agency;
  record.unrouted_pass = true;
  return tx.reconsiderations().Begin(record).status();
}

absl::Status RecordRegistry(store::Transaction& tx, const identity::Registry* before,
                            const identity::Registry& registry) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const Digest last, read.directory().RegistryDigest());
  if (last == registry.digest()) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(tx.directory().RecordRegistry(registry.digest()));
  events::Event event;
  event.kind = v1::EVENT_KIND_REGISTRY_LOADED;
  event.detail = registry.digest().bytes();
  AMANA_RETURN_IF_ERROR(tx.log().Append(std::move(event)).status());
  AMANA_ASSIGN_OR_RETURN(std::vector<AgencyId> agencies, ConcernedAgencies(read, registry));
  // A flag is about a person, whose tasks may be with any of them.
  if (before != nullptr && before->digest() == last &&
      before->guardian_flags() == registry.guardian_flags()) {
    std::erase_if(agencies,
                  [&](const AgencyId& agency) { return SameOf(agency, *before, registry); });
  }
  for (const AgencyId& agency : agencies) AMANA_RETURN_IF_ERROR(BeginFor(tx, agency));
  return absl::OkStatus();
}

}  // namespace amana::operations
