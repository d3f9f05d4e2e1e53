#include "agency-adapters/sdk/recall_proof.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

constexpr uint32_t kEventsAtOnce = 1000;

absl::StatusOr<std::optional<uint64_t>> FindEvent(Client& client, const InboxItem& item) {
  v1::ListEventsRequest request;
  request.set_referral_id(item.key.referral.referral.bytes());
  request.set_limit(kEventsAtOnce);
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const auto responses, client.ListEvents(request));
    if (responses.empty()) return std::optional<uint64_t>();
    for (const v1::ListEventsResponse& response : responses) {
      const auto event =
          response.has_whole() ? ViewOf(response.whole()) : ViewOf(response.partial());
      if (event.ok() && IsRecallOf(*event, item)) return std::optional(response.index());
    }
    request.set_first_index(responses.back().index() + 1);
  }
}

}  // namespace

bool IsRecallOf(const EventView& event, const InboxItem& item) {
  return event.kind == v1::EVENT_KIND_DELIVERY_RECALL_SENT && event.referral == item.key.referral &&
         event.task == item.key.task && event.offer_epoch == item.key.offer_epoch &&
         event.stage == item.key.stage && UpdateOf(event) == item.key.update &&
         event.recipient == item.recipient && event.reason == item.recall_reason;
}

absl::StatusOr<RecallProof> FetchRecallProof(Client& client, const transparency::NoteVerifier& log,
                                             const InboxItem& item) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<uint64_t> index, FindEvent(client, item));
  if (!index.has_value()) return RecallNotInLog();
  v1::GetReceiptRequest request;
  request.set_index(*index);
  AMANA_ASSIGN_OR_RETURN(v1::GetReceiptResponse response, client.Call(kGetReceipt, request));
  AMANA_ASSIGN_OR_RETURN(VerifiedReceipt verified, VerifyReceipt(response.receipt(), log));
  if (verified.index != *index || !IsRecallOf(verified.event, item)) return RecallNotInLog();
  return RecallProof{std::move(*response.mutable_receipt()), std::move(verified)};
}

}  // namespace amana::sdk
