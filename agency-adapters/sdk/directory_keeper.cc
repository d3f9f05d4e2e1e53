#include "agency-adapters/sdk/directory_keeper.h"

#include <optional>
#include <string>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/sign_entry.h"
#include "base/status.h"
#include "proto/envelope/unit_words.h"

namespace amana::sdk {
namespace {

using crypto::Certificate;
using envelope::EntryStatement;
using sqlite::Blob;
using sqlite::Database;

constexpr uint32_t kEventsAtOnce = 1000;

uint32_t VersionIn(const EventView& event) {
  uint32_t version = 0;
  for (size_t i = 0; i < 4 && i < event.detail.size(); ++i) {
    version = version << 8 | static_cast<uint8_t>(event.detail[i]);
  }
  return version;
}

// The roster as its unit signed it, or why not.
absl::StatusOr<v1::DutyRoster> CheckRoster(const v1::GetDutyResponse& response, const Address& unit,
                                           const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(v1::DutyRoster roster, envelope::ParseDutyRoster(response.roster()));
  if (roster.unit().agency() != unit.agency.value() || roster.unit().unit() != unit.unit.value()) {
    return EntryUntrusted("roster", "it is another unit's");
  }
  const absl::StatusOr<Certificate> certificate = Certificate::FromDer(response.certificate());
  if (!certificate.ok() || certificate->id().view() != roster.meta().cert_id()) {
    return EntryUntrusted("roster", "another certificate than the one that signed");
  }
  const crypto::SpiffeId& spiffe = certificate->spiffe();
  const absl::Status chain = identity.authorities().Verify(
      *certificate, FromUnixMillis(roster.meta().created_unix_ms()), crypto::CertUsage::kSigning);
  if (!chain.ok()) return EntryUntrusted("roster", ErrorReason(chain));
  if (spiffe.trust_domain != identity.trust_domain() || spiffe.agency != unit.agency ||
      (spiffe.unit.has_value() && spiffe.unit != unit.unit)) {
    return EntryUntrusted("roster", "not signed by the unit");
  }
  AMANA_RETURN_IF_ERROR(envelope::VerifyEnvelope(response.roster(), certificate->public_key()));
  return roster;
}

}  // namespace

absl::StatusOr<v1::SignedEnvelope> DirectoryKeeper::Propose(v1::DirectoryEntry entry) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  const absl::StatusOr<HeldEntry> newest = book_.Fetch(identity_.agency());
  // One that is not there is one that has no version yet.
  if (!newest.ok() && ErrorReason(newest.status()) != "NOT_FOUND") return newest.status();
  entry.set_agency(identity_.agency().value());
  entry.set_version(newest.ok() ? newest->entry.version() + 1 : 1);
  entry.clear_previous_sha256();
  if (newest.ok()) entry.set_previous_sha256(newest->entry.digest().bytes());
  *entry.mutable_meta() = envelope::MakeMeta(signer->certificate, clock_.Now());
  AMANA_ASSIGN_OR_RETURN(v1::SignedEnvelope signed_entry,
                         envelope::SignMessage(envelope::kDirectoryEntryType, entry, signer->key));
  AMANA_ASSIGN_OR_RETURN(const EntryStatement statement, EntryStatement::Create(signed_entry));
  AMANA_RETURN_IF_ERROR(Accept(statement.digest()));
  return signed_entry;
}

absl::StatusOr<Queued> DirectoryKeeper::QueueEntry(const v1::SignedEnvelope& proposal) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const EntryStatement entry, EntryStatement::Create(proposal));
  v1::DirectoryApproval approval;
  approval.set_agency(entry.agency().value());
  approval.set_version(entry.version());
  approval.set_entry_sha256(entry.digest().bytes());
  AMANA_ASSIGN_OR_RETURN(
      NewEntry queued,
      SignEntry(*signer, clock_.Now(),
                {EntryKind::kDirectoryEntry, envelope::kDirectoryApprovalType, std::nullopt},
                std::move(approval), &v1::SetDirectoryEntryRequest::mutable_approval));
  v1::SetDirectoryEntryRequest request;
  request.ParseFromString(queued.request);
  *request.mutable_entry() = proposal;
  queued.request = request.SerializeAsString();
  queued.digest = entry.digest();  // the event is the entry's
  AMANA_ASSIGN_OR_RETURN(const int64_t id, outbox_.Add(queued));
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry kept, outbox_.Get(id));
  if (kept.state == EntryState::kRefused) AMANA_RETURN_IF_ERROR(outbox_.SendAgain(id));
  return Queued{id, queued.digest};
}

absl::StatusOr<const SigningIdentity*> DirectoryKeeper::UnitSigner() const {
  const absl::StatusOr<const SigningIdentity*> system = identity_.Signer();
  return system.ok() ? system : identity_.PersonSigner();
}

absl::StatusOr<Queued> DirectoryKeeper::QueueCapacity(v1::CapacityReport report) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, UnitSigner());
  if (!report.has_unit()) {
    AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
    *report.mutable_unit() = ToWire(self);
  }
  AMANA_ASSIGN_OR_RETURN(
      const NewEntry entry,
      SignEntry(*signer, clock_.Now(),
                {EntryKind::kCapacity, envelope::kCapacityReportType, std::nullopt},
                std::move(report), &v1::ReportCapacityRequest::mutable_report));
  AMANA_ASSIGN_OR_RETURN(const int64_t id, outbox_.Add(entry));
  return Queued{id, entry.digest};
}

absl::StatusOr<Queued> DirectoryKeeper::QueueRoster(v1::DutyRoster roster) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, UnitSigner());
  if (!roster.has_unit()) {
    AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
    *roster.mutable_unit() = ToWire(self);
  }
  AMANA_ASSIGN_OR_RETURN(
      const NewEntry entry,
      SignEntry(*signer, clock_.Now(),
                {EntryKind::kDutyRoster, envelope::kDutyRosterType, std::nullopt},
                std::move(roster), &v1::SetDutyRosterRequest::mutable_roster));
  AMANA_ASSIGN_OR_RETURN(const int64_t id, outbox_.Add(entry));
  return Queued{id, entry.digest};
}

absl::StatusOr<DirectoryKeeper::Scan> DirectoryKeeper::ScanLog(const AgencyId& agency) {
  AMANA_ASSIGN_OR_RETURN(const NewCheckpoint newest,
                         FetchCheckpoint(client_, identity_.log(), 0, Digest()));
  const bool auditor = identity_.tls().certificate.spiffe().role == crypto::Role::kAuditor;
  Scan scan;
  scan.size = newest.checkpoint.size();
  uint64_t seen = 0;
  for (uint64_t first = 0; first < scan.size; first += kEventsAtOnce) {
    v1::ListEventsRequest request;
    request.set_first_index(first);
    request.set_limit(kEventsAtOnce);
    AMANA_ASSIGN_OR_RETURN(const std::vector<v1::ListEventsResponse> events,
                           client_.ListEvents(request));
    for (const v1::ListEventsResponse& shown : events) {
      if (shown.index() >= scan.size) break;  // came meanwhile
      if (auditor && shown.index() != seen) return LogIncomplete("event " + std::to_string(seen));
      ++seen;
      AMANA_ASSIGN_OR_RETURN(EventView event,
                             shown.has_whole() ? ViewOf(shown.whole()) : ViewOf(shown.partial()));
      if (event.kind != v1::EVENT_KIND_DIRECTORY_CHANGED || event.actor_agency != agency) continue;
      scan.changes.emplace_back(shown.index(), std::move(event));
    }
  }
  if (auditor && seen < scan.size) return LogIncomplete("event " + std::to_string(seen));
  return scan;
}

absl::StatusOr<std::vector<LoggedVersion>> DirectoryKeeper::Check(const AgencyId& agency) {
  AMANA_ASSIGN_OR_RETURN(const Scan scan, ScanLog(agency));
  std::vector<LoggedVersion> versions;
  Digest last;
  for (const auto& [index, event] : scan.changes) {
    const auto version = static_cast<uint32_t>(versions.size() + 1);
    AMANA_ASSIGN_OR_RETURN(const v1::DirectoryVersion got, book_.Get(agency, version));
    AMANA_ASSIGN_OR_RETURN(const CheckedEntry checked, CheckEntry(got, identity_));
    if (VersionIn(event) != version || event.statement_digest != checked.entry.digest() ||
        checked.receipt.index != index || checked.entry.previous() != last) {
      return EntryHistoryBroken(agency.value(), version);
    }
    last = checked.entry.digest();
    AMANA_ASSIGN_OR_RETURN(const bool known, Known(last));
    versions.push_back(
        {version, last, index, event.time, checked.keeper, checked.coordinator, known});
  }
  // What is served to others must be the last of them.
  const absl::StatusOr<HeldEntry> newest = book_.Fetch(agency);
  if (ErrorReason(newest.status()) == "NOT_FOUND" && versions.empty()) return versions;
  if (!newest.ok()) return newest.status();
  if (newest->log_index < scan.size && newest->entry.digest() != last) {
    return EntryHistoryBroken(agency.value(), newest->entry.version());
  }
  return versions;
}

absl::StatusOr<bool> DirectoryKeeper::Known(const Digest& digest) {
  bool known = false;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT 1 FROM directory_known WHERE digest = ?1"));
    row.Bind(Blob(digest.view()));
    AMANA_ASSIGN_OR_RETURN(known, row.Step());
    return absl::OkStatus();
  }));
  return known;
}

absl::Status DirectoryKeeper::Accept(const Digest& digest) {
  return mailbox_.Write([&](Database& db) {
    return db.Run("INSERT OR IGNORE INTO directory_known(digest) VALUES(?1)", Blob(digest.view()));
  });
}

absl::StatusOr<Duty> DirectoryKeeper::OnDuty(const Address& unit, absl::Time at) {
  AMANA_ASSIGN_OR_RETURN(const HeldEntry held, book_.Fetch(unit.agency));
  v1::GetDutyRequest request;
  *request.mutable_unit() = ToWire(unit);
  request.set_at_unix_ms(ToUnixMillis(at));
  AMANA_ASSIGN_OR_RETURN(const v1::GetDutyResponse response, client_.Call(kGetDuty, request));
  Duty duty;
  if (!response.has_roster()) return duty;
  duty.given = true;
  AMANA_ASSIGN_OR_RETURN(const v1::DutyRoster roster, CheckRoster(response, unit, identity_));
  std::string line;
  for (const v1::DirectoryUnit& one : held.entry.entry().units()) {
    if (one.unit() == unit.unit.value()) line = one.duty_phone();
  }
  const int64_t now = ToUnixMillis(at);
  for (const v1::Shift& shift : roster.shifts()) {
    if (now < shift.from_unix_ms() || now >= shift.until_unix_ms()) continue;
    duty.shifts.push_back(shift);
    if (shift.phone().empty()) duty.shifts.back().set_phone(line);
  }
  return duty;
}

}  // namespace amana::sdk
