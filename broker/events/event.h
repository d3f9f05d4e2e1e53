// One event of the log: what happened, to which referral, by whose hand, on which consent. Coded
// fields only; nothing in an event names or describes the person.
//
// A plain value: whoever fills it has validated it. Two members are not the writer's: the sequencer
// (the store) alone gives `time` and `recipient_counter`.
#ifndef AMANA_BROKER_EVENTS_EVENT_H_
#define AMANA_BROKER_EVENTS_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/event.pb.h"
#include "base/ids.h"

namespace amana::events {

// What does not apply is left as it is here: zero, empty, none.
struct Event {
  v1::EventKind kind = v1::EVENT_KIND_UNSPECIFIED;
  absl::Time time = absl::UnixEpoch();  // whole milliseconds
  std::optional<StatementKey> referral;
  Digest statement_digest;  // SHA-256 of the signed payload that caused it
  // Who acted: from the certificate that signed the statement, or the caller's. Empty: the broker.
  AgencyId actor_agency;
  UnitId actor_unit;
  PersonId actor_person;
  CertId cert_id;
  std::optional<Address> recipient;
  std::optional<uint32_t> task;
  v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_UNSPECIFIED;
  uint32_t offer_epoch = 0;
  uint64_t lease_epoch = 0;
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  ConsentId consent_id;
  uint32_t consent_version = 0;
  std::vector<uint8_t> consent_rules;  // names of the rules that held, ascending
  uint64_t sender_counter = 0;
  uint64_t recipient_counter = 0;
  std::vector<v1::Category> delivered;  // ascending
  std::vector<v1::Category> withheld;   // ascending
  uint32_t attempt = 0;
  std::string detail;  // coded bytes, by kind: digest of a registry, legal basis of a refusal

  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_EVENT_H_
