// Who answers for a person, and the attempts to hand them over. Part of the store's contracts
// (store.h), whose guarantees and errors are its own as well.
#ifndef AMANA_BROKER_STORE_HANDOVERS_H_
#define AMANA_BROKER_STORE_HANDOVERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/store/records.h"

namespace amana::store {

struct HandoverKey {
  TaskKey task;
  uint32_t attempt = 0;  // from 1
  friend auto operator<=>(const HandoverKey&, const HandoverKey&) = default;
};

// One person: exactly one responsible unit, from the first referral under the pseudonym on.
struct CustodyRecord {
  Pseudonym subject;
  uint32_t revision = 1;  // counts what changed it
  Address responsible;
  absl::Time since;        // it is responsible
  StatementKey referral;   // under which it became so
  uint64_t log_index = 0;  // of the event by which it became so
  // Where the person is: with an agency, or (empty) with none and why.
  AgencyId holder;
  v1::NoCustody none = v1::NO_CUSTODY_UNSPECIFIED;
  v1::ExitCode exit = v1::EXIT_CODE_UNSPECIFIED;  // where a signed exit says it
  Digest last_report;                             // the statement that last said where
  // The one attempt that is under way.
  std::optional<HandoverKey> under_way;
};

class Custodies {
 public:
  virtual ~Custodies() = default;

  virtual absl::StatusOr<std::optional<CustodyRecord>> Find(const Pseudonym& subject) const = 0;
  // Ascending by subject, after `after`. What cannot be read is STORE_CORRUPT: this is for checks.
  virtual absl::StatusOr<std::vector<CustodyRecord>> Scan(const std::optional<Pseudonym>& after,
                                                          size_t limit) const = 0;

  // A kept report about the person, by its digest.
  virtual absl::StatusOr<std::optional<StatementRecord>> FindReport(const Pseudonym& subject,
                                                                    const Digest& report) const = 0;

  // CONFLICT when the person has one.
  virtual absl::Status Begin(const CustodyRecord& custody) = 0;
  // Replaces the record of the revision before; CONFLICT when it is another or there is none. There
  // is no way to be rid of one.
  virtual absl::Status Move(const CustodyRecord& custody) = 0;
  virtual absl::Status KeepReport(const Pseudonym& subject, const StatementRecord& report) = 0;
};

// One of the two signatures that a step needs.
struct HalfSigned {
  Address by;
  v1::HandoverState state = v1::HANDOVER_STATE_UNSPECIFIED;  // that is to be entered
  Digest matter;                                             // the handover digest
  Digest statement;
};

struct HandoverRecord {
  HandoverKey key;
  uint32_t offer_epoch = 1;  // of the task
  Pseudonym subject;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  Address responsible;
  Address recipient;
  bool minor = true;  // or may be
  v1::HandoverState state = v1::HANDOVER_STATE_OFFERED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  absl::Time window_from;
  absl::Time window_until;
  Digest last_step;  // what the next step must name
  uint32_t steps = 0;
  Digest code_commitment;  // zero: nobody is on the way
  uint32_t wrong_codes = 0;
  absl::Time changed;
  std::optional<HalfSigned> half;
  // When the broker must look again, and how far it has gone: 1 reminded, 2 coordinator, 3 alert.
  absl::Time due = absl::InfiniteFuture();
  uint32_t overdue = 0;
};

// At most so many statements that were refused are kept of an attempt, as evidence.
inline constexpr size_t kRefusedStepsKept = 16;

class Handovers {
 public:
  virtual ~Handovers() = default;

  virtual absl::StatusOr<std::optional<HandoverRecord>> Find(const HandoverKey& key) const = 0;
  // The attempt with the highest number.
  virtual absl::StatusOr<std::optional<HandoverRecord>> Latest(const TaskKey& task) const = 0;
  // Attempts that `agency` hands over or receives in, newest first; with `under_way` only those in
  // which somebody has something to do.
  virtual absl::StatusOr<Paged<HandoverRecord>> List(const AgencyId& agency, bool under_way,
                                                     const Page& page) const = 0;
  // Attempts whose `due` is at or before `now`, earliest first; at most `limit`. What cannot be
  // read is left out, and health tells.
  virtual absl::StatusOr<std::vector<HandoverRecord>> Due(absl::Time now, size_t limit) const = 0;
  // The steps that were taken, in their order, a kept first signature last; without what was
  // refused.
  virtual absl::StatusOr<std::vector<StatementRecord>> Steps(const HandoverKey& key) const = 0;
  // A kept statement, refused or not, by its digest.
  virtual absl::StatusOr<std::optional<StatementRecord>> FindStep(
      const HandoverKey& key, const Digest& statement) const = 0;
  virtual absl::StatusOr<bool> WasRefused(const HandoverKey& key,
                                          const Digest& statement) const = 0;
  // How many refused ones are kept.
  virtual absl::StatusOr<size_t> RefusedSteps(const HandoverKey& key) const = 0;

  // CONFLICT when the key exists; NOT_FOUND without its referral.
  virtual absl::Status Begin(const HandoverRecord& handover) = 0;
  // Replaces the record if it is in state `from` after `steps` steps, else CONFLICT.
  virtual absl::Status Move(v1::HandoverState from, uint32_t steps,
                            const HandoverRecord& handover) = 0;
  // A step, by its log index; CONFLICT when that is taken.
  virtual absl::Status KeepStep(const HandoverKey& key, const StatementRecord& step) = 0;
  // The same of one that was refused. False when there are kRefusedStepsKept: it is not kept.
  virtual absl::StatusOr<bool> KeepRefused(const HandoverKey& key, const StatementRecord& step) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_HANDOVERS_H_
