#include "agency-adapters/sdk/event_view.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/status.h"
#include "proto/transparency/merkle.h"

namespace amana::sdk {
namespace {

using transparency::kEventFields;

constexpr std::array<std::string_view, kEventFields> kNames = {"kind",
                                                               "time",
                                                               "referral",
                                                               "statement_digest",
                                                               "actor_agency",
                                                               "actor_unit",
                                                               "actor_person",
                                                               "cert_id",
                                                               "recipient",
                                                               "task",
                                                               "stage",
                                                               "offer_epoch",
                                                               "lease_epoch",
                                                               "urgency",
                                                               "reason",
                                                               "consent_id",
                                                               "consent_version",
                                                               "consent_rules",
                                                               "sender_counter",
                                                               "recipient_counter",
                                                               "delivered",
                                                               "withheld",
                                                               "attempt",
                                                               "detail"};

using Fields = std::array<std::string, kEventFields>;

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// Reads one field each, and knows its name for the refusal.
class Reader {
 public:
  explicit Reader(const Fields& fields) : fields_(fields) {}

  const std::string& raw(EventField field) const { return fields_[static_cast<size_t>(field)]; }

  template <typename T>
  absl::Status Number(EventField field, T& out) const {
    const std::string& text = raw(field);
    if (text.size() > sizeof(T) || (!text.empty() && text[0] == '\0')) {
      return EventInvalid(FieldName(field), "a number without leading zero byte, in range");
    }
    out = static_cast<T>(BigEndian(text));
    return absl::OkStatus();
  }

  // Codes are small: one byte or two, so that the cast to the enumeration cannot overflow.
  template <typename Enum>
  absl::Status Code(EventField field, Enum& out) const {
    uint16_t value = 0;
    AMANA_RETURN_IF_ERROR(Number(field, value));
    out = static_cast<Enum>(value);
    return absl::OkStatus();
  }

  absl::Status Task(std::optional<uint32_t>& out) const {
    const std::string& text = raw(EventField::kTask);
    if (text.empty()) return absl::OkStatus();
    uint32_t value = 0;
    if (text != std::string_view("\0", 1)) {
      AMANA_RETURN_IF_ERROR(Number(EventField::kTask, value));
    }
    out = value;
    return absl::OkStatus();
  }

  absl::Status Time(absl::Time& out) const {
    const std::string& text = raw(EventField::kTime);
    if (text.empty()) return absl::OkStatus();
    if (text.size() != 8) return EventInvalid("time", "8 bytes");
    out = absl::FromUnixMillis(static_cast<int64_t>(BigEndian(text)));
    return absl::OkStatus();
  }

  template <typename Id>
  absl::Status Bytes(EventField field, Id& out) const {
    const std::string& text = raw(field);
    if (text.empty()) return absl::OkStatus();
    const absl::StatusOr<Id> id = Id::FromBytes(text);
    if (!id.ok()) return EventInvalid(FieldName(field), std::to_string(Id::kSize) + " bytes");
    out = *id;
    return absl::OkStatus();
  }

  template <typename Id>
  absl::Status Token(EventField field, std::string_view text, Id& out) const {
    const absl::StatusOr<Id> id = Id::Create(text);
    if (!id.ok()) return EventInvalid(FieldName(field), "1 to 63 of a-z, 0-9 and '-'");
    out = *id;
    return absl::OkStatus();
  }

  template <typename Id>
  absl::Status Token(EventField field, Id& out) const {
    return raw(field).empty() ? absl::OkStatus() : Token(field, raw(field), out);
  }

  absl::Status Referral(std::optional<StatementKey>& out) const {
    const std::string_view text = raw(EventField::kReferral);
    if (text.empty()) return absl::OkStatus();
    constexpr size_t kPrefix = ReferralId::kSize + 4;
    if (text.size() <= kPrefix) {
      return EventInvalid("referral", "a referral id, a version and a sender");
    }
    StatementKey key;
    AMANA_ASSIGN_OR_RETURN(key.referral, ReferralId::FromBytes(text.substr(0, ReferralId::kSize)));
    key.version = static_cast<uint32_t>(BigEndian(text.substr(ReferralId::kSize, 4)));
    AMANA_RETURN_IF_ERROR(Token(EventField::kReferral, text.substr(kPrefix), key.sender));
    out = std::move(key);
    return absl::OkStatus();
  }

  absl::Status Recipient(std::optional<Address>& out) const {
    const std::string_view text = raw(EventField::kRecipient);
    if (text.empty()) return absl::OkStatus();
    Address address;
    const size_t slash = text.find('/');
    AMANA_RETURN_IF_ERROR(Token(EventField::kRecipient, text.substr(0, slash), address.agency));
    if (slash != std::string_view::npos) {
      AMANA_RETURN_IF_ERROR(Token(EventField::kRecipient, text.substr(slash + 1), address.unit));
    }
    out = std::move(address);
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status Set(EventField field, std::vector<T>& out) const {
    int last = -1;
    for (const char c : raw(field)) {
      const int value = static_cast<uint8_t>(c);
      if (value <= last) return EventInvalid(FieldName(field), "codes, strictly ascending");
      out.push_back(static_cast<T>(value));
      last = value;
    }
    return absl::OkStatus();
  }

 private:
  const Fields& fields_;
};

absl::Status DecodeWho(const Reader& read, EventView& view) {
  AMANA_RETURN_IF_ERROR(read.Code(EventField::kKind, view.kind));
  AMANA_RETURN_IF_ERROR(read.Time(view.time));
  AMANA_RETURN_IF_ERROR(read.Referral(view.referral));
  AMANA_RETURN_IF_ERROR(read.Bytes(EventField::kStatementDigest, view.statement_digest));
  AMANA_RETURN_IF_ERROR(read.Token(EventField::kActorAgency, view.actor_agency));
  AMANA_RETURN_IF_ERROR(read.Token(EventField::kActorUnit, view.actor_unit));
  AMANA_RETURN_IF_ERROR(read.Token(EventField::kActorPerson, view.actor_person));
  AMANA_RETURN_IF_ERROR(read.Bytes(EventField::kCertId, view.cert_id));
  return read.Recipient(view.recipient);
}

absl::Status DecodeDelivery(const Reader& read, EventView& view) {
  AMANA_RETURN_IF_ERROR(read.Task(view.task));
  AMANA_RETURN_IF_ERROR(read.Code(EventField::kStage, view.stage));
  AMANA_RETURN_IF_ERROR(read.Number(EventField::kOfferEpoch, view.offer_epoch));
  AMANA_RETURN_IF_ERROR(read.Number(EventField::kLeaseEpoch, view.lease_epoch));
  AMANA_RETURN_IF_ERROR(read.Code(EventField::kUrgency, view.urgency));
  return read.Number(EventField::kAttempt, view.attempt);
}

absl::Status DecodeDecision(const Reader& read, EventView& view) {
  AMANA_RETURN_IF_ERROR(read.Code(EventField::kReason, view.reason));
  AMANA_RETURN_IF_ERROR(read.Bytes(EventField::kConsentId, view.consent_id));
  AMANA_RETURN_IF_ERROR(read.Number(EventField::kConsentVersion, view.consent_version));
  AMANA_RETURN_IF_ERROR(read.Set(EventField::kConsentRules, view.consent_rules));
  AMANA_RETURN_IF_ERROR(read.Number(EventField::kSenderCounter, view.sender_counter));
  AMANA_RETURN_IF_ERROR(read.Number(EventField::kRecipientCounter, view.recipient_counter));
  AMANA_RETURN_IF_ERROR(read.Set(EventField::kDelivered, view.delivered));
  return read.Set(EventField::kWithheld, view.withheld);
}

absl::StatusOr<EventView> Decode(const Fields& fields, std::string leaf_data) {
  EventView view;
  view.leaf_hash = transparency::HashLeaf(leaf_data);
  view.leaf_data = std::move(leaf_data);
  const Reader read(fields);
  AMANA_RETURN_IF_ERROR(DecodeWho(read, view));
  AMANA_RETURN_IF_ERROR(DecodeDelivery(read, view));
  AMANA_RETURN_IF_ERROR(DecodeDecision(read, view));
  view.detail = read.raw(EventField::kDetail);
  return view;
}

}  // namespace

std::string_view FieldName(EventField field) { return kNames[static_cast<size_t>(field)]; }

absl::StatusOr<EventView> ViewOf(const v1::EventOpening& opening) {
  const auto seed = transparency::EventSeed::FromBytes(opening.seed());
  if (!seed.ok()) return EventInvalid("event.seed", "32 bytes");
  if (opening.fields_size() != static_cast<int>(kEventFields)) {
    return EventInvalid("event.fields", "24 fields");
  }
  Fields fields;
  for (size_t i = 0; i < kEventFields; ++i) fields[i] = opening.fields(static_cast<int>(i));
  if (fields[0].empty() || fields[1].empty()) return EventInvalid("event", "a kind and a time");
  AMANA_ASSIGN_OR_RETURN(transparency::EventCommitment commitment,
                         transparency::Commit(fields, *seed));
  AMANA_ASSIGN_OR_RETURN(EventView view, Decode(fields, std::move(commitment.leaf_data)));
  view.opened.set();
  return view;
}

absl::StatusOr<EventView> ViewOf(const v1::PartialEventOpening& opening) {
  transparency::Opening parts;
  transparency::FieldSet opened;
  Fields fields;
  for (const v1::OpenedEventField& field : opening.opened()) {
    const auto salt = transparency::FieldSalt::FromBytes(field.salt());
    if (field.field() >= kEventFields || !salt.ok()) {
      return EventInvalid("event.opened", "fields 0 to 23 with salts of 16 bytes");
    }
    opened.set(field.field());
    fields[field.field()] = field.value();
    parts.opened.push_back({static_cast<uint8_t>(field.field()), *salt, field.value()});
  }
  size_t number = 0;
  for (const v1::HiddenEventField& field : opening.hidden()) {
    while (number < kEventFields && opened[number]) ++number;
    const absl::StatusOr<Digest> hash = Digest::FromBytes(field.hash());
    if (number == kEventFields || field.field() != number || !hash.ok()) {
      return EventInvalid("event.hidden", "the fields not opened, in order, 32 bytes each");
    }
    parts.hidden.push_back(*hash);
    ++number;
  }
  absl::StatusOr<std::string> leaf = transparency::VerifyOpening(parts);
  if (!leaf.ok()) return EventInvalid("event", "24 fields, numbered upwards");
  AMANA_ASSIGN_OR_RETURN(EventView view, Decode(fields, *std::move(leaf)));
  view.opened = opened;
  return view;
}

uint32_t UpdateOf(const EventView& event) {
  if (event.detail.size() != 5) return 0;
  uint32_t number = 0;
  for (const char byte : event.detail.substr(1)) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

}  // namespace amana::sdk
