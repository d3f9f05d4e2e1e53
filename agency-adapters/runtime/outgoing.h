// Makes of a held item what the broker gets: a sealed referral, a signed answer, an update, a
// cancellation, a step of a handover. One thread at a time.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_OUTGOING_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_OUTGOING_H_

#include <functional>
#include <map>
#include <utility>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/case_plan.h"
#include "agency-adapters/runtime/endpoint.h"
#include "agency-adapters/runtime/journal_deliveries.h"
#include "agency-adapters/runtime/journal_items.h"
#include "agency-adapters/runtime/judge.h"
#include "agency-adapters/runtime/outbox_feeder.h"

namespace amana::runtime {

class Outgoing {
 public:
  // All outlive it. `broker_answers`: as far as is known, so that one that hangs is not waited for
  // where it can be done without; called by the caller's thread.
  Outgoing(Endpoint& endpoint, ItemJournal& items, DeliveryJournal& deliveries,
           const ItemJudge& judge, const CaseRules& rules, std::function<bool()> broker_answers)
      : end_(endpoint),
        items_(items),
        deliveries_(deliveries),
        judge_(judge),
        rules_(rules),
        broker_answers_(std::move(broker_answers)) {}

  // OutboxFeeder::Put. A case goes under row.referral, so that the same row is the same referral.
  // ABOUT_UNKNOWN; PERSON_KEY_MISSING for an answer that a person must sign where this program
  // holds no person's key; NO_CANDIDATE; errors of the client library's calls.
  absl::StatusOr<int64_t> Put(const ItemRow& row, const HeldItem& item);
  // OutboxFeeder::Standing, of a case and of what is made by Once; of an answer, which its offer
  // has outlived by then, none.
  absl::StatusOr<std::optional<int64_t>> Standing(const ItemRow& row);
  // OutboxFeeder::Ask.
  absl::StatusOr<EntryNews> Ask(int64_t entry, bool again);
  // What a step of a handover gave to the escort; empty for any other item.
  absl::StatusOr<std::string> EscortCode(const ItemRow& row);

 private:
  absl::StatusOr<int64_t> PutCase(const ItemRow& row, const HeldItem& item);
  // Asks the directory, at most once a minute and while the broker answers, for the newest keys of
  // whom a case goes to: those that are remembered may be lost or over. Errors: only of an entry
  // that must not be believed.
  absl::Status AskForKeys(const AgencyId& agency);
  absl::Status AddConsent(const CasePlan& plan, sdk::ReferralDraft& draft);
  absl::Status AddRecipients(const CasePlan& plan, sdk::ReferralDraft& draft);
  absl::StatusOr<int64_t> PutAnswer(const ItemRow& row, const NativeItem& item);
  absl::StatusOr<int64_t> PutDecline(const sdk::InboxItem& offer, const NativeItem& item);
  absl::StatusOr<int64_t> PutAsk(const ItemRow& row, const sdk::InboxItem& offer,
                                 const NativeItem& item);
  absl::StatusOr<int64_t> PutOutcome(const sdk::InboxItem& offer, const NativeItem& item);
  absl::StatusOr<int64_t> PutUpdate(const ItemRow& row, const HeldItem& item);
  absl::StatusOr<int64_t> PutCancel(const NativeItem& item);
  absl::StatusOr<int64_t> PutHandover(const ItemRow& row, const NativeItem& item);
  // The offer that an answer is about; the referral of an own case, or of the case received.
  absl::StatusOr<sdk::InboxItem> OfferOf(const std::string& about);
  absl::StatusOr<StatementKey> OwnCase(const std::string& about);
  absl::StatusOr<std::optional<sdk::Words>> WordsFor(const sdk::InboxItem& offer,
                                                     const std::string& text);
  // For calls that give another entry when called twice: `make` is given a name for the entry
  // (sdk::NewEntry::made_for), by which it is found again, whatever crashes.
  absl::StatusOr<int64_t> Once(const ItemRow& row,
                               const std::function<absl::StatusOr<int64_t>(std::string)>& make);

  Endpoint& end_;
  ItemJournal& items_;
  DeliveryJournal& deliveries_;
  const ItemJudge& judge_;
  const CaseRules& rules_;
  const std::function<bool()> broker_answers_;
  std::map<AgencyId, absl::Time> asked_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_OUTGOING_H_
