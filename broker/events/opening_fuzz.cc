// Openings of events, whole and partial: what decodes re-encodes to the same bytes and the same
// leaf, and no opening of other values has the leaf of one.
#include <algorithm>
#include <string>

#include "base/status.h"
#include "broker/events/commit.h"
#include "broker/events/fields.h"
#include "proto/transparency/merkle.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using events::EventSeed;
using events::FieldSet;
using events::FieldValues;

events::Event SampleEvent() {
  events::Event event;
  event.kind = v1::EVENT_KIND_DELIVERY_LEASED;
  event.time = absl::FromUnixMillis(1'930'000'000'123);
  event.referral = StatementKey{AgencyId::Create("police-a").value(),
                                ReferralId::FromBytes(std::string(16, 'r')).value(), 2};
  event.statement_digest = Digest::FromBytes(std::string(32, 'd')).value();
  event.actor_agency = AgencyId::Create("shelter-a").value();
  event.actor_unit = UnitId::Create("intake").value();
  event.actor_person = PersonId::Create("synthetic-7").value();
  event.cert_id = CertId::FromBytes(std::string(32, 'c')).value();
  event.recipient = Address{event.actor_agency, event.actor_unit};
  event.task = 0;
  event.stage = v1::DISCLOSURE_STAGE_AT_OFFER;
  event.lease_epoch = 300;
  event.urgency = v1::URGENCY_URGENT;
  event.consent_id = ConsentId::FromBytes(std::string(16, 'i')).value();
  event.consent_version = 1;
  event.consent_rules = {1, 12};
  event.recipient_counter = 41;
  event.delivered = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_RISK};
  event.attempt = 1;
  event.detail = "detail";
  return event;
}

EventSeed Seed() { return EventSeed::FromBytes(std::string(32, 's')).value(); }

bool CheckWhole(const std::string& bytes) {
  v1::EventOpening opening;
  if (!opening.ParseFromString(bytes)) return false;
  const auto opened = events::FromOpening(opening);
  if (!opened.ok()) return RequireRefusal(opened.status(), absl::StatusCode::kInvalidArgument);
  const v1::EventOpening again = events::ToOpening(opened->event, opened->seed);
  Require(again.seed() == opening.seed() && again.fields_size() == opening.fields_size() &&
              std::equal(again.fields().begin(), again.fields().end(), opening.fields().begin()),
          "an event re-encodes to the fields it came in");
  const events::CommittedEvent committed = events::Commit(opened->event, opened->seed);
  Require(committed.leaf_hash == opened->leaf_hash &&
              committed.leaf_hash == transparency::HashLeaf(committed.leaf_data),
          "an event re-encodes to its leaf");
  for (const FieldSet& which : {FieldSet(), FieldSet(0x555555), FieldSet().set()}) {
    const auto partial =
        events::FromPartialOpening(events::ToPartialOpening(opened->event, opened->seed, which));
    Require(partial.ok() && partial->leaf_hash == opened->leaf_hash && partial->opened == which,
            "every partial opening of an event has its leaf");
  }
  return true;
}

bool CheckPartial(const std::string& bytes) {
  v1::PartialEventOpening opening;
  if (!opening.ParseFromString(bytes)) return false;
  const auto partial = events::FromPartialOpening(opening);
  if (!partial.ok()) return RequireRefusal(partial.status(), absl::StatusCode::kInvalidArgument);
  Require(opening.opened_size() + opening.hidden_size() == 24 &&
              partial->opened.count() == static_cast<size_t>(opening.opened_size()),
          "24 fields, each once");
  for (const v1::OpenedEventField& field : opening.opened()) {
    Require(partial->opened[field.field()] && partial->fields[field.field()] == field.value(),
            "an opened field is the one that came");
  }
  const events::CommittedEvent sample = events::Commit(SampleEvent(), Seed());
  if (partial->leaf_hash != sample.leaf_hash) return true;
  for (size_t i = 0; i < events::kFieldCount; ++i) {
    Require(!partial->opened[i] || partial->fields[i] == sample.fields[i],
            "a leaf opens to its own values alone");
  }
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    auto* all = new std::vector<std::string>;
    const events::Event event = SampleEvent();
    all->push_back('\0' + events::ToOpening(event, Seed()).SerializeAsString());
    events::Event bare;
    bare.kind = v1::EVENT_KIND_LOG_OPENED;
    all->push_back('\0' + events::ToOpening(bare, Seed()).SerializeAsString());
    for (const FieldSet& which : {FieldSet(), FieldSet(0x03f003), FieldSet().set()}) {
      all->push_back('\1' + events::ToPartialOpening(event, Seed(), which).SerializeAsString());
    }
    return all;
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  const size_t what = input.Choice(2);
  const std::string rest(input.Rest());
  return what == 0 ? CheckWhole(rest) : CheckPartial(rest);
  return true;
}

}  // namespace amana::fuzz
