#include "broker/events/fields.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "broker/events/errors.h"

namespace amana::events {
namespace {

constexpr std::array<std::string_view, kFieldCount> kNames = {"kind",
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

// --- encoding

std::string FixedNumber(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  for (size_t i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

std::string Number(uint64_t value) {
  size_t bytes = 0;
  for (uint64_t rest = value; rest != 0; rest >>= 8) ++bytes;
  return FixedNumber(value, bytes);
}

template <typename Id>
std::string IdBytes(const Id& id) {
  return id.is_zero() ? std::string() : id.bytes();
}

std::string Referral(const std::optional<StatementKey>& key) {
  if (!key.has_value()) return {};
  return key->referral.bytes() + FixedNumber(key->version, 4) + key->sender.value();
}

std::string Recipient(const std::optional<Address>& address) {
  if (!address.has_value()) return {};
  return address->unit.empty() ? address->agency.value() : ToString(*address);
}

template <typename T>
std::string Set(const std::vector<T>& items) {
  std::string out;
  for (const T item : items) out.push_back(static_cast<char>(item));
  const auto less = [](char a, char b) {
    return static_cast<uint8_t>(a) < static_cast<uint8_t>(b);
  };
  std::sort(out.begin(), out.end(), less);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// --- decoding: each reads one field, and knows its name for the refusal

class Reader {
 public:
  explicit Reader(const FieldValues& fields) : fields_(fields) {}

  template <typename T>
  absl::Status Number(Field field, T& out) const {
    const std::string& text = fields_[field];
    if (text.size() > sizeof(T) || (!text.empty() && text[0] == '\0')) {
      return FieldInvalid(FieldName(field), "a number without leading zero byte, in range");
    }
    out = static_cast<T>(BigEndian(text));
    return absl::OkStatus();
  }

  absl::Status Task(std::optional<uint32_t>& out) const {
    out.reset();
    if (fields_[kTask].empty()) return absl::OkStatus();
    uint32_t value = 0;
    if (fields_[kTask] != std::string_view("\0", 1)) AMANA_RETURN_IF_ERROR(Number(kTask, value));
    out = value;
    return absl::OkStatus();
  }

  absl::Status Time(absl::Time& out) const {
    if (fields_[kTime].size() != 8) return FieldInvalid(FieldName(kTime), "8 bytes");
    out = absl::FromUnixMillis(static_cast<int64_t>(BigEndian(fields_[kTime])));
    return absl::OkStatus();
  }

  template <typename Enum>
  absl::Status Code(Field field, bool (*is_valid)(int), Enum& out) const {
    uint32_t value = 0;
    AMANA_RETURN_IF_ERROR(Number(field, value));
    if (value > static_cast<uint32_t>(std::numeric_limits<int>::max()) ||
        !is_valid(static_cast<int>(value))) {
      return FieldInvalid(FieldName(field), "a known code");
    }
    out = static_cast<Enum>(value);
    return absl::OkStatus();
  }

  template <typename Id>
  absl::Status Bytes(Field field, Id& out) const {
    out = Id();
    if (fields_[field].empty()) return absl::OkStatus();
    const absl::StatusOr<Id> id = Id::FromBytes(fields_[field]);
    if (!id.ok() || id->is_zero()) {
      return FieldInvalid(FieldName(field), std::to_string(Id::kSize) + " bytes, not all zero");
    }
    out = *id;
    return absl::OkStatus();
  }

  template <typename Id>
  absl::Status Token(Field field, Id& out) const {
    out = Id();
    if (fields_[field].empty()) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(out, TokenOf<Id>(field, fields_[field]));
    return absl::OkStatus();
  }

  absl::Status Referral(std::optional<StatementKey>& out) const {
    out.reset();
    const std::string_view text = fields_[kReferral];
    if (text.empty()) return absl::OkStatus();
    constexpr size_t kPrefix = ReferralId::kSize + 4;
    if (text.size() <= kPrefix) {
      return FieldInvalid(FieldName(kReferral), "a referral id, a version and a sender");
    }
    StatementKey key;
    AMANA_ASSIGN_OR_RETURN(key.referral, ReferralId::FromBytes(text.substr(0, ReferralId::kSize)));
    key.version = static_cast<uint32_t>(BigEndian(text.substr(ReferralId::kSize, 4)));
    AMANA_ASSIGN_OR_RETURN(key.sender, TokenOf<AgencyId>(kReferral, text.substr(kPrefix)));
    out = std::move(key);
    return absl::OkStatus();
  }

  absl::Status Recipient(std::optional<Address>& out) const {
    out.reset();
    const std::string_view text = fields_[kRecipient];
    if (text.empty()) return absl::OkStatus();
    Address address;
    const size_t slash = text.find('/');
    AMANA_ASSIGN_OR_RETURN(address.agency, TokenOf<AgencyId>(kRecipient, text.substr(0, slash)));
    if (slash != std::string_view::npos) {
      AMANA_ASSIGN_OR_RETURN(address.unit, TokenOf<UnitId>(kRecipient, text.substr(slash + 1)));
    }
    out = std::move(address);
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status Set(Field field, bool (*is_valid)(int), std::vector<T>& out) const {
    out.clear();
    int last = -1;
    for (const char c : fields_[field]) {
      const int value = static_cast<uint8_t>(c);
      if (value <= last || !is_valid(value)) {
        return FieldInvalid(FieldName(field), "known codes, one byte each, strictly ascending");
      }
      out.push_back(static_cast<T>(value));
      last = value;
    }
    return absl::OkStatus();
  }

 private:
  static uint64_t BigEndian(std::string_view bytes) {
    uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  template <typename Id>
  static absl::StatusOr<Id> TokenOf(Field field, std::string_view text) {
    absl::StatusOr<Id> id = Id::Create(text);
    if (!id.ok()) return FieldInvalid(FieldName(field), "1 to 63 of a-z, 0-9 and '-'");
    return id;
  }

  const FieldValues& fields_;
};

absl::Status DecodeWho(const Reader& read, Event& event) {
  AMANA_RETURN_IF_ERROR(read.Referral(event.referral));
  AMANA_RETURN_IF_ERROR(read.Bytes(kStatementDigest, event.statement_digest));
  AMANA_RETURN_IF_ERROR(read.Token(kActorAgency, event.actor_agency));
  AMANA_RETURN_IF_ERROR(read.Token(kActorUnit, event.actor_unit));
  AMANA_RETURN_IF_ERROR(read.Token(kActorPerson, event.actor_person));
  AMANA_RETURN_IF_ERROR(read.Bytes(kCertId, event.cert_id));
  return read.Recipient(event.recipient);
}

absl::Status DecodeDelivery(const Reader& read, Event& event) {
  AMANA_RETURN_IF_ERROR(read.Task(event.task));
  AMANA_RETURN_IF_ERROR(read.Code(kStage, &v1::DisclosureStage_IsValid, event.stage));
  AMANA_RETURN_IF_ERROR(read.Number(kOfferEpoch, event.offer_epoch));
  AMANA_RETURN_IF_ERROR(read.Number(kLeaseEpoch, event.lease_epoch));
  AMANA_RETURN_IF_ERROR(read.Code(kUrgency, &v1::Urgency_IsValid, event.urgency));
  return read.Number(kAttempt, event.attempt);
}

absl::Status DecodeDecision(const Reader& read, Event& event) {
  const auto any_rule = [](int) { return true; };
  const auto category = [](int value) { return value != 0 && v1::Category_IsValid(value); };
  AMANA_RETURN_IF_ERROR(read.Code(kReason, &v1::Reason_IsValid, event.reason));
  AMANA_RETURN_IF_ERROR(read.Bytes(kConsentId, event.consent_id));
  AMANA_RETURN_IF_ERROR(read.Number(kConsentVersion, event.consent_version));
  AMANA_RETURN_IF_ERROR(read.Set(kConsentRules, any_rule, event.consent_rules));
  AMANA_RETURN_IF_ERROR(read.Number(kSenderCounter, event.sender_counter));
  AMANA_RETURN_IF_ERROR(read.Number(kRecipientCounter, event.recipient_counter));
  AMANA_RETURN_IF_ERROR(read.Set(kDelivered, category, event.delivered));
  return read.Set(kWithheld, category, event.withheld);
}

}  // namespace

std::string_view FieldName(Field field) { return kNames[field]; }

void EncodeFields(const Event& event, FieldValues& fields) {
  fields[kKind] = Number(event.kind);
  fields[kTime] = FixedNumber(static_cast<uint64_t>(absl::ToUnixMillis(event.time)), 8);
  fields[kReferral] = Referral(event.referral);
  fields[kStatementDigest] = IdBytes(event.statement_digest);
  fields[kActorAgency] = event.actor_agency.value();
  fields[kActorUnit] = event.actor_unit.value();
  fields[kActorPerson] = event.actor_person.value();
  fields[kCertId] = IdBytes(event.cert_id);
  fields[kRecipient] = Recipient(event.recipient);
  fields[kTask].clear();
  if (event.task.has_value()) {
    fields[kTask] = *event.task == 0 ? std::string(1, '\0') : Number(*event.task);
  }
  fields[kStage] = Number(event.stage);
  fields[kOfferEpoch] = Number(event.offer_epoch);
  fields[kLeaseEpoch] = Number(event.lease_epoch);
  fields[kUrgency] = Number(event.urgency);
  fields[kReason] = Number(event.reason);
  fields[kConsentId] = IdBytes(event.consent_id);
  fields[kConsentVersion] = Number(event.consent_version);
  fields[kConsentRules] = Set(event.consent_rules);
  fields[kSenderCounter] = Number(event.sender_counter);
  fields[kRecipientCounter] = Number(event.recipient_counter);
  fields[kDelivered] = Set(event.delivered);
  fields[kWithheld] = Set(event.withheld);
  fields[kAttempt] = Number(event.attempt);
  fields[kDetail] = event.detail;
}

absl::StatusOr<Event> DecodeFields(const FieldValues& fields) {
  const Reader read(fields);
  Event event;
  AMANA_RETURN_IF_ERROR(read.Code(kKind, &v1::EventKind_IsValid, event.kind));
  if (event.kind == v1::EVENT_KIND_UNSPECIFIED) {
    return FieldInvalid(FieldName(kKind), "a known code");
  }
  AMANA_RETURN_IF_ERROR(read.Time(event.time));
  AMANA_RETURN_IF_ERROR(DecodeWho(read, event));
  AMANA_RETURN_IF_ERROR(DecodeDelivery(read, event));
  AMANA_RETURN_IF_ERROR(DecodeDecision(read, event));
  event.detail = fields[kDetail];
  return event;
}

}  // namespace amana::events
