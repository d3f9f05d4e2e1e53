#include "agency-adapters/cli/consent_evidence.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "agency-adapters/cli/progress.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::cli {
namespace {

constexpr uint32_t kAtOnce = 1000;

absl::StatusOr<sdk::EventView> View(const v1::ListEventsResponse& response) {
  return response.has_whole() ? sdk::ViewOf(response.whole()) : sdk::ViewOf(response.partial());
}

// Entries of consents that were accepted, with their receipts: those of `id`, or the one statement.
absl::StatusOr<std::vector<sdk::OutboxEntry>> KeptRegistrations(Context& context,
                                                                const ConsentId& id) {
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Outbox outbox(*mailbox);
  AMANA_ASSIGN_OR_RETURN(
      const std::vector<sdk::OutboxEntry> entries,
      outbox.List(sdk::EntryState::kAccepted, std::numeric_limits<int32_t>::max()));
  std::vector<sdk::OutboxEntry> kept;
  for (const sdk::OutboxEntry& listed : entries) {
    if (listed.kind != sdk::EntryKind::kConsent) continue;
    AMANA_ASSIGN_OR_RETURN(sdk::OutboxEntry entry, outbox.Get(listed.id));
    v1::RegisterConsentRequest request;
    if (!request.ParseFromString(entry.request)) continue;
    const auto record =
        envelope::ParseStatement<v1::ConsentRecord>(request.consent(), envelope::kConsentType);
    if (record.ok() && record->consent_id() == id.view()) kept.push_back(std::move(entry));
  }
  return kept;
}

// Calls `visit` with every event this agency may see, from `first` to the log's end, until it
// returns false.
absl::Status ScanLog(Context& context, uint64_t first,
                     const std::function<bool(uint64_t, sdk::EventView)>& visit) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const sdk::NewCheckpoint newest,
                         sdk::FetchCheckpoint(*client, identity->log(), 0, Digest()));
  const uint64_t size = newest.checkpoint.size();
  const World& world = context.world();
  Progress progress(world.err, world.err_is_tty, world.clock, "reading the log",
                    size > first ? size - first : 0);
  for (; first < size; first += kAtOnce) {
    v1::ListEventsRequest request;
    request.set_first_index(first);
    request.set_limit(kAtOnce);
    AMANA_ASSIGN_OR_RETURN(const auto responses, client->ListEvents(request));
    for (const v1::ListEventsResponse& response : responses) {
      AMANA_ASSIGN_OR_RETURN(sdk::EventView event, View(response));
      if (!visit(response.index(), std::move(event))) return absl::OkStatus();
    }
    progress.Advance(std::min<uint64_t>(kAtOnce, size - first));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<uint64_t>> FindRegistration(Context& context, const ConsentId& id,
                                                         const FoundConsent& found) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> kept, KeptRegistrations(context, id));
  for (const sdk::OutboxEntry& entry : kept) {
    if (entry.digest == found.digest) return std::optional(entry.log_index);
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  if (found.record.recorder().agency() != identity->agency().value()) {
    return std::optional<uint64_t>();
  }
  std::optional<uint64_t> index;
  AMANA_RETURN_IF_ERROR(ScanLog(context, 0, [&](uint64_t at, const sdk::EventView& event) {
    if (event.kind == v1::EVENT_KIND_CONSENT_REGISTERED && event.statement_digest == found.digest) {
      index = at;
    }
    return !index.has_value();
  }));
  return index;
}

absl::StatusOr<std::optional<v1::Receipt>> KeptReceipt(Context& context, const ConsentId& id,
                                                       const Digest& digest) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> kept, KeptRegistrations(context, id));
  for (const sdk::OutboxEntry& entry : kept) {
    if (entry.digest == digest) return entry.receipt;
  }
  return std::optional<v1::Receipt>();
}

absl::StatusOr<std::optional<v1::Receipt>> AskForReceipt(Context& context, const ConsentId& id,
                                                         const FoundConsent& found) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<uint64_t> index, FindRegistration(context, id, found));
  if (!index.has_value()) return std::optional<v1::Receipt>();
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetReceiptRequest request;
  request.set_index(*index);
  AMANA_ASSIGN_OR_RETURN(v1::GetReceiptResponse response, client->Call(sdk::kGetReceipt, request));
  return std::optional(std::move(*response.mutable_receipt()));
}

}  // namespace

absl::StatusOr<std::optional<Proven>> ProveRegistration(Context& context, const FoundConsent& found,
                                                        bool offline) {
  AMANA_ASSIGN_OR_RETURN(const ConsentId id, ConsentId::FromBytes(found.record.consent_id()));
  AMANA_ASSIGN_OR_RETURN(
      std::optional<v1::Receipt> receipt,
      offline ? KeptReceipt(context, id, found.digest) : AskForReceipt(context, id, found));
  if (!receipt.has_value()) return std::optional<Proven>();
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::VerifiedReceipt verified,
                         sdk::VerifyReceipt(*receipt, identity->log()));
  const sdk::EventView& event = verified.event;
  if (event.kind != v1::EVENT_KIND_CONSENT_REGISTERED || event.statement_digest != found.digest) {
    return MakeError(absl::StatusCode::kPermissionDenied, "RECEIPT_MISMATCH", "receipt",
                     "the proof is of another event than this consent's registration");
  }
  return std::optional(Proven{*std::move(receipt), std::move(verified)});
}

absl::StatusOr<Story> StoryOfReferral(Context& context, const ReferralId& id) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  Story story;
  v1::ListEventsRequest request;
  request.set_referral_id(id.bytes());
  request.set_limit(kAtOnce);
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const auto responses, client->ListEvents(request));
    if (responses.empty()) return story;
    for (const v1::ListEventsResponse& response : responses) {
      AMANA_ASSIGN_OR_RETURN(sdk::EventView event, View(response));
      story.emplace(response.index(), std::move(event));
    }
    request.set_first_index(responses.back().index() + 1);
  }
}

absl::StatusOr<Story> StoryOfConsent(Context& context, const ConsentId& id) {
  uint64_t first = 0;
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> kept, KeptRegistrations(context, id));
  if (!kept.empty()) {
    first = std::ranges::min_element(kept, {}, &sdk::OutboxEntry::log_index)->log_index;
  }
  Story story;
  std::set<ReferralId> referrals;
  AMANA_RETURN_IF_ERROR(ScanLog(context, first, [&](uint64_t index, sdk::EventView event) {
    if (event.consent_id != id) return true;
    if (event.referral.has_value()) {
      referrals.insert(event.referral->referral);
    } else {
      story.emplace(index, std::move(event));
    }
    return true;
  }));
  for (const ReferralId& referral : referrals) {
    AMANA_ASSIGN_OR_RETURN(Story events, StoryOfReferral(context, referral));
    story.merge(events);
  }
  return story;
}

}  // namespace amana::cli
