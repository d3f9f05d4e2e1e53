// Statements of the directory as anybody may sign them: what is accepted is canonical, in bounds
// and in order, and makes a directory that can be asked.
#include "broker/routing/entry_facts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "broker/routing/rank.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/unit_words.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

absl::Time Now() { return FromUnixMillis(1'900'000'000'000); }

v1::SignedEnvelope EnvelopeOf(std::string_view type, std::string_view payload) {
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(std::string(type));
  envelope.set_payload(std::string(payload));
  return envelope;
}

// Whoever is chosen offers it there.
void RequireAnswer(const routing::DirectoryPtr& directory, v1::ServiceType service) {
  routing::RankRequest request;
  request.service = service;
  request.county = 47;
  request.urgency = v1::URGENCY_IMMEDIATE;
  request.now = Now();
  const auto ranking = routing::Rank(*directory, request);
  Require(ranking.ok(), "whatever is in the directory, it can be asked");
  Require(ranking->candidates.empty() == (ranking->missing != v1::ROUTE_GAP_UNSPECIFIED),
          "candidates, or what was missing");
  for (const routing::Candidate& one : ranking->candidates) {
    Require(one.unit->services.Has(service) && one.unit->Serves(47), "a candidate offers it there");
  }
}

void RequireUnits(const routing::Agency& agency) {
  Require(std::is_sorted(agency.units.begin(), agency.units.end(),
                         [](const auto& a, const auto& b) { return a.address < b.address; }),
          "units in order");
  for (const routing::Unit& unit : agency.units) {
    Require(agency.unit(unit.address.unit) == &unit, "each unit once");
    Require(unit.county <= routing::kCounties, "counties that there are");
    Require(unit.sealing.size() <= envelope::kMaxSealingCertificates, "few certificates");
    for (const crypto::Certificate& sealing : unit.sealing) {
      Require(sealing.usage() == crypto::CertUsage::kSealing &&
                  sealing.spiffe().agency == agency.id &&
                  sealing.spiffe().unit == unit.address.unit,
              "certificates of this unit, to seal to");
    }
    for (const auto urgency : {v1::URGENCY_IMMEDIATE, v1::URGENCY_NORMAL}) {
      const routing::SlaWindows windows = unit.Sla(urgency);
      Require(windows.acknowledge > absl::ZeroDuration() && windows.decide >= windows.acknowledge,
              "windows that can be kept");
    }
  }
}

bool CheckEntry(std::string_view payload) {
  const auto entry =
      envelope::EntryStatement::Create(EnvelopeOf(envelope::kDirectoryEntryType, payload));
  if (!entry.ok()) return RequireRefusal(entry.status(), absl::StatusCode::kInvalidArgument);
  Require(envelope::Serialize(entry->entry()) == payload, "an entry is what was signed");
  Require(entry->digest() == crypto::Sha256(payload), "an entry's digest");
  Require(entry->version() >= 1 && (entry->version() == 1) == entry->previous().is_zero(),
          "all but the first name the one before");
  const routing::Agency agency = routing::FromEntry(*entry);
  RequireUnits(agency);
  const routing::DirectoryPtr directory = routing::Directory::Empty()->With(agency);
  for (int code = 1; code <= v1::ServiceType_MAX; ++code) {
    RequireAnswer(directory, static_cast<v1::ServiceType>(code));
  }
  return true;
}

bool CheckReport(std::string_view payload) {
  const auto report =
      envelope::ParseCapacityReport(EnvelopeOf(envelope::kCapacityReportType, payload));
  if (!report.ok()) return RequireRefusal(report.status(), absl::StatusCode::kInvalidArgument);
  Require(envelope::Serialize(*report) == payload, "a report is what was signed");
  for (const routing::Room& room : routing::FromReport(*report).rooms) {
    Require(room.free <= room.total && room.total <= envelope::kMaxPlaces, "room within bounds");
  }
  return true;
}

bool CheckRoster(std::string_view payload) {
  const auto roster = envelope::ParseDutyRoster(EnvelopeOf(envelope::kDutyRosterType, payload));
  if (!roster.ok()) return RequireRefusal(roster.status(), absl::StatusCode::kInvalidArgument);
  Require(envelope::Serialize(*roster) == payload, "a roster is what was signed");
  for (const routing::Shift& shift : routing::FromRoster(*roster).shifts) {
    Require(shift.from < shift.until && shift.until - shift.from <= envelope::kMaxShift &&
                !shift.person.empty(),
            "shifts of somebody, within bounds");
  }
  return true;
}

bool CheckApproval(std::string_view payload) {
  const auto approval =
      envelope::ParseApproval(EnvelopeOf(envelope::kDirectoryApprovalType, payload));
  if (!approval.ok()) return RequireRefusal(approval.status(), absl::StatusCode::kInvalidArgument);
  Require(approval->entry_sha256().size() == 32 && approval->version() >= 1, "what is approved");
  return true;
}

v1::DirectoryEntry Entry() {
  v1::DirectoryEntry entry = envelope::TestEntry(
      "haven", v1::AGENCY_KIND_SHELTER,
      {{"coast", {}, 1},
       {"intake", {v1::SERVICE_TYPE_ACCOMMODATION, v1::SERVICE_TYPE_INTERPRETATION}}});
  v1::DirectoryUnit& unit = *entry.mutable_units(1);
  for (const uint32_t county : {30u, 47u}) unit.add_counties(county);
  for (const char* language : {"eng", "swa"}) unit.add_languages(language);
  for (uint32_t day = 1; day <= 3; ++day) {
    v1::OpeningHours& open = *unit.add_hours();
    open.set_weekday(day), open.set_from_minute(480), open.set_until_minute(1440);
  }
  v1::SlaOverride& sla = *unit.add_sla();
  sla.set_urgency(v1::URGENCY_URGENT);
  sla.set_acknowledge_minutes(5), sla.set_decide_minutes(5), sla.set_start_minutes(43200);
  unit.set_duty_phone("+254700000001");
  entry.mutable_qualifications()->set_safeguards("ODPC/2026/14");
  entry.mutable_qualifications()->set_safeguards_until_unix_ms(ToUnixMillis(Now()));
  return entry;
}

std::string Report() {
  v1::CapacityReport report;
  *report.mutable_meta() = envelope::MakeMeta(envelope::TestKeeper("haven").certificate, Now());
  report.mutable_unit()->set_agency("haven");
  report.mutable_unit()->set_unit("intake");
  v1::ServiceCapacity& room = *report.add_services();
  room.set_service(v1::SERVICE_TYPE_ACCOMMODATION), room.set_total(20), room.set_free(3);
  return envelope::Serialize(report);
}

std::string Roster() {
  v1::DutyRoster roster;
  *roster.mutable_meta() = envelope::MakeMeta(envelope::TestKeeper("haven").certificate, Now());
  roster.mutable_unit()->set_agency("haven");
  roster.mutable_unit()->set_unit("intake");
  for (const char* person : {"worker-1", "worker-2"}) {
    v1::Shift& shift = *roster.add_shifts();
    shift.set_from_unix_ms(ToUnixMillis(Now()));
    shift.set_until_unix_ms(ToUnixMillis(Now() + absl::Hours(8)));
    shift.set_person(person);
  }
  roster.mutable_shifts(1)->set_phone("+254700000002");
  return envelope::Serialize(roster);
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    const envelope::SignedEntry first = envelope::SignEntry(Entry(), Now());
    const envelope::SignedEntry second =
        envelope::SignEntry(envelope::NextEntry(Entry(), first.digest), Now());
    return new std::vector<std::string>{'\0' + first.entry.payload(), '\0' + second.entry.payload(),
                                        '\1' + Report(), '\2' + Roster(),
                                        '\3' + first.approval.payload()};
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  switch (input.Choice(4)) {
    case 0:
      return CheckEntry(input.Rest());
    case 1:
      return CheckReport(input.Rest());
    case 2:
      return CheckRoster(input.Rest());
    default:
      return CheckApproval(input.Rest());
  }
}

}  // namespace amana::fuzz
