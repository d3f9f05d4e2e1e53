// The error catalogue of the events room. None is retryable. Messages name fields, never contents.
#ifndef AMANA_BROKER_EVENTS_ERRORS_H_
#define AMANA_BROKER_EVENTS_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::events {

// kInvalidArgument EVENT_FIELD_INVALID: a field of an event is not in its canonical form.
absl::Status FieldInvalid(std::string_view field, std::string_view expected);

// kInvalidArgument EVENT_OPENING_MALFORMED: an opening that has not the shape of one.
absl::Status OpeningMalformed(std::string_view field, std::string_view expected);

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_ERRORS_H_
