#include "broker/operations/list_dead_letters.h"

#include <memory>

#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"

namespace amana::operations {

absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
    const Context& context, const v1::ListDeadLettersRequest& request) {
  if (request.page_size() > 200) return FieldInvalid("page_size", "at most 200");
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const store::Paged<store::DeliveryRecord> found,
                         snapshot->deliveries().DeadLetters(
                             {.size = request.page_size() == 0 ? 50 : request.page_size(),
                              .token = request.page_token()}));
  v1::ListDeadLettersResponse response;
  for (const store::DeliveryRecord& delivery : found.items) {
    v1::DeadLetter& letter = *response.add_dead_letters();
    *letter.mutable_delivery() = delivery::ToWire(delivery.key);
    *letter.mutable_recipient() = delivery::ToWire(delivery.recipient);
    letter.set_urgency(delivery.urgency);
    letter.set_error(delivery.reason);
    letter.set_attempts(delivery.attempts);
    letter.set_since_unix_ms(ToUnixMillis(delivery.changed));
  }
  response.set_next_page_token(found.next_token);
  return response;
}

}  // namespace amana::operations
