// What came for this agency, on its way to the native side: intends a row for each in the journal,
// and makes of a row what is to be written. Collect, Settle and Compose are for one thread at a
// time; FactsOf is thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_INCOMING_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_INCOMING_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/mapping/case_facts.h"
#include "agency-adapters/mapping/mapping.h"
#include "agency-adapters/runtime/endpoint.h"
#include "agency-adapters/runtime/journal.h"
#include "agency-adapters/runtime/journal_deliveries.h"
#include "agency-adapters/runtime/journal_items.h"

namespace amana::runtime {

// Which events the native side is told: those about a task, a handover, where a person is, a
// recall, a consent; not those about the machinery of the delivery.
bool IsToldNatively(v1::EventKind kind);

class Incoming {
 public:
  // All outlive it.
  Incoming(Endpoint& endpoint, Journal& journal, ItemJournal& items, DeliveryJournal& deliveries,
           const mapping::Mapping& mapping)
      : end_(endpoint),
        journal_(journal),
        items_(items),
        deliveries_(deliveries),
        mapping_(mapping) {}

  // Deliveries, recalls and notices that were not intended before, at most `limit` of each; how
  // many.
  absl::StatusOr<size_t> Collect(size_t limit);
  // WRITTEN rows of which nothing more is to be done: the broker has the evidence that a case was
  // received; a recall or notice is written.
  absl::Status Settle(size_t limit);
  // Lets the answers to recalls go that were obeyed natively, or of which nothing was there; how
  // many. A recall that is a dead letter holds its answer until it is redriven or discarded.
  absl::StatusOr<size_t> AnswerRecalls(size_t limit);
  // NativeWriter::Compose. CONTENT_UNREADABLE for a section that is not what its media type says;
  // errors of Inbox::Open and Mapping::ToNative.
  absl::StatusOr<std::optional<NativeDelivery>> Compose(const DeliveryRow& row);
  // The facts of a received case or update, with those of the parts before it: for Compose and the
  // local API. `delivery`, where given, gets the rest: addresses, codes, attachments, words.
  absl::StatusOr<mapping::CaseFacts> FactsOf(const sdk::InboxItem& item, NativeDelivery* delivery);

 private:
  absl::StatusOr<size_t> CollectItems(size_t limit, absl::Time now);
  absl::StatusOr<size_t> CollectRecalls(size_t limit, absl::Time now);
  absl::StatusOr<size_t> CollectNotices(size_t limit, absl::Time now);
  absl::Status FollowSuccession(const std::vector<uint64_t>& read_again);
  absl::StatusOr<std::string> NoticeKey(const sdk::NoticeItem& notice,
                                        const std::vector<uint64_t>& read_again);
  absl::StatusOr<std::optional<NativeDelivery>> ComposeCase(const DeliveryRow& row);
  absl::StatusOr<std::optional<NativeDelivery>> ComposeRecall(const DeliveryRow& row);
  absl::StatusOr<std::optional<NativeDelivery>> ComposeNotice(const DeliveryRow& row);
  absl::Status SetNoticeSubject(const sdk::EventView& event, NativeDelivery& delivery);
  absl::Status AddSections(const sdk::InboxItem& item, mapping::CaseFacts& facts,
                           NativeDelivery* delivery);
  absl::StatusOr<bool> IsOver(const DeliveryRow& row);

  Endpoint& end_;
  Journal& journal_;
  ItemJournal& items_;
  DeliveryJournal& deliveries_;
  const mapping::Mapping& mapping_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_INCOMING_H_
