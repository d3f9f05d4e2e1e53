// What is written natively for a row of the journal.
#include <utility>

#include "agency-adapters/runtime/api_json.h"
#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/runtime/incoming.h"
#include "agency-adapters/sdk/keys.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::runtime {
namespace {

constexpr char kJson[] = "application/json";

sdk::DeliveryKey OfferKey(sdk::DeliveryKey key) {
  key.stage = v1::DISCLOSURE_STAGE_AT_OFFER;
  key.update = 0;
  return key;
}

template <typename E>
std::string Name(E code) {
  return code == E{} ? "" : std::string(codes::CodeName(code));
}

void SetHeader(const v1::ReferralHeader& header, uint32_t task, mapping::CaseFacts& facts) {
  const v1::ServiceRequest& service = header.services(static_cast<int>(task));
  facts.services = {{service.service(), std::nullopt}};
  facts.urgency = header.urgency();
  facts.subject_class = header.subject_class();
  facts.legal_basis = header.legal_basis();
  facts.embassy_contact = header.assertions().embassy_contact();
  if (header.has_consent()) {
    const auto id = ConsentId::FromBytes(header.consent().consent_id());
    if (id.ok()) facts.consent = id->hex() + "/" + std::to_string(header.consent().version());
  }
  if (service.has_route()) {
    facts.county = service.route().county();
    facts.sex = service.route().sex();
    if (!service.route().language().empty()) facts.language = service.route().language();
  }
  // What is not asserted is not said.
  if (header.cross_border()) facts.cross_border = true;
  if (header.assertions().guardian_conflict()) facts.guardian_conflict = true;
  if (header.assertions().incapacity()) facts.incapacity = true;
  if (header.test()) facts.test = true;
}

}  // namespace

absl::Status Incoming::AddSections(const sdk::InboxItem& item, mapping::CaseFacts& facts,
                                   NativeDelivery* delivery) {
  AMANA_ASSIGN_OR_RETURN(const envelope::OpenedDelivery opened,
                         end_.inbox.Open(item.id, end_.identity));
  SetHeader(opened.header.header(), item.key.task, facts);
  for (const envelope::OpenedSection& section : opened.sections) {
    const std::string name(codes::CodeName(section.category));
    if (section.media_type != kJson) {
      if (delivery != nullptr) {
        delivery->attachments.push_back({name, section.media_type, section.content});
      }
      continue;
    }
    AMANA_RETURN_IF_ERROR(mapping::AddSection(facts, section.category, section.content));
  }
  if (delivery != nullptr) {
    delivery->withheld = !opened.withheld_slots.empty();
    if (opened.update.has_value()) delivery->words = opened.update->words;
  }
  return absl::OkStatus();
}

absl::StatusOr<mapping::CaseFacts> Incoming::FactsOf(const sdk::InboxItem& item,
                                                     NativeDelivery* delivery) {
  mapping::CaseFacts facts;
  // The native side's row is completed by later parts, so each has what came before it.
  if (item.key.update == 0 && item.key.stage == v1::DISCLOSURE_STAGE_AT_ACCEPT) {
    AMANA_ASSIGN_OR_RETURN(const auto offer, end_.inbox.Find(OfferKey(item.key)));
    if (offer.has_value()) {
      AMANA_RETURN_IF_ERROR(AddSections(*offer, facts, nullptr));
    }
  }
  AMANA_RETURN_IF_ERROR(AddSections(item, facts, delivery));
  return facts;
}

absl::StatusOr<std::optional<NativeDelivery>> Incoming::Compose(const DeliveryRow& row) {
  switch (row.kind) {
    case DeliveryKind::kCase:
    case DeliveryKind::kUpdate:
      return ComposeCase(row);
    case DeliveryKind::kRecall:
      return ComposeRecall(row);
    case DeliveryKind::kNotice:
      return ComposeNotice(row);
  }
  return ItemInvalid("kind", "is none that this build knows");
}

absl::StatusOr<std::optional<NativeDelivery>> Incoming::ComposeCase(const DeliveryRow& row) {
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, end_.inbox.Get(row.source));
  NativeDelivery delivery{.key = row.key, .kind = row.kind};
  absl::StatusOr<mapping::CaseFacts> facts = FactsOf(item, &delivery);
  // Recalled before it was written: there is nothing to write any more.
  if (ErrorReason(facts.status()) == "CONTENT_ERASED") return std::optional<NativeDelivery>();
  if (!facts.ok()) return facts.status();
  delivery.referral = sdk::ToString(item.key.referral);
  delivery.sender = ToString(Address{item.key.referral.sender, item.sender_unit});
  delivery.recipient = ToString(item.recipient);
  delivery.task = item.key.task;
  delivery.stage = Name(item.key.stage);
  delivery.service = Name(item.service);
  delivery.urgency = Name(item.urgency);
  delivery.test = item.test;
  delivery.at = item.received;
  delivery.expires = item.expires;
  if (const std::string offer = DeliveryKeyText(OfferKey(item.key)); offer != row.key) {
    AMANA_ASSIGN_OR_RETURN(const auto before, deliveries_.Find(offer));
    if (before.has_value()) {
      delivery.about = offer;
      delivery.about_native_id = before->native_id;
    }
  }
  if (!facts->sections.empty() || row.kind == DeliveryKind::kCase) {
    mapping::Report report;
    AMANA_ASSIGN_OR_RETURN(delivery.record, mapping_.ToNative(*facts, &report));
    size_t dropped = 0;
    for (const mapping::ReportLine& line : report.lines) {
      if (line.outcome == mapping::Outcome::kDropped) ++dropped;
    }
    if (dropped > 0)
      Log(LogLevel::kInfo, "facts_dropped", {{"delivery", row.id}, {"facts", dropped}});
  }
  return std::optional<NativeDelivery>(std::move(delivery));
}

absl::StatusOr<std::optional<NativeDelivery>> Incoming::ComposeRecall(const DeliveryRow& row) {
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, end_.inbox.Get(row.source));
  const std::string about = DeliveryKeyText(item.key);
  AMANA_ASSIGN_OR_RETURN(const std::optional<DeliveryRow> written, deliveries_.Find(about));
  // Never on its way to the native side, so there is nothing to take back there. One that was may
  // be there, in whole or in part, whatever its Deliver answered.
  if (!written.has_value() || (written->native_id.empty() && written->attempts == 0)) {
    return std::optional<NativeDelivery>();
  }
  NativeDelivery delivery{.key = row.key, .kind = row.kind};
  delivery.about = about;
  delivery.about_native_id = written->native_id;
  delivery.referral = sdk::ToString(item.key.referral);
  delivery.sender = ToString(Address{item.key.referral.sender, item.sender_unit});
  delivery.recipient = ToString(item.recipient);
  delivery.task = item.key.task;
  delivery.stage = Name(item.key.stage);
  delivery.service = Name(item.service);
  delivery.urgency = Name(item.urgency);
  delivery.test = item.test;
  delivery.at = end_.clock.Now();
  delivery.reason = Name(item.recall_reason);
  return std::optional<NativeDelivery>(std::move(delivery));
}

absl::Status Incoming::SetNoticeSubject(const sdk::EventView& event, NativeDelivery& delivery) {
  if (event.referral->sender == end_.identity.agency()) {
    AMANA_ASSIGN_OR_RETURN(const auto own, items_.FindReferral(event.referral->referral));
    if (own.has_value()) delivery.about = own->key;
    return absl::OkStatus();
  }
  const sdk::DeliveryKey key{*event.referral, event.task.value_or(0), event.offer_epoch,
                             v1::DISCLOSURE_STAGE_AT_OFFER, 0};
  AMANA_ASSIGN_OR_RETURN(const auto offer, deliveries_.Find(DeliveryKeyText(key)));
  if (offer.has_value()) {
    delivery.about = offer->key;
    delivery.about_native_id = offer->native_id;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<NativeDelivery>> Incoming::ComposeNotice(const DeliveryRow& row) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> found,
                         end_.notices.After(row.source - 1, 1));
  if (found.empty() || found.front().index != static_cast<uint64_t>(row.source)) {
    return AboutUnknown();
  }
  const sdk::EventView& event = found.front().event;
  NativeDelivery delivery{.key = row.key, .kind = row.kind};
  AMANA_RETURN_IF_ERROR(SetNoticeSubject(event, delivery));
  delivery.referral = sdk::ToString(*event.referral);
  delivery.sender = event.referral->sender.value();
  if (event.recipient.has_value()) delivery.recipient = ToString(*event.recipient);
  delivery.task = event.task.value_or(0);
  delivery.urgency = Name(event.urgency);
  delivery.at = event.time;
  delivery.event = EventName(event.kind);
  delivery.reason = Name(event.reason);
  if (found.front().has_words) {
    AMANA_ASSIGN_OR_RETURN(delivery.words, end_.notices.Words(found.front().index));
  }
  return std::optional<NativeDelivery>(std::move(delivery));
}

}  // namespace amana::runtime
