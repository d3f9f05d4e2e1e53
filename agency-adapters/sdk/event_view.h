// An event of the log as its opening tells it: rebuilt here from the 24 fields, never taken from
// the broker's word. The leaf hash is what the log must hold. The byte format of the fields is the
// protocol's and fixed for ever: numbers are big-endian without leading zero, times 8 bytes of
// milliseconds since the Unix epoch, a field that does not apply is empty. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_EVENT_VIEW_H_
#define AMANA_AGENCY_ADAPTERS_SDK_EVENT_VIEW_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/event.pb.h"
#include "base/ids.h"
#include "proto/transparency/salted_event.h"

namespace amana::sdk {

enum class EventField : uint8_t {
  kKind = 0,
  kTime = 1,
  kReferral = 2,  // 16 bytes referral id, 4 bytes version, then the sender's token
  kStatementDigest = 3,
  kActorAgency = 4,
  kActorUnit = 5,
  kActorPerson = 6,
  kCertId = 7,
  kRecipient = 8,  // "agency/unit" or "agency"
  kTask = 9,       // task 0 is one zero byte
  kStage = 10,
  kOfferEpoch = 11,
  kLeaseEpoch = 12,
  kUrgency = 13,
  kReason = 14,
  kConsentId = 15,
  kConsentVersion = 16,
  kConsentRules = 17,  // sets: one byte each, ascending
  kSenderCounter = 18,
  kRecipientCounter = 19,
  kDelivered = 20,
  kWithheld = 21,
  kAttempt = 22,
  kDetail = 23,
};

// "kind", "time", "referral", "statement_digest", ...
std::string_view FieldName(EventField field);

// Members whose field is not opened are as here. Codes newer than this library keep their numbers:
// evidence is not refused for being new.
struct EventView {
  transparency::FieldSet opened;  // by number; all of them for a whole opening
  Digest leaf_hash;
  std::string leaf_data;  // what the log's entry bundle holds

  v1::EventKind kind = v1::EVENT_KIND_UNSPECIFIED;
  absl::Time time = absl::UnixEpoch();
  std::optional<StatementKey> referral;
  Digest statement_digest;
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
  std::vector<uint8_t> consent_rules;
  uint64_t sender_counter = 0;
  uint64_t recipient_counter = 0;
  std::vector<v1::Category> delivered;
  std::vector<v1::Category> withheld;
  uint32_t attempt = 0;
  std::string detail;

  bool has(EventField field) const { return opened[static_cast<size_t>(field)]; }
};

// Which update of the referral an event of a delivery is about, 0: the referral itself. Its number
// stands in the detail as 4 bytes, big-endian, behind a legal basis.
uint32_t UpdateOf(const EventView& event);

// EVENT_INVALID naming the field: not a seed and 24 fields, or a field not in its canonical form.
absl::StatusOr<EventView> ViewOf(const v1::EventOpening& opening);
// EVENT_INVALID: also when opened and hidden are not together the 24 fields, in order.
absl::StatusOr<EventView> ViewOf(const v1::PartialEventOpening& opening);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_EVENT_VIEW_H_
