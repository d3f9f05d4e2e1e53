// The 24 salted fields of an event: numbers and byte format. Both are for ever: leaves of logs that
// others mirror are made of them, so a number is never reused and an encoding never changes.
//
// Byte format. A field that does not apply is the empty string. Otherwise:
//   time    8 bytes, two's complement, big-endian: milliseconds since the Unix epoch
//   number  unsigned, big-endian, no leading zero byte; 0 does not apply, except in kTask, where
//           task 0 is the one byte 0x00
//   code    as number: the value of the enum in amana/v1/codes.proto or event.proto
//   id      raw bytes, as long as the id; all zero does not apply
//   token   the text of an agency, unit or person id
//   set     one byte each, strictly ascending: rule names, category values
//   bytes   as they are
//
// Pure functions; any thread.
#ifndef AMANA_BROKER_EVENTS_FIELDS_H_
#define AMANA_BROKER_EVENTS_FIELDS_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "broker/events/event.h"

namespace amana::events {

enum Field : size_t {
  kKind = 0,               // code, never empty
  kTime = 1,               // time, never empty
  kReferral = 2,           // 16 bytes referral id, 4 bytes version big-endian, token of the sender
  kStatementDigest = 3,    // id, 32 bytes
  kActorAgency = 4,        // token
  kActorUnit = 5,          // token
  kActorPerson = 6,        // token
  kCertId = 7,             // id, 32 bytes
  kRecipient = 8,          // token "/" token; without unit: token
  kTask = 9,               // number
  kStage = 10,             // code
  kOfferEpoch = 11,        // number
  kLeaseEpoch = 12,        // number
  kUrgency = 13,           // code
  kReason = 14,            // code
  kConsentId = 15,         // id, 16 bytes
  kConsentVersion = 16,    // number
  kConsentRules = 17,      // set
  kSenderCounter = 18,     // number
  kRecipientCounter = 19,  // number
  kDelivered = 20,         // set
  kWithheld = 21,          // set
  kAttempt = 22,           // number
  kDetail = 23,            // bytes
};
inline constexpr size_t kFieldCount = 24;

using FieldValues = std::array<std::string, kFieldCount>;

// `event` must be valid: known codes, categories and rules of one byte, tokens that are tokens.
// Time is floored to milliseconds; sets are sorted and lose duplicates.
void EncodeFields(const Event& event, FieldValues& fields);

// The strict inverse: what EncodeFields cannot have made is refused, so an event has one form only.
// EVENT_FIELD_INVALID naming the field.
absl::StatusOr<Event> DecodeFields(const FieldValues& fields);

// "kind", "time", "referral", ... as Event names its members.
std::string_view FieldName(Field field);

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_FIELDS_H_
