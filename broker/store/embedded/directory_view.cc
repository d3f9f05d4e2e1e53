#include "broker/store/embedded/directory_view.h"

#include <utility>

#include "broker/routing/entry_facts.h"
#include "broker/store/embedded/row.h"
#include "proto/envelope/directory_entry.h"
#include "proto/envelope/unit_words.h"

namespace amana::store::embedded {
namespace {

RowDigest HeadDigest(const AgencyId& agency, const EntryHead& head) {
  return RowHasher("directory_agency").Add(agency).Add(head.version).Add(head.change).Finish();
}

RowDigest EntryDigest(const AgencyId& agency, uint32_t version, absl::Time accepted) {
  return RowHasher("directory_entry").Add(agency).Add(version).Add(accepted).Finish();
}

std::optional<v1::SignedEnvelope> EnvelopeOf(const std::optional<StatementRecord>& statement) {
  v1::SignedEnvelope envelope;
  if (!statement.has_value() || !envelope.ParseFromString(statement->envelope)) return {};
  return envelope;
}

}  // namespace

absl::StatusOr<routing::DirectoryPtr> DirectoryView::Current() {
  if (mine_.has_value() && lost_ == session_.lost()) return mine_->directory;
  mine_.reset();
  AMANA_ASSIGN_OR_RETURN(const int64_t change, LastChange());
  AMANA_ASSIGN_OR_RETURN(DirectoryVersion now, Load(change));
  if (!session_.remembers()) return now.directory;
  mine_ = std::move(now);
  lost_ = session_.lost();
  return mine_->directory;
}

absl::StatusOr<int64_t> DirectoryView::LastChange() const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT change FROM directory_agency ORDER BY change DESC LIMIT 1"));
  AMANA_ASSIGN_OR_RETURN(const bool any, session_.Next(query));
  return any ? query.Int(0) : int64_t{0};
}

absl::StatusOr<std::vector<std::pair<AgencyId, uint32_t>>> DirectoryView::ChangedSince(
    int64_t change) const {
  std::vector<std::pair<AgencyId, uint32_t>> changed;
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query("SELECT agency, version, change, digest FROM "
                                                    "directory_agency WHERE change > ?1",
                                                    change));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool more, session_.Next(query));
    if (!more) return changed;
    RowReader row(query);
    const AgencyId agency = row.Token<AgencyId>();
    EntryHead head;
    head.version = row.Int<uint32_t>();
    head.change = row.Int();
    if (!row.ok() || !row.Matches(HeadDigest(agency, head))) {
      return session_.Corrupt("directory_agency");
    }
    changed.emplace_back(agency, head.version);
  }
}

absl::StatusOr<DirectoryVersion> DirectoryView::Load(int64_t change) const {
  DirectoryCache* const cache = session_.directory_cache();
  std::optional<DirectoryVersion> known;
  if (cache != nullptr) known = cache->NotAfter(change);
  if (known.has_value() && known->change == change) return *std::move(known);
  AMANA_ASSIGN_OR_RETURN(const auto changed, ChangedSince(known.has_value() ? known->change : 0));
  DirectoryVersion now{change, nullptr};
  if (known.has_value()) {
    now.directory = known->directory;
    for (const auto& [agency, version] : changed) {
      AMANA_ASSIGN_OR_RETURN(routing::AgencyPtr read, ReadAgency(agency, version));
      now.directory = now.directory->Replacing(std::move(read));
    }
  } else {
    std::vector<routing::AgencyPtr> agencies;
    for (const auto& [agency, version] : changed) {
      AMANA_ASSIGN_OR_RETURN(routing::AgencyPtr read, ReadAgency(agency, version));
      agencies.push_back(std::move(read));
    }
    now.directory = routing::Directory::Of(std::move(agencies));
  }
  // What a transaction has written may yet be undone.
  if (cache != nullptr && !session_.wrote()) cache->Keep(now);
  return now;
}

absl::StatusOr<routing::AgencyPtr> DirectoryView::ReadAgency(const AgencyId& agency,
                                                             uint32_t version) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<absl::Time> accepted, AcceptedAt(agency, version));
  AMANA_ASSIGN_OR_RETURN(const std::optional<StatementRecord> record,
                         statements_.Find(EntryScope(agency, version)));
  std::optional<v1::SignedEnvelope> envelope = EnvelopeOf(record);
  if (!accepted.has_value() || !envelope.has_value()) return session_.Corrupt("directory_entry");
  const auto statement = envelope::EntryStatement::Create(*std::move(envelope));
  if (!statement.ok()) return session_.Corrupt("directory_entry");
  routing::Agency facts = routing::FromEntry(*statement);
  facts.accepted = *accepted;
  facts.log_index = record->log_index;
  for (routing::Unit& unit : facts.units) AMANA_RETURN_IF_ERROR(ReadWords(unit));
  return std::make_shared<const routing::Agency>(std::move(facts));
}

absl::Status DirectoryView::ReadWords(routing::Unit& unit) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<StatementRecord> report,
                         statements_.Find(CapacityScope(unit.address)));
  if (report.has_value()) {
    const auto envelope = EnvelopeOf(report);
    if (!envelope.has_value()) return session_.Corrupt("statement");
    const auto parsed = envelope::ParseCapacityReport(*envelope);
    if (!parsed.ok()) return session_.Corrupt("statement");
    unit.capacity = routing::FromReport(*parsed);
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<StatementRecord> roster,
                         statements_.Find(RosterScope(unit.address)));
  if (!roster.has_value()) return absl::OkStatus();
  const auto envelope = EnvelopeOf(roster);
  if (!envelope.has_value()) return session_.Corrupt("statement");
  const auto parsed = envelope::ParseDutyRoster(*envelope);
  if (!parsed.ok()) return session_.Corrupt("statement");
  unit.roster = routing::FromRoster(*parsed);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<EntryHead>> DirectoryView::Head(const AgencyId& agency) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT version, change, digest FROM directory_agency WHERE agency = ?1",
                     agency.value()));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  RowReader row(query);
  EntryHead head;
  head.version = row.Int<uint32_t>();
  head.change = row.Int();
  if (!row.Matches(HeadDigest(agency, head))) return session_.Corrupt("directory_agency");
  return head;
}

absl::StatusOr<std::optional<absl::Time>> DirectoryView::AcceptedAt(const AgencyId& agency,
                                                                    uint32_t version) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT accepted, digest FROM directory_entry WHERE agency = ?1 "
                                 "AND version = ?2",
                                 agency.value(), version));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  RowReader row(query);
  const absl::Time accepted = row.Time();
  if (!row.Matches(EntryDigest(agency, version, accepted))) {
    return session_.Corrupt("directory_entry");
  }
  return accepted;
}

absl::Status DirectoryView::Accepted(const AgencyId& agency, uint32_t version, absl::Time at) {
  const RowDigest digest = EntryDigest(agency, version, at);
  return session_.Run(
      "INSERT INTO directory_entry (agency, version, accepted, digest) VALUES (?1, ?2, ?3, ?4)",
      agency.value(), version, TimeToRow(at), digest.blob());
}

absl::Status DirectoryView::Changed(const AgencyId& agency, uint32_t version,
                                    routing::DirectoryPtr directory) {
  AMANA_ASSIGN_OR_RETURN(const int64_t last, LastChange());
  const EntryHead head{version, last + 1};
  const RowDigest digest = HeadDigest(agency, head);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "INSERT INTO directory_agency (agency, version, change, digest) VALUES (?1, ?2, ?3, ?4) "
      "ON CONFLICT (agency) DO UPDATE SET version = excluded.version, change = excluded.change, "
      "digest = excluded.digest",
      agency.value(), version, head.change, digest.blob()));
  mine_ = DirectoryVersion{head.change, std::move(directory)};
  lost_ = session_.lost();
  return absl::OkStatus();
}

}  // namespace amana::store::embedded
