// The contract suite of the store: what store.h promises, on every implementation. A test program
// compiles the suite_*.cc files with its own instantiation:
//
//   INSTANTIATE_TEST_SUITE_P(Embedded, StoreSuite, testing::Values(&MakeEmbeddedWorld));
//
// For tests. Samples are SYNTHETIC.
#ifndef AMANA_BROKER_STORE_SUITE_H_
#define AMANA_BROKER_STORE_SUITE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/testing.h"
#include "broker/store/store.h"
#include "gtest/gtest.h"
#include "proto/transparency/note_verifier.h"

namespace amana::store {

// One place where a store can be opened, closed and opened again.
class StoreWorld {
 public:
  virtual ~StoreWorld() = default;
  virtual absl::StatusOr<std::unique_ptr<Store>> Open() = 0;
  virtual FakeClock& clock() = 0;
  virtual const transparency::NoteVerifier& log_verifier() const = 0;
};
using MakeWorld = std::function<std::unique_ptr<StoreWorld>()>;

class StoreSuite : public testing::TestWithParam<MakeWorld> {
 protected:
  void SetUp() override;

  void Reopen();
  absl::StatusOr<BatchPtr> Do(Work work) { return store_->CommitAndWait(std::move(work)); }
  // Commits `append`ed events alone and returns their batch.
  absl::StatusOr<BatchPtr> AppendEvents(std::vector<events::Event> events);
  std::unique_ptr<Snapshot> Look();

  std::unique_ptr<StoreWorld> world_;
  std::unique_ptr<Store> store_;
};

// --- samples: valid, different for each number
AgencyId SampleAgency(std::string_view text);
Address SampleAddress(std::string_view agency, std::string_view unit);
template <typename Id>
Id SampleId(uint32_t number) {
  Id id;
  for (size_t i = 0; i < 4; ++i)
    id.data()[Id::kSize - 1 - i] = static_cast<uint8_t>(number >> 8 * i);
  id.data()[0] = 0xA5;
  return id;
}
absl::Time SampleTime();  // when a world's clock starts
StatementKey SampleKey(uint32_t number);
ReferralRecord SampleReferral(uint32_t number);
std::string SampleBody(uint32_t number);  // of a submission
TaskRecord SampleTask(uint32_t number, uint32_t task = 0);
DeliveryRecord SampleDelivery(uint32_t number, uint32_t task = 0);
GrantRecord SampleGrant(uint32_t number, uint32_t cert);
StatementRecord SampleStatement(uint32_t number);
consent::ConsentFacts SampleConsent(uint32_t number, uint32_t version);
consent::ExclusionFacts SampleExclusion(uint32_t number);
ReconsiderationRecord SampleReconsideration(uint32_t number);  // a person's; its id is the store's
events::Event SampleEvent(uint32_t number);

// Accepts sample `number` with one task and queues its delivery.
Work AcceptSample(uint32_t number);

// Records compared by what they say.
std::string Print(const ReferralRecord& record);
std::string Print(const TaskRecord& record);
std::string Print(const OfferRecord& record);
std::string Print(const QueueItem& item);
std::string Print(const DeliveryRecord& record);
std::string Print(const StatementRecord& record);
std::string Print(const ReconsiderationRecord& record);  // without its id
std::string Print(const consent::ConsentFacts& facts);

// Verifies that the tlog-proof is of `event` under `log`.
testing::AssertionResult Proves(const std::string& proof, const StoredEvent& event,
                                const transparency::NoteVerifier& log);

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_SUITE_H_
