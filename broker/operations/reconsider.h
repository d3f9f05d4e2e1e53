// What is left of a person's word, or of a change of the registry, when its transaction is over:
// open tasks that must be decided again. They are, in slices, each a transaction of its own, so
// that nobody else's work waits for all of them; where it stands is in the store, so that a restart
// goes on from there.
//
// Every word has a record of its own, and its slices come after those of the person's earlier
// words or between them: whichever comes to a task first decides it with all that was said, and
// takes the evidence of the word behind the denial (delivery/word_behind.h). An agency has one,
// which starts over when its facts change again.
#ifndef AMANA_BROKER_OPERATIONS_RECONSIDER_H_
#define AMANA_BROKER_OPERATIONS_RECONSIDER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/identity/registry.h"
#include "broker/operations/consent_effects.h"
#include "broker/operations/context.h"

namespace amana::operations {

// So many tasks are decided in one transaction at most: about 4 ms of the store's writer, which
// others' works then share.
inline constexpr size_t kSlice = 16;

// The next slice of `record`, which is in the store: moves it on, or ends it. The effect is counted
// as `author` may know it.
absl::StatusOr<Effect> DecideSlice(store::Transaction& tx, const delivery::Moment& moment,
                                   const delivery::Policy& policy,
                                   store::ReconsiderationRecord record, const AgencyId& author);

// Used by one thread.
class Reconsiderer {
 public:
  explicit Reconsiderer(const Context& context) : context_(context) {}
  // One slice of what is pending, in turn; persons' words come before the registry. While the clock
  // is in doubt only withdrawals are carried on. Returns when to call again: now, while there is
  // more.
  absl::Time Run();

 private:
  absl::StatusOr<std::vector<store::ReconsiderationRecord>> Pending() const;

  const Context& context_;
  uint64_t last_ = 0;  // whose turn it was
  size_t failed_ = 0;  // slices in a row
};

// What is known of `agency` has changed: the tasks that are open to it will be decided again, and
// for those that nobody was found for it will be looked again.
absl::Status BeginFor(store::Transaction& tx, const AgencyId& agency);
// What `agency` can take has changed, and nothing else: as above, the latter alone.
absl::Status BeginUnroutedFor(store::Transaction& tx, const AgencyId& agency);

// Records that `registry` is in force, if it was not the last one, and has the tasks decided again
// that are open to agencies of which it says something else than `before`: all agencies, where
// `before` is null or is not the last one recorded.
absl::Status RecordRegistry(store::Transaction& tx, const identity::Registry* before,
                            const identity::Registry& registry);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_RECONSIDER_H_
