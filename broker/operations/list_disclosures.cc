#include "broker/operations/list_disclosures.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "amana/v1/answer.pb.h"
#include "base/clock.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/wire.h"
#include "broker/events/update_detail.h"
#include "broker/operations/errors.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

constexpr uint32_t kMaxPage = 200;
constexpr uint32_t kDefaultPage = 50;
constexpr size_t kEventsAtOnce = 256;

bool IsOf(const events::Event& event, const store::DeliveryKey& key) {
  return event.referral == key.task.referral && event.task == key.task.task &&
         event.offer_epoch == key.offer_epoch && event.stage == key.stage &&
         events::UpdateOf(event) == key.update;
}

void Tell(const events::Event& event, v1::Disclosure& out, std::set<int>& categories,
          std::set<uint32_t>& rules) {
  switch (event.kind) {
    case v1::EVENT_KIND_DELIVERY_LEASED:  // each may have disclosed other sections
      if (out.leased_unix_ms() == 0) out.set_leased_unix_ms(ToUnixMillis(event.time));
      categories.insert(event.delivered.begin(), event.delivered.end());
      rules.insert(event.consent_rules.begin(), event.consent_rules.end());
      break;
    case v1::EVENT_KIND_DELIVERY_NATIVE_ACKED:
      out.set_received_unix_ms(ToUnixMillis(event.time));
      break;
    case v1::EVENT_KIND_DELIVERY_READ:
      out.set_seen_unix_ms(ToUnixMillis(event.time));
      out.set_seen_by(event.actor_person.value());
      break;
    default:
      break;
  }
}

// On what a recipient that refused a recall keeps what it has.
absl::Status TellKept(const store::Snapshot& snapshot, const store::DeliveryRecord& delivery,
                      v1::Disclosure& out) {
  if (delivery.state != v1::DELIVERY_STATE_RECALL_REFUSED) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<store::StatementRecord> answer,
      snapshot.deliveries().FindAnswer(delivery.key, envelope::kRecallAnswerType));
  v1::SignedEnvelope envelope;
  v1::RecallAnswer message;
  if (!answer.has_value() || !envelope.ParseFromString(answer->envelope) ||
      !message.ParseFromString(envelope.payload())) {
    return delivery::RecordUnreadable();
  }
  out.set_kept_on(message.legal_basis());
  return absl::OkStatus();
}

// Whether anything of the referral may have been disclosed under the consent.
absl::StatusOr<bool> MayRestOn(const store::Snapshot& snapshot,
                               const store::ReferralRecord& referral, const ConsentId& consent) {
  if (referral.consent_id == consent) return true;
  AMANA_ASSIGN_OR_RETURN(const store::ReferralGrounds grounds, snapshot.grounds().Of(referral.key));
  return grounds.attached.has_value();
}

// nullopt: no lease of it rested on the consent, which is the header's until another is attached.
absl::StatusOr<std::optional<v1::Disclosure>> Disclosed(const store::Snapshot& snapshot,
                                                        const store::ReferralRecord& referral,
                                                        const store::DeliveryRecord& delivery,
                                                        const ConsentId& consent) {
  v1::Disclosure out;
  *out.mutable_referral() = delivery::ToWire(delivery.key.task.referral);
  out.set_stage(delivery.key.stage);
  *out.mutable_recipient() = delivery::ToWire(delivery.recipient);
  out.set_state(delivery.state);
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         snapshot.referrals().Tasks(delivery.key.task.referral));
  if (delivery.key.task.task < tasks.size()) {
    out.set_service(tasks[delivery.key.task.task].service);
  }
  std::set<int> categories;
  std::set<uint32_t> rules;
  ConsentId current = referral.consent_id;
  uint64_t first = 0;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(
        const std::vector<store::StoredEvent> events,
        snapshot.log().EventsOf(delivery.key.task.referral.referral, first, kEventsAtOnce));
    for (const store::StoredEvent& stored : events) {
      const events::Event& event = stored.event;
      const bool attached = event.kind == v1::EVENT_KIND_CONSENT_ATTACHED;
      if (attached && event.referral == referral.key) current = event.consent_id;
      const bool other = event.kind == v1::EVENT_KIND_DELIVERY_LEASED && current != consent;
      if (!other && IsOf(event, delivery.key)) Tell(event, out, categories, rules);
    }
    if (events.size() < kEventsAtOnce) break;
    first = events.back().index + 1;
  }
  if (out.leased_unix_ms() == 0) return std::nullopt;
  AMANA_RETURN_IF_ERROR(TellKept(snapshot, delivery, out));
  for (const int category : categories) out.add_categories(static_cast<v1::Category>(category));
  out.mutable_consent_rules()->Add(rules.begin(), rules.end());
  return out;
}

}  // namespace

absl::StatusOr<v1::ListDisclosuresResponse> ListDisclosures(
    const Context& context, const identity::Caller& caller,
    const v1::ListDisclosuresRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const ConsentId id, ConsentId::FromBytes(request.consent_id()));
  if (request.page_size() > kMaxPage) return FieldInvalid("page_size", "at most 200");
  const size_t wanted = request.page_size() == 0 ? kDefaultPage : request.page_size();
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> consent,
                         snapshot->consents().Find(id, 0));
  if (!consent.has_value() || consent->recorder.agency != caller.agency) {
    return NotFound("consent_id");
  }
  v1::ListDisclosuresResponse response;
  // A token names a delivery, so it must be one that is shown; and how many there are under other
  // consents is nobody's business. Hence one by one, to the first that does not fit the page.
  std::string shown;  // the token after the last one in the response
  store::Page page{.size = 1, .token = request.page_token()};
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const store::Paged<store::DeliveryRecord> found,
                           snapshot->deliveries().DisclosedOf(consent->pseudonym, page));
    for (const store::DeliveryRecord& delivery : found.items) {
      AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                             snapshot->referrals().Find(delivery.key.task.referral));
      if (!referral.has_value()) continue;
      AMANA_ASSIGN_OR_RETURN(const bool may, MayRestOn(*snapshot, *referral, id));
      if (!may) continue;
      AMANA_ASSIGN_OR_RETURN(std::optional<v1::Disclosure> disclosed,
                             Disclosed(*snapshot, *referral, delivery, id));
      if (!disclosed.has_value()) continue;
      if (static_cast<size_t>(response.disclosures_size()) == wanted) {
        response.set_next_page_token(shown);
        return response;
      }
      *response.add_disclosures() = *std::move(disclosed);
      shown = found.next_token;
    }
    if (found.next_token.empty()) return response;
    page.token = found.next_token;
  }
}

}  // namespace amana::operations
