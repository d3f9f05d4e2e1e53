// The store: thirteen small contracts in the broker's own verbs, and the transaction that joins
// them. Implementations: embedded/ (SQLite) and, later, postgres/; suite.h tests them all.
//
// Guarantees, whatever the implementation:
//  - A Work runs alone, in a transaction; all of it becomes durable or none, and `done` is called
//    exactly once, after that. One that returns an error leaves no trace and touches no other.
//  - Events appended by a Work enter the log in its transaction, in the order of appending; the
//    sequencer (the store) alone gives index, time (never running backwards) and counters.
//  - A checkpoint is signed for every commit and is durable with it.
//  - A Work may be run more than once; it must have no effect outside the Transaction and the
//    values it hands to `done` by capture.
//
// Errors: NOT_FOUND, CONFLICT (kAborted: the record is not in the expected state), DISK_FULL
// (kResourceExhausted), STORE_UNAVAILABLE (kUnavailable), STORE_CORRUPT (kDataLoss: a record's own
// digest does not match; health stops serving). A failed fsync ends the process. Lists of what is
// to be done (ExpiredTasks, TasksToDecide, OpenTasksOf, DisclosedTasksOf, OpenTasksFor, NextQueued,
// Due, DueClocks, UnroutableTasks, OpenRecalls, Pending) leave out what cannot be read.
#ifndef AMANA_BROKER_STORE_STORE_H_
#define AMANA_BROKER_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "broker/consent/facts.h"
#include "broker/store/cases.h"
#include "broker/store/directory.h"
#include "broker/store/erasures.h"
#include "broker/store/handovers.h"
#include "broker/store/log.h"
#include "broker/store/offers.h"
#include "broker/store/queue.h"
#include "broker/store/records.h"

namespace amana::store {

// Accepted referrals, their tasks and grants. Const members are queries.
class Referrals {
 public:
  virtual ~Referrals() = default;

  virtual absl::StatusOr<std::optional<ReferralRecord>> Find(const StatementKey& key) const = 0;
  // The highest accepted version of a referral; nullopt when none.
  virtual absl::StatusOr<std::optional<uint32_t>> LatestVersion(const AgencyId& sender,
                                                                const ReferralId& id) const = 0;
  // The submission as it was accepted: a serialised v1::Submission. ERASED (kNotFound): erasures()
  // took it. KEY_GONE (kDataLoss): the row is an older one, from a backup, and its key has been
  // destroyed.
  virtual absl::StatusOr<std::string> ReadBody(const StatementKey& key) const = 0;
  // Ascending by index.
  virtual absl::StatusOr<std::vector<TaskRecord>> Tasks(const StatementKey& key) const = 0;
  // Of those that were added later; none also when it was erased.
  virtual absl::StatusOr<std::optional<GrantRecord>> FindGrant(const StatementKey& key,
                                                               const CertId& recipient) const = 0;
  // A sealed note of the referral; none also when it was erased.
  virtual absl::StatusOr<std::optional<NoteRecord>> FindNote(const StatementKey& key,
                                                             const Digest& note) const = 0;
  // An update of the referral; none also when it was erased.
  virtual absl::StatusOr<std::optional<UpdateRecord>> FindUpdate(const StatementKey& key,
                                                                 uint32_t number) const = 0;
  // The number of the newest update, erased or not; 0: there is none.
  virtual absl::StatusOr<uint32_t> LastUpdate(const StatementKey& key) const = 0;
  // Whom grants were added for later, in their order; nobody when it was erased.
  virtual absl::StatusOr<std::vector<Grantee>> Grantees(const StatementKey& key) const = 0;
  // Referrals that `agency` sent or was disclosed something of, newest first. A delivery that is
  // queued or withheld discloses nothing, and must not show.
  virtual absl::StatusOr<Paged<ReferralRecord>> List(const AgencyId& agency,
                                                     const Page& page) const = 0;
  // Those of them that are of this group.
  virtual absl::StatusOr<Paged<ReferralRecord>> ListGroup(const AgencyId& agency,
                                                          const GroupId& group,
                                                          const Page& page) const = 0;
  // Tasks for `service` of the referrals that `sender` has sent of a family, in order of
  // acceptance; at most `limit`. A family is its sender's: others' under the same id are not of it.
  virtual absl::StatusOr<std::vector<TaskRecord>> FamilyTasks(const AgencyId& sender,
                                                              const GroupId& family,
                                                              v1::ServiceType service,
                                                              size_t limit) const = 0;
  // Tasks whose referral expires at or before `now`, in the states that expire: BLOCKED_CONSENT,
  // NEEDS_WRAP, UNROUTABLE, ROUTED, RECEIVED, SEEN and INFO_REQUESTED; at most `limit`.
  virtual absl::StatusOr<std::vector<TaskRecord>> ExpiredTasks(absl::Time now,
                                                               size_t limit) const = 0;
  // Tasks whose `decide_at` is at or before `now`, earliest first; at most `limit`.
  virtual absl::StatusOr<std::vector<TaskRecord>> TasksToDecide(absl::Time now,
                                                                size_t limit) const = 0;
  // Tasks not yet terminal under a person's pseudonym, in order of acceptance, after `after`
  // (NOT_FOUND when there is no such task).
  virtual absl::StatusOr<std::vector<TaskRecord>> OpenTasksOf(const Pseudonym& subject,
                                                              const std::optional<TaskKey>& after,
                                                              size_t limit) const = 0;
  // Tasks under a person's pseudonym that something was disclosed of, agency by agency, in each as
  // above, each task once, at the first of its agencies: those not yet terminal, and of the others
  // those of which a copy was not recalled yet.
  virtual absl::StatusOr<std::vector<TaskRecord>> DisclosedTasksOf(
      const Pseudonym& subject, const std::optional<TaskKey>& after, size_t limit) const = 0;
  // Tasks not yet terminal whose recipient is a unit of `agency`, order and `after` as above.
  virtual absl::StatusOr<std::vector<TaskRecord>> OpenTasksFor(const AgencyId& agency,
                                                               const std::optional<TaskKey>& after,
                                                               size_t limit) const = 0;
  // The agencies whose units are recipients of tasks not yet terminal, ascending.
  virtual absl::StatusOr<std::vector<AgencyId>> OpenRecipients() const = 0;

  // CONFLICT when the key exists. Events about it that this work has appended, from
  // record.log_index on, are among EventsOf.
  virtual absl::Status Accept(const ReferralRecord& record, std::string_view submission,
                              const std::vector<TaskRecord>& tasks) = 0;
  // Replaces the task's record if it is in state `from`, else CONFLICT.
  virtual absl::Status MoveTask(v1::TaskState from, const TaskRecord& task) = 0;
  // A later grant for the same certificate replaces the earlier. ERASED.
  virtual absl::Status AddGrant(const GrantRecord& grant) = 0;
  // Kept under the referral's key and erased with its body; the same note once. ERASED.
  virtual absl::Status AddNote(const NoteRecord& note) = 0;
  // Kept under the referral's key and erased with its body. CONFLICT for a number that is there;
  // ERASED.
  virtual absl::Status AddUpdate(const UpdateRecord& update) = 0;
  // Keeps other bytes that came under an accepted key; the same bytes once: false when they were
  // kept before.
  virtual absl::StatusOr<bool> KeepEquivocation(const StatementKey& key,
                                                const StatementRecord& other) = 0;
};

// One delivery per task, offer epoch and stage, and one for each update.
class Deliveries {
 public:
  virtual ~Deliveries() = default;

  virtual absl::StatusOr<std::optional<DeliveryRecord>> Find(const DeliveryKey& key) const = 0;
  virtual absl::StatusOr<std::vector<DeliveryRecord>> OfTask(const TaskKey& task) const = 0;
  // The most urgent, then oldest QUEUED delivery of a unit, locked for this transaction.
  virtual absl::StatusOr<std::optional<DeliveryRecord>> NextQueued(
      const Address& recipient) const = 0;
  // Deliveries whose `due` is at or before `now`, earliest first; at most `limit`.
  virtual absl::StatusOr<std::vector<DeliveryRecord>> Due(absl::Time now, size_t limit) const = 0;
  // The earliest `due` of all deliveries, handovers, clocks of tasks and open reviews, expiry of
  // tasks that expire and `decide_at` of tasks; InfiniteFuture when none.
  virtual absl::StatusOr<absl::Time> NextDue() const = 0;
  // Deliveries of a unit in RECALL_SENT or RECALL_UNANSWERED, oldest first.
  virtual absl::StatusOr<std::vector<DeliveryRecord>> OpenRecalls(const Address& recipient,
                                                                  size_t limit) const = 0;
  virtual absl::StatusOr<Paged<DeliveryRecord>> DeadLetters(const Page& page) const = 0;
  // Deliveries under a person's pseudonym that left the broker, in order of acceptance.
  virtual absl::StatusOr<Paged<DeliveryRecord>> DisclosedOf(const Pseudonym& subject,
                                                            const Page& page) const = 0;
  // Whether `agency` was disclosed anything under this pseudonym.
  virtual absl::StatusOr<bool> WasDisclosedTo(const Pseudonym& subject,
                                              const AgencyId& agency) const = 0;
  // The highest version of a consent that a referral pins of which something was disclosed to
  // `agency`; nullopt: none does.
  virtual absl::StatusOr<std::optional<uint32_t>> ConsentVersionShownTo(
      const Pseudonym& subject, const ConsentId& consent, const AgencyId& agency) const = 0;
  // Whether `agency` has sent a referral under this pseudonym that is open, or of which something
  // was disclosed.
  virtual absl::StatusOr<bool> WasReferredBy(const Pseudonym& subject,
                                             const AgencyId& agency) const = 0;
  // A kept answer of this payload type about a delivery (Answer below).
  virtual absl::StatusOr<std::optional<StatementRecord>> FindAnswer(
      const DeliveryKey& key, std::string_view payload_type) const = 0;

  // CONFLICT when the key exists.
  virtual absl::Status Queue(const DeliveryRecord& delivery) = 0;
  // Replaces the record if it is in state `from`, else CONFLICT.
  virtual absl::Status Move(v1::DeliveryState from, const DeliveryRecord& delivery) = 0;
  // Keeps a recipient's or operator's signed statement about a delivery; one per payload type, a
  // newer one replaces it (the log keeps the digest of each).
  virtual absl::Status KeepAnswer(const DeliveryKey& key, std::string_view payload_type,
                                  const StatementRecord& answer) = 0;
};

// What a person has said, by pseudonym.
struct SubjectRecords {
  std::vector<consent::ConsentFacts> consents;  // every version, withdrawn ones included
  std::vector<consent::ExclusionFacts> exclusions;
};

class Consents {
 public:
  virtual ~Consents() = default;

  virtual absl::StatusOr<std::shared_ptr<const SubjectRecords>> OfSubject(
      const Pseudonym& subject) const = 0;
  // version 0: the newest.
  virtual absl::StatusOr<std::optional<consent::ConsentFacts>> Find(const ConsentId& id,
                                                                    uint32_t version) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindStatement(const ConsentId& id,
                                                                       uint32_t version) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindWithdrawal(
      const ConsentId& id) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindExclusion(
      const ConsentId& id) const = 0;

  // CONFLICT when (id, version) exists.
  virtual absl::Status Register(const consent::ConsentFacts& facts,
                                const StatementRecord& statement) = 0;
  virtual absl::Status RegisterExclusion(const consent::ExclusionFacts& facts,
                                         const StatementRecord& statement) = 0;
  // Marks every version of the consent, later ones too, withdrawn at `at`. NOT_FOUND when there is
  // none; a second withdrawal changes nothing.
  virtual absl::Status Withdraw(const ConsentId& id, absl::Time at,
                                const StatementRecord& statement) = 0;
};

// Words that are not yet carried out, from the transaction that records the word until the one that
// decides its last task.
class Reconsiderations {
 public:
  virtual ~Reconsiderations() = default;

  // Ascending by id, so in the order in which the words came.
  virtual absl::StatusOr<std::vector<ReconsiderationRecord>> Pending(size_t limit) const = 0;
  virtual absl::StatusOr<std::vector<ReconsiderationRecord>> OfSubject(
      const Pseudonym& subject) const = 0;
  virtual absl::StatusOr<std::optional<ReconsiderationRecord>> OfRecipient(
      const AgencyId& recipient) const = 0;
  virtual absl::StatusOr<std::optional<ReconsiderationRecord>> Find(uint64_t id) const = 0;

  // Gives the id, higher than every pending one's. CONFLICT when one is pending for this recipient.
  virtual absl::StatusOr<uint64_t> Begin(const ReconsiderationRecord& record) = 0;
  // Replaces where the record of this id stands; CONFLICT when none is pending.
  virtual absl::Status Advance(const ReconsiderationRecord& record) = 0;
  // CONFLICT when none is pending.
  virtual absl::Status End(uint64_t id) = 0;
};

// Consent attached to a referral after it was sent, approvals of an override and their reviews.
class Grounds {
 public:
  virtual ~Grounds() = default;

  // Of a referral that is not there: nothing.
  virtual absl::StatusOr<ReferralGrounds> Of(const StatementKey& key) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindAttachment(const StatementKey& key,
                                                                        const ConsentId& consent,
                                                                        uint32_t version) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindApproval(
      const StatementKey& key, const PersonRef& approver) const = 0;
  virtual absl::StatusOr<std::optional<StatementRecord>> FindReview(
      const StatementKey& key, const PersonRef& reviewer) const = 0;
  // Reviews of a referral that are open or were missed, oldest first.
  virtual absl::StatusOr<std::vector<ReviewTask>> OpenReviews(const StatementKey& key) const = 0;
  // Open reviews due at or before `now`, earliest first; at most `limit`.
  virtual absl::StatusOr<std::vector<ReviewTask>> DueReviews(absl::Time now,
                                                             size_t limit) const = 0;

  // All: NOT_FOUND when there is no such referral. The newest attachment counts; each statement is
  // kept. A person's second approval or review of a referral is a CONFLICT.
  virtual absl::Status Attach(const StatementKey& key, const consent::PinnedConsent& consent,
                              const StatementRecord& statement) = 0;
  virtual absl::Status Approve(const StatementKey& key, const consent::ApprovalFacts& approval,
                               const StatementRecord& statement) = 0;
  virtual absl::Status Review(const StatementKey& key, const consent::ReviewFacts& review,
                              const StatementRecord& statement) = 0;
  virtual absl::Status OpenReview(const ReviewTask& task) = 0;
  // Replaces the state of the review of this key; CONFLICT when it is done or not there.
  virtual absl::Status MoveReview(const ReviewTask& task) = 0;
};

// A consistent read-only view.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual const Referrals& referrals() const = 0;
  virtual const Deliveries& deliveries() const = 0;
  virtual const Consents& consents() const = 0;
  virtual const Reconsiderations& reconsiderations() const = 0;
  virtual const Erasures& erasures() const = 0;
  virtual const Cases& cases() const = 0;
  virtual const Grounds& grounds() const = 0;
  virtual const Offers& offers() const = 0;
  virtual const Queue& queue() const = 0;
  virtual const Custodies& custodies() const = 0;
  virtual const Handovers& handovers() const = 0;
  virtual const Directory& directory() const = 0;
  virtual const Log& log() const = 0;
};

class Transaction : public Snapshot {
 public:
  using Snapshot::cases;
  using Snapshot::consents;
  using Snapshot::custodies;
  using Snapshot::deliveries;
  using Snapshot::directory;
  using Snapshot::erasures;
  using Snapshot::grounds;
  using Snapshot::handovers;
  using Snapshot::log;
  using Snapshot::offers;
  using Snapshot::queue;
  using Snapshot::reconsiderations;
  using Snapshot::referrals;
  virtual Referrals& referrals() = 0;
  virtual Deliveries& deliveries() = 0;
  virtual Consents& consents() = 0;
  virtual Reconsiderations& reconsiderations() = 0;
  virtual Erasures& erasures() = 0;
  virtual Cases& cases() = 0;
  virtual Grounds& grounds() = 0;
  virtual Offers& offers() = 0;
  virtual Queue& queue() = 0;
  virtual Custodies& custodies() = 0;
  virtual Handovers& handovers() = 0;
  virtual Directory& directory() = 0;
  virtual Log& log() = 0;
  // Tells the commit listener that there is something new for this unit.
  virtual void Wake(const Address& recipient) = 0;
};

// One durable commit: proofs for the events it appended, against the checkpoint signed with it.
// Immutable, thread-safe.
class CommittedBatch {
 public:
  virtual ~CommittedBatch() = default;
  virtual const LogHead& head() const = 0;
  // C2SP tlog-proof text; OUT_OF_RANGE when `index` is not of this batch.
  virtual absl::StatusOr<std::string> TlogProof(uint64_t index) const = 0;
  // The event and the seed of its salts, as committed.
  virtual absl::StatusOr<StoredEvent> Event(uint64_t index) const = 0;
  // All of them, in log order.
  virtual const std::vector<StoredEvent>& events() const = 0;
};

using BatchPtr = std::shared_ptr<const CommittedBatch>;
using Work = absl::AnyInvocable<absl::Status(Transaction&)>;
using Done = absl::AnyInvocable<void(absl::StatusOr<BatchPtr>)>;
// After each commit: the units that were woken, and what was committed. Must not block.
using CommitListener =
    std::function<void(const std::vector<Address>& woken, const CommittedBatch& batch)>;

// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Queues `work`, which runs on a thread of the store. `done` gets the error `work` returned, or
  // the batch once it is durable; calls of it come one at a time, in the order of Commit, on a
  // thread of the store, and must not block. After Close: STORE_UNAVAILABLE, on the caller's
  // thread.
  virtual void Commit(Work work, Done done) = 0;
  // Commit and wait.
  absl::StatusOr<BatchPtr> CommitAndWait(Work work);

  virtual absl::StatusOr<std::unique_ptr<Snapshot>> Read() const = 0;
  // Before the first Commit; replaces an earlier one.
  virtual void SetCommitListener(CommitListener listener) = 0;
  // OK, or why nothing can be accepted at present.
  virtual absl::Status Health() const = 0;
  // Commits what is queued, then closes. Idempotent.
  virtual void Close() = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_STORE_H_
