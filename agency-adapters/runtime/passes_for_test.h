// One agency's journal and passes for tests, without an outbox of the client library: what outlives
// a crash is in the fixture, what does not in Process.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_PASSES_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_PASSES_FOR_TEST_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agency-adapters/runtime/dead_letters.h"
#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/runtime/native_reader.h"
#include "agency-adapters/runtime/native_writer.h"
#include "agency-adapters/runtime/outbox_feeder.h"
#include "agency-adapters/runtime/testing.h"
#include "base/clock.h"
#include "base/testing.h"

namespace amana::runtime::testing {

// The outbox, as far as the feeder knows it: durable, one entry a referral, and what the broker
// makes of each.
struct FakeOutbox {
  std::map<std::string, int64_t> entries;  // by referral and key
  std::map<int64_t, EntryNews> news;
  int puts = 0;
  std::set<std::string> unreadable;  // deliveries whose words the broker must be asked for
  std::set<std::string> recalled;    // deliveries that need no writing any more
};

// The process: everything that a crash takes with it.
struct Process {
  Process(const std::string& folder, NativeSide& side, FakeOutbox& outbox, const Clock& clock,
          const RetryPolicy& policy, const StepHook& hook, uint64_t seed)
      : journal(*Journal::Open(folder)),
        items(*journal, policy),
        deliveries(*journal, policy),
        letters(*journal, policy),
        adapter(side),
        reader(items, clock,
               [](const HeldItem& held) {
                 return held.item.record.fields.contains("BAD")
                            ? ItemJournal::Verdict{.refused = FactMissing("BAD")}
                            : ItemJournal::Verdict{.urgency = v1::URGENCY_NORMAL};
               },
               {.most_waiting = 20,
                .agency = "police-a",
                .hook = hook,
                .escort_code = [](const ItemRow& row) { return "code of " + row.key; }}),
        writer(
            adapter, deliveries, clock,
            [&outbox](const DeliveryRow& row) -> absl::StatusOr<std::optional<NativeDelivery>> {
              std::optional<NativeDelivery> delivery({.key = row.key, .kind = row.kind});
              if (outbox.unreadable.contains(row.key)) return NativeDown();
              if (outbox.recalled.contains(row.key)) delivery.reset();
              return delivery;
            },
            hook, seed),
        feeder(
            items, clock,
            [&outbox](const ItemRow& row, const HeldItem& held) -> absl::StatusOr<int64_t> {
              ++outbox.puts;
              const auto next = static_cast<int64_t>(outbox.entries.size()) + 1;
              return outbox.entries.emplace(row.referral.hex() + held.item.key, next).first->second;
            },
            [&outbox](const ItemRow& row) -> absl::StatusOr<std::optional<int64_t>> {
              const auto found = outbox.entries.find(row.referral.hex() + row.key);
              if (found == outbox.entries.end()) return std::nullopt;
              return found->second;
            },
            [&outbox](int64_t entry, bool again) -> absl::StatusOr<EntryNews> {
              if (again) outbox.news.erase(entry);
              return outbox.news[entry];
            },
            hook, seed) {}

  std::unique_ptr<Journal> journal;
  ItemJournal items;
  DeliveryJournal deliveries;
  DeadLetters letters;
  FakeAdapter adapter;
  NativeReader reader;
  NativeWriter writer;
  OutboxFeeder feeder;
};

class PassesTest : public ::testing::Test {
 protected:
  Process& Start(const StepHook& hook = {}, uint64_t seed = 1) {
    process_.reset();
    process_ = std::make_unique<Process>(folder_.File("journal"), side_, outbox_, clock_, policy_,
                                         hook, seed);
    return *process_;
  }
  void Intend(Process& p, const std::vector<std::string>& keys) {
    std::vector<NewDelivery> made;
    made.reserve(keys.size());
    for (const std::string& key : keys) {
      made.push_back({.key = key, .thread = key, .urgency = v1::URGENCY_NORMAL});
    }
    AMANA_ASSERT_OK(p.deliveries.Intend(made, "inbox", 1, clock_.Now()));
  }

  TempDir folder_;
  NativeSide side_;
  FakeOutbox outbox_;
  FakeClock clock_{absl::UnixEpoch() + absl::Hours(1000)};
  RetryPolicy policy_;
  std::unique_ptr<Process> process_;
};

}  // namespace amana::runtime::testing

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_PASSES_FOR_TEST_H_
