#include "broker/operations/list_queue.h"

#include <memory>
#include <optional>
#include <utility>

#include "broker/operations/errors.h"
#include "broker/operations/offer_statement.h"
#include "broker/operations/queue_items.h"

namespace amana::operations {

absl::StatusOr<v1::ListQueueResponse> ListQueue(const Context& context,
                                                const identity::Caller& caller,
                                                const v1::ListQueueRequest& request) {
  if (!IsCoordinator(context.Now(), caller)) return CoordinatorRequired();
  if (request.page_size() > 200) return FieldInvalid("page_size", "at most 200");
  std::optional<store::PersonRef> assignee;
  if (!request.assignee().empty()) {
    AMANA_ASSIGN_OR_RETURN(PersonId person, PersonId::Create(request.assignee(), "assignee"));
    assignee = store::PersonRef{caller.agency, std::move(person)};
  }
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(
      const store::Paged<store::QueueItem> found,
      snapshot->queue().List(assignee, {.size = request.page_size() == 0 ? 50 : request.page_size(),
                                        .token = request.page_token()}));
  v1::ListQueueResponse response;
  for (const store::QueueItem& item : found.items) {
    AMANA_ASSIGN_OR_RETURN(*response.add_items(), ShowItem(*snapshot, item));
  }
  response.set_next_page_token(found.next_token);
  return response;
}

}  // namespace amana::operations
