#include "broker/operations/get_directory.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/routing/errors.h"

namespace amana::operations {
namespace {

absl::StatusOr<std::string> CertificateOf(const store::Snapshot& snapshot, const CertId& id) {
  AMANA_ASSIGN_OR_RETURN(std::optional<std::string> der, snapshot.directory().FindCertificate(id));
  if (!der.has_value()) return NotFound("cert_id");
  return *std::move(der);
}

absl::StatusOr<v1::SignedEnvelope> EnvelopeOf(const store::StatementRecord& statement) {
  v1::SignedEnvelope envelope;
  if (!envelope.ParseFromString(statement.envelope)) return delivery::RecordUnreadable();
  return envelope;
}

v1::UnitStatus StatusOf(const routing::Unit& unit, absl::Time now) {
  v1::UnitStatus status;
  status.set_unit(unit.address.unit.value());
  for (const routing::Room& room : unit.capacity.rooms) {
    v1::ServiceCapacity& out = *status.add_capacity();
    out.set_service(room.service);
    out.set_total(room.total);
    out.set_free(room.free);
  }
  if (unit.capacity.counted > absl::InfinitePast()) {
    status.set_capacity_unix_ms(ToUnixMillis(unit.capacity.counted));
  }
  for (const routing::Shift& shift : unit.OnDuty(now)) status.add_on_duty(shift.person.value());
  std::sort(status.mutable_on_duty()->begin(), status.mutable_on_duty()->end());
  return status;
}

bool Asked(const routing::Agency& agency, const v1::ListDirectoryRequest& request) {
  if (request.service() == v1::SERVICE_TYPE_UNSPECIFIED && request.county() == 0) return true;
  return std::any_of(agency.units.begin(), agency.units.end(), [&](const routing::Unit& unit) {
    return (request.service() == v1::SERVICE_TYPE_UNSPECIFIED ||
            unit.services.Has(request.service())) &&
           (request.county() == 0 || (!unit.services.empty() && unit.Serves(request.county())));
  });
}

v1::DirectoryListing ListingOf(const routing::Agency& agency) {
  v1::DirectoryListing out;
  out.set_agency(agency.id.value());
  out.set_kind(agency.kind);
  out.set_country(agency.country);
  out.set_version(agency.version);
  out.set_entry_sha256(agency.digest.bytes());
  out.set_accepted_unix_ms(ToUnixMillis(agency.accepted));
  out.set_log_index(agency.log_index);
  for (const routing::Unit& unit : agency.units) {
    v1::ListedUnit& listed = *out.add_units();
    listed.set_unit(unit.address.unit.value());
    for (const v1::ServiceType service : unit.services) listed.add_services(service);
    listed.set_county(unit.county);
  }
  return out;
}

}  // namespace

absl::StatusOr<v1::GetDirectoryEntryResponse> GetDirectoryEntry(
    const Context& context, const v1::GetDirectoryEntryRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const AgencyId id, AgencyId::Create(request.agency(), "agency"));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr directory, snapshot->directory().Current());
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::EntryRecord> found,
                         snapshot->directory().FindEntry(id, request.version()));
  const routing::Agency* const agency = directory->agency(id);
  if (!found.has_value() || agency == nullptr) return NotFound("agency");
  v1::GetDirectoryEntryResponse response;
  v1::DirectoryVersion& entry = *response.mutable_entry();
  AMANA_ASSIGN_OR_RETURN(*entry.mutable_entry(), EnvelopeOf(found->entry));
  AMANA_ASSIGN_OR_RETURN(*entry.mutable_approval(), EnvelopeOf(found->approval));
  AMANA_ASSIGN_OR_RETURN(*entry.mutable_entry_certificate(),
                         CertificateOf(*snapshot, found->entry.cert_id));
  AMANA_ASSIGN_OR_RETURN(*entry.mutable_approval_certificate(),
                         CertificateOf(*snapshot, found->approval.cert_id));
  AMANA_ASSIGN_OR_RETURN(*entry.mutable_receipt(),
                         StoredReceipt(*snapshot, found->entry.log_index));
  response.set_newest(agency->version);
  for (const routing::Unit& unit : agency->units) {
    *response.add_units() = StatusOf(unit, context.clock->Now());
  }
  return response;
}

absl::StatusOr<v1::ListDirectoryResponse> ListDirectory(const Context& context,
                                                        const v1::ListDirectoryRequest& request) {
  if (request.page_size() > 200) return FieldInvalid("page_size", "at most 200");
  if (request.county() > routing::kCounties) return routing::CountyInvalid(request.county());
  AgencyId after;
  if (!request.page_token().empty()) {
    AMANA_ASSIGN_OR_RETURN(after, AgencyId::Create(request.page_token(), "page_token"));
  }
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr directory, snapshot->directory().Current());
  const int size = request.page_size() == 0 ? 50 : static_cast<int>(request.page_size());
  v1::ListDirectoryResponse response;
  for (const routing::AgencyPtr& agency : directory->agencies()) {
    if (agency->id <= after || !Asked(*agency, request)) continue;
    if (response.agencies_size() == size) {
      response.set_next_page_token(response.agencies(size - 1).agency());
      break;
    }
    *response.add_agencies() = ListingOf(*agency);
  }
  return response;
}

absl::StatusOr<v1::GetDutyResponse> GetDuty(const Context& context,
                                            const v1::GetDutyRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const Address address, delivery::FromWire(request.unit(), "unit"));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr directory, snapshot->directory().Current());
  const routing::Unit* const unit = directory->unit(address);
  if (unit == nullptr) return NotFound("unit");
  v1::GetDutyResponse response;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> roster,
                         snapshot->directory().FindDutyRoster(address));
  if (!roster.has_value()) return response;
  AMANA_ASSIGN_OR_RETURN(*response.mutable_roster(), EnvelopeOf(*roster));
  AMANA_ASSIGN_OR_RETURN(*response.mutable_certificate(),
                         CertificateOf(*snapshot, roster->cert_id));
  const absl::Time at =
      request.at_unix_ms() == 0 ? context.clock->Now() : FromUnixMillis(request.at_unix_ms());
  for (const routing::Shift& shift : unit->OnDuty(at)) {
    v1::Shift& out = *response.add_on_duty();
    out.set_from_unix_ms(ToUnixMillis(shift.from));
    out.set_until_unix_ms(ToUnixMillis(shift.until));
    out.set_person(shift.person.value());
    out.set_phone(shift.phone);
  }
  return response;
}

}  // namespace amana::operations
