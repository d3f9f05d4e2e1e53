#include "broker/events/commit.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "broker/events/errors.h"
#include "proto/transparency/merkle.h"

namespace amana::events {

static_assert(kFieldCount == transparency::kEventFields);

CommittedEvent Commit(const Event& event, const EventSeed& seed) {
  CommittedEvent committed;
  EncodeFields(event, committed.fields);
  // Fails on another number of fields only, which the type excludes.
  auto commitment = transparency::Commit(committed.fields, seed).value();
  committed.leaf_data = std::move(commitment.leaf_data);
  committed.leaf_hash = commitment.leaf_hash;
  return committed;
}

v1::EventOpening ToOpening(const Event& event, const EventSeed& seed) {
  FieldValues fields;
  EncodeFields(event, fields);
  v1::EventOpening opening;
  opening.set_seed(seed.bytes());
  for (std::string& field : fields) opening.add_fields(std::move(field));
  return opening;
}

v1::PartialEventOpening ToPartialOpening(const Event& event, const EventSeed& seed,
                                         const FieldSet& which) {
  FieldValues fields;
  EncodeFields(event, fields);
  transparency::Opening parts = transparency::Open(fields, seed, which).value();
  v1::PartialEventOpening opening;
  for (transparency::OpenedField& part : parts.opened) {
    v1::OpenedEventField* field = opening.add_opened();
    field->set_field(part.number);
    field->set_salt(part.salt.bytes());
    field->set_value(std::move(part.value));
  }
  size_t next = 0;
  for (size_t i = 0; i < kFieldCount; ++i) {
    if (which[i]) continue;
    v1::HiddenEventField* field = opening.add_hidden();
    field->set_field(static_cast<uint32_t>(i));
    field->set_hash(parts.hidden[next++].bytes());
  }
  return opening;
}

absl::StatusOr<OpenedEvent> FromOpening(const v1::EventOpening& opening) {
  const absl::StatusOr<EventSeed> seed = EventSeed::FromBytes(opening.seed());
  if (!seed.ok()) return OpeningMalformed("event.seed", "32 bytes");
  if (opening.fields_size() != static_cast<int>(kFieldCount)) {
    return OpeningMalformed("event.fields", "24 fields");
  }
  FieldValues fields;
  std::copy(opening.fields().begin(), opening.fields().end(), fields.begin());
  OpenedEvent opened;
  AMANA_ASSIGN_OR_RETURN(opened.event, DecodeFields(fields));
  opened.seed = *seed;
  opened.leaf_hash = transparency::Commit(fields, *seed).value().leaf_hash;
  return opened;
}

absl::StatusOr<PartialEvent> FromPartialOpening(const v1::PartialEventOpening& opening) {
  PartialEvent partial;
  transparency::Opening parts;
  for (const v1::OpenedEventField& field : opening.opened()) {
    const auto salt = transparency::FieldSalt::FromBytes(field.salt());
    if (field.field() >= kFieldCount || !salt.ok()) {
      return OpeningMalformed("event.opened", "fields 0 to 23 with salts of 16 bytes");
    }
    partial.opened.set(field.field());
    partial.fields[field.field()] = field.value();
    parts.opened.push_back({static_cast<uint8_t>(field.field()), *salt, field.value()});
  }
  size_t number = 0;
  for (const v1::HiddenEventField& field : opening.hidden()) {
    while (number < kFieldCount && partial.opened[number]) ++number;
    const absl::StatusOr<Digest> hash = Digest::FromBytes(field.hash());
    if (field.field() != number || number == kFieldCount || !hash.ok()) {
      return OpeningMalformed("event.hidden", "the fields not opened, in order, as 32 bytes each");
    }
    parts.hidden.push_back(*hash);
    ++number;
  }
  const absl::StatusOr<std::string> leaf = transparency::VerifyOpening(parts);
  if (!leaf.ok()) return OpeningMalformed("event", "24 fields, numbered upwards");
  partial.leaf_hash = transparency::HashLeaf(*leaf);
  return partial;
}

}  // namespace amana::events
