#include "agency-adapters/police/messages.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "agency-adapters/mapping/report.h"
#include "agency-adapters/police/niem_json.h"
#include "agency-adapters/runtime/errors.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::police {
namespace {

using runtime::ItemKind;
using runtime::NativeFormatInvalid;

constexpr std::string_view kObNumber = "x:NationalPoliceCase/x:OBNumber";
constexpr std::string_view kMessageId = "x:NationalPoliceCase/x:MessageID";
constexpr std::string_view kDecision = "x:Decision/";
constexpr size_t kMaxId = 64;
constexpr std::string_view kBetween = "#!";
constexpr char kOfCase = '#', kAboutCase = '!';  // neither is in a message id

// What a step of a handover says besides.
constexpr std::pair<std::string_view, std::string_view> kDetails[] = {
    {"x:WindowFromDateTime", "window_from"},
    {"x:WindowUntilDateTime", "window_until"},
    {"x:StepReasonCode", "reason"},
    {"x:ExitCode", "exit"},
    {"x:EscortCodeText", "escort_code"},
    {"x:PlaceText", "place"},
    {"x:OfficerText", "officer"},
    {"x:EscortText", "escort"},
    {"x:CompanionText", "companion"},
    {"x:StepText", "text"},
};

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._:-").find(c) != std::string_view::npos;
}

bool IsPrintable(char c) { return c > ' ' && c < 0x7F; }

// Takes a field out of the record. None: it is not there.
std::optional<std::vector<std::string>> Take(mapping::Record& record, std::string_view name) {
  const auto found = record.fields.find(name);
  if (found == record.fields.end()) return std::nullopt;
  std::vector<std::string> texts = std::move(found->second);
  record.fields.erase(found);
  return texts;
}

// One text; empty where there is none.
std::string TakeOne(mapping::Record& record, std::string_view name) {
  std::optional<std::vector<std::string>> texts = Take(record, name);
  return texts.has_value() && texts->size() == 1 ? std::move(texts->front()) : std::string();
}

std::string TakeDecision(mapping::Record& record, std::string_view name) {
  return TakeOne(record, std::string(kDecision) + std::string(name));
}

absl::StatusOr<std::string> MessageId(const mapping::Record& record, std::string_view beside,
                                      std::string_view bytes, bool is_case) {
  const auto found = record.fields.find(kMessageId);
  std::string id(beside);
  if (found != record.fields.end()) {
    if (!id.empty() && id != found->second.front()) {
      return NativeFormatInvalid(kMessageId, "expected the Idempotency-Key");
    }
    id = found->second.front();
  }
  if (id.empty() && is_case) {
    return NativeFormatInvalid(kMessageId, "missing, and no Idempotency-Key");
  }
  if (id.empty()) id = crypto::Sha256(bytes).hex().substr(0, 32);
  if (id.size() > kMaxId || !std::ranges::all_of(id, IsIdCharacter)) {
    return NativeFormatInvalid(kMessageId, "expected at most 64 letters, digits, . _ : -");
  }
  return id;
}

absl::Status ReadDecision(Message& message) {
  runtime::NativeItem& item = message.item;
  const std::optional<ItemKind> kind =
      runtime::ItemKindOf(TakeDecision(item.record, "x:DecisionCode"));
  if (!kind.has_value() || *kind == ItemKind::kCase) {
    return NativeFormatInvalid("x:Decision/x:DecisionCode", "expected a decision");
  }
  item.kind = *kind;
  item.code = TakeDecision(item.record, "x:ReasonCode");
  item.words = TakeDecision(item.record, "x:DecisionText");
  for (const auto& [native, ours] : kDetails) {
    if (std::string text = TakeDecision(item.record, native); !text.empty()) {
      item.details[std::string(ours)] = std::move(text);
    }
  }
  item.categories =
      Take(item.record, "x:Decision/x:CategoryCode").value_or(std::vector<std::string>());
  message.case_reference = TakeDecision(item.record, "x:CaseReference");
  if (const std::string task = TakeDecision(item.record, "x:TaskNumeric"); !task.empty()) {
    const auto [end, error] = std::from_chars(task.data(), task.data() + task.size(), item.task);
    if (error != std::errc() || end != task.data() + task.size()) {
      return NativeFormatInvalid("x:Decision/x:TaskNumeric", "expected the number of a service");
    }
  }
  Take(item.record, kObNumber);
  Take(item.record, kMessageId);
  for (const auto& [name, texts] : item.record.fields) {
    if (*kind != ItemKind::kUpdate || name.starts_with(kDecision)) {
      return NativeFormatInvalid(mapping::ShownName(name), "a decision has no place for it");
    }
  }
  return absl::OkStatus();
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

class Filler {
 public:
  Filler(mapping::Record& record, std::string_view element) : record_(record), element_(element) {}

  // What is empty is not said.
  Filler& Put(std::string_view name, std::string_view text) {
    if (!text.empty()) {
      record_.fields[element_ + "/" + std::string(name)] = {std::string(text)};
    }
    return *this;
  }
  Filler& Put(std::string_view name, bool value) { return Put(name, value ? "true" : "false"); }
  Filler& Put(std::string_view name, const char* text) { return Put(name, std::string_view(text)); }

 private:
  mapping::Record& record_;
  const std::string element_;
};

}  // namespace

absl::StatusOr<Message> ReadMessage(std::string_view bytes, std::string_view message_id) {
  Message message;
  AMANA_ASSIGN_OR_RETURN(message.item.record, ReadNiemJson(bytes));
  const auto ob = message.item.record.fields.find(kObNumber);
  if (ob == message.item.record.fields.end() || ob->second.front().empty() ||
      ob->second.front().size() > kMaxId || !std::ranges::all_of(ob->second.front(), IsPrintable)) {
    return NativeFormatInvalid(kObNumber, "expected 1 to 64 printable characters");
  }
  message.ob_number = ob->second.front();
  const auto first = message.item.record.fields.lower_bound(kDecision);
  const bool decides =
      first != message.item.record.fields.end() && first->first.starts_with(kDecision);
  AMANA_ASSIGN_OR_RETURN(const std::string id,
                         MessageId(message.item.record, message_id, bytes, !decides));
  if (decides) AMANA_RETURN_IF_ERROR(ReadDecision(message));
  const char between = message.item.kind == ItemKind::kCase ? kOfCase : kAboutCase;
  message.item.key = message.ob_number + between + id;
  return message;
}

std::string ObNumberOf(std::string_view key) {
  const size_t between = key.find_last_of(kBetween);
  if (between == std::string_view::npos || key[between] != kOfCase) return "";
  return std::string(key.substr(0, between));
}

absl::StatusOr<std::string> WriteDelivery(const runtime::NativeDelivery& delivery) {
  mapping::Record record = delivery.record;
  Filler filler(record, "x:Delivery");
  filler.Put("x:DeliveryKey", delivery.key)
      .Put("x:KindCode", runtime::KindName(delivery.kind))
      .Put("x:StageCode", delivery.stage)
      .Put("x:AboutKey", delivery.about)
      .Put("x:AboutNativeID", delivery.about_native_id)
      .Put("x:ReferralID", delivery.referral)
      .Put("x:SenderName", delivery.sender)
      .Put("x:RecipientName", delivery.recipient)
      .Put("x:TaskNumeric", std::string_view(std::to_string(delivery.task)))
      .Put("x:ServiceCode", delivery.service)
      .Put("x:UrgencyCode", delivery.urgency)
      .Put("x:TestIndicator", delivery.test)
      .Put("x:WithheldIndicator", delivery.withheld)
      .Put("x:EventCode", delivery.event)
      .Put("x:ReasonCode", delivery.reason)
      .Put("x:WordsText", delivery.words);
  if (delivery.at != absl::InfinitePast()) {
    filler.Put("x:EventDateTime", std::string_view(Rfc3339(delivery.at)));
  }
  if (delivery.expires != absl::InfiniteFuture()) {
    filler.Put("x:ExpirationDateTime", std::string_view(Rfc3339(delivery.expires)));
  }
  for (const runtime::Attachment& attachment : delivery.attachments) {
    record.fields["x:Attachment/x:CategoryCode"].push_back(attachment.category);
    record.fields["x:Attachment/x:MediaTypeText"].push_back(attachment.media_type);
    record.fields["x:Attachment/nc:Base64BinaryObject"].push_back(
        absl::Base64Escape(attachment.content));
  }
  return WriteNiemJson(record);
}

absl::StatusOr<std::string> WriteSettlement(std::string_view key,
                                            const runtime::Settlement& settlement) {
  using State = runtime::Settlement::State;
  const size_t between = key.find_last_of(kBetween);
  if (between == std::string_view::npos) {
    return NativeFormatInvalid("key", "expected one of this adapter's");
  }
  mapping::Record record;
  Filler(record, "x:NationalPoliceCase")
      .Put("x:OBNumber", key.substr(0, between))
      .Put("x:MessageID", key.substr(between + 1));
  Filler(record, "x:Settlement")
      .Put("x:StateCode", settlement.state == State::kTaken      ? "TAKEN"
                          : settlement.state == State::kAccepted ? "ACCEPTED"
                                                                 : "REFUSED")
      .Put("x:ReferralID", settlement.referral)
      .Put("x:ReasonCode", settlement.reason)
      .Put("x:FieldName", settlement.field)
      .Put("x:EscortCodeText", settlement.escort_code);
  return WriteNiemJson(record);
}

}  // namespace amana::police
