#include "agency-adapters/auditor/bundle_events.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agency-adapters/auditor/errors.h"
#include "agency-adapters/sdk/errors.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;
using transparency::FieldSet;

// The hash that stands for a field which is not opened (proto/transparency/salted_event.h).
std::string HashOf(const v1::OpenedEventField& field) {
  const std::string number(1, static_cast<char>(field.field()));
  return crypto::Sha256({std::string_view("\0", 1), field.salt(), number, field.value()}).bytes();
}

absl::StatusOr<v1::PartialEventOpening> Opened(const v1::EventOpening& whole,
                                               const FieldSet& fields) {
  AMANA_ASSIGN_OR_RETURN(const transparency::EventSeed seed,
                         transparency::EventSeed::FromBytes(whole.seed()));
  const std::vector<std::string> values(whole.fields().begin(), whole.fields().end());
  AMANA_ASSIGN_OR_RETURN(const transparency::Opening opening,
                         transparency::Open(values, seed, fields));
  v1::PartialEventOpening partial;
  for (const transparency::OpenedField& field : opening.opened) {
    v1::OpenedEventField& opened = *partial.add_opened();
    opened.set_field(field.number);
    opened.set_salt(field.salt.bytes());
    opened.set_value(field.value);
  }
  auto hash = opening.hidden.begin();
  for (uint32_t i = 0; i < transparency::kEventFields; ++i) {
    if (fields[i]) continue;
    v1::HiddenEventField& hidden = *partial.add_hidden();
    hidden.set_field(i);
    hidden.set_hash((hash++)->bytes());
  }
  return partial;
}

v1::PartialEventOpening Hidden(const v1::PartialEventOpening& from, const FieldSet& fields) {
  v1::PartialEventOpening partial;
  std::vector<v1::HiddenEventField> hidden(from.hidden().begin(), from.hidden().end());
  for (const v1::OpenedEventField& field : from.opened()) {
    if (field.field() < transparency::kEventFields && fields[field.field()]) {
      *partial.add_opened() = field;
      continue;
    }
    v1::HiddenEventField& more = hidden.emplace_back();
    more.set_field(field.field());
    more.set_hash(HashOf(field));
  }
  std::ranges::sort(hidden, {}, [](const v1::HiddenEventField& field) { return field.field(); });
  for (v1::HiddenEventField& field : hidden) *partial.add_hidden() = std::move(field);
  return partial;
}

}  // namespace

absl::StatusOr<EventView> ViewOf(const v1::EvidenceEvent& event) {
  if (event.has_whole()) return sdk::ViewOf(event.whole());
  return sdk::ViewOf(event.partial());
}

absl::StatusOr<v1::EvidenceEvent> AsMirrored(const MirroredEvent& event) {
  v1::EvidenceEvent evidence;
  evidence.set_index(event.index);
  const bool read = event.whole ? evidence.mutable_whole()->ParseFromString(event.opening)
                                : evidence.mutable_partial()->ParseFromString(event.opening);
  if (!read) return sdk::EventInvalid("opening", "an opening of an event");
  evidence.DiscardUnknownFields();  // a bundle has one form
  return evidence;
}

absl::StatusOr<v1::EvidenceEvent> Narrowed(const MirroredEvent& event, const FieldSet& fields) {
  AMANA_ASSIGN_OR_RETURN(v1::EvidenceEvent evidence, AsMirrored(event));
  if (evidence.has_whole()) {
    AMANA_ASSIGN_OR_RETURN(v1::PartialEventOpening partial, Opened(evidence.whole(), fields));
    *evidence.mutable_partial() = std::move(partial);
  } else {
    *evidence.mutable_partial() = Hidden(evidence.partial(), fields);
  }
  return evidence;
}

absl::StatusOr<Chain> ChainOf(const v1::EvidenceRange& range) {
  Chain chain{range.counter(), {}};
  const bool entries = chain.counter == v1::EVIDENCE_COUNTER_ENTRIES;
  const bool named = !range.agency().empty();
  if (chain.counter == v1::EVIDENCE_COUNTER_UNSPECIFIED || entries == named ||
      (!range.unit().empty() && chain.counter != v1::EVIDENCE_COUNTER_RECIPIENT)) {
    return BundleMalformed("ranges", "count what is no counter");
  }
  if (named) {
    AMANA_ASSIGN_OR_RETURN(chain.of.agency, AgencyId::Create(range.agency(), "ranges.agency"));
  }
  if (!range.unit().empty()) {
    AMANA_ASSIGN_OR_RETURN(chain.of.unit, UnitId::Create(range.unit(), "ranges.unit"));
  }
  return chain;
}

v1::EvidenceRange ToWire(const Chain& chain, uint64_t first, uint64_t last) {
  v1::EvidenceRange range;
  range.set_counter(chain.counter);
  range.set_agency(chain.of.agency.value());
  range.set_unit(chain.of.unit.value());
  range.set_first(first);
  range.set_last(last);
  return range;
}

std::optional<uint64_t> NumberOn(const Chain& chain, uint64_t index, const EventView& event) {
  switch (chain.counter) {
    case v1::EVIDENCE_COUNTER_SENDER:
      if (!event.referral.has_value() || event.referral->sender != chain.of.agency) break;
      if (event.sender_counter > 0) return event.sender_counter;
      break;
    case v1::EVIDENCE_COUNTER_RECIPIENT:
      if (event.recipient != chain.of) break;
      if (event.recipient_counter > 0) return event.recipient_counter;
      break;
    default:
      return index;
  }
  return std::nullopt;
}

FieldSet FieldsOf(const Chain& chain) {
  FieldSet fields;
  const auto set = [&fields](EventField field) { fields.set(static_cast<size_t>(field)); };
  if (chain.counter == v1::EVIDENCE_COUNTER_SENDER) {
    set(EventField::kReferral);
    set(EventField::kSenderCounter);
  }
  if (chain.counter == v1::EVIDENCE_COUNTER_RECIPIENT) {
    set(EventField::kRecipient);
    set(EventField::kRecipientCounter);
  }
  return fields;
}

}  // namespace amana::auditor
