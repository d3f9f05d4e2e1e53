#ifndef AMANA_BROKER_OPERATIONS_GET_NOTE_H_
#define AMANA_BROKER_OPERATIONS_GET_NOTE_H_

#include <memory>

#include "amana/v1/handover_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A note and what keeps a withdrawal from being answered until it is written; empty where it tells
// nobody anything of the person that they had not.
struct ReleasedNote {
  v1::GetNoteResponse response;
  std::shared_ptr<void> writing;
};

// A note for a unit that it is wrapped for; the release is an event. What tells a recipient of the
// person goes only while its task is accepted and consent lets it. NOT_FOUND, also when it was
// erased; LENGTH_INVALID; HANDOVER_TASK_OVER, HANDOVER_CONSENT_DENIES; CLOCK_NOT_TRUSTED.
void GetNote(const Context& context, const identity::Caller& caller,
             const v1::GetNoteRequest& request, Reply<ReleasedNote> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GET_NOTE_H_
