#include "broker/operations/list_disclosures.h"

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "amana/v1/answer.pb.h"
#include "base/clock.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

constexpr uint32_t kMaxPage = 200;
constexpr uint32_t kDefaultPage = 50;
constexpr size_t kEventsAtOnce = 256;

bool IsOf(const events::Event& event, const store::DeliveryKey& key) {
  return event.referral == key.task.referral && event.task == key.task.task &&
         event.offer_epoch == key.offer_epoch && event.stage == key.stage;
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

absl::StatusOr<v1::Disclosure> Disclosed(const store::Snapshot& snapshot,
                                         const store::DeliveryRecord& delivery) {
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
  uint64_t first = 0;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(
        const std::vector<store::StoredEvent> events,
        snapshot.log().EventsOf(delivery.key.task.referral.referral, first, kEventsAtOnce));
    for (const store::StoredEvent& stored : events) {
      if (IsOf(stored.event, delivery.key)) Tell(stored.event, out, categories, rules);
    }
    if (events.size() < kEventsAtOnce) break;
    first = events.back().index + 1;
  }
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
  const store::Page page{.size = request.page_size() == 0 ? kDefaultPage : request.page_size(),
                         .token = request.page_token()};
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> consent,
                         snapshot->consents().Find(id, 0));
  if (!consent.has_value() || consent->recorder.agency != caller.agency) {
    return NotFound("consent_id");
  }
  AMANA_ASSIGN_OR_RETURN(const store::Paged<store::DeliveryRecord> found,
                         snapshot->deliveries().DisclosedOf(consent->pseudonym, page));
  v1::ListDisclosuresResponse response;
  for (const store::DeliveryRecord& delivery : found.items) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                           snapshot->referrals().Find(delivery.key.task.referral));
    if (!referral.has_value() || referral->consent_id != id) continue;
    AMANA_ASSIGN_OR_RETURN(*response.add_disclosures(), Disclosed(*snapshot, delivery));
  }
  response.set_next_page_token(found.next_token);
  return response;
}

}  // namespace amana::operations
