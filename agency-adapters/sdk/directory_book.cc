#include "agency-adapters/sdk/directory_book.h"

#include <string>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/status.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using envelope::EntryStatement;
using sqlite::Blob;
using sqlite::Database;

// A chain of so many versions is no entry's.
constexpr uint32_t kMostVersions = 10'000;

absl::Status CheckNotBefore(const EntryStatement& entry, const HeldEntry& held) {
  const std::string agency = entry.agency().value();
  if (entry.version() < held.entry.version()) {
    return EntryRolledBack(agency, entry.version(), held.entry.version());
  }
  if (entry.version() == held.entry.version() && entry.digest() != held.entry.digest()) {
    return EntryEquivocated(agency, entry.version());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<HeldEntry>> DirectoryBook::Held(const AgencyId& agency) {
  std::optional<HeldEntry> held;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        sqlite::Statement row,
        db.Prepare("SELECT entry, log_index, recorded_ms FROM directory_entries WHERE agency = ?1 "
                   "ORDER BY version DESC LIMIT 1"));
    row.Bind(agency.value());
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    v1::SignedEnvelope envelope;
    if (!envelope.ParseFromString(std::string(row.Bytes(0)))) {
      return StoreCorruptError("directory_entries: an entry does not parse");
    }
    AMANA_ASSIGN_OR_RETURN(EntryStatement entry, EntryStatement::Create(std::move(envelope)));
    held.emplace(
        HeldEntry{std::move(entry), static_cast<uint64_t>(row.Int(1)), FromUnixMillis(row.Int(2))});
    return absl::OkStatus();
  }));
  return held;
}

absl::StatusOr<v1::DirectoryVersion> DirectoryBook::Get(const AgencyId& agency, uint32_t version) {
  v1::GetDirectoryEntryRequest request;
  request.set_agency(agency.value());
  request.set_version(version);
  AMANA_ASSIGN_OR_RETURN(v1::GetDirectoryEntryResponse response,
                         client_.Call(kGetDirectoryEntry, request));
  v1::DirectoryEntry named;
  if (!named.ParseFromString(response.entry().entry().payload()) ||
      named.agency() != agency.value() || (version != 0 && named.version() != version)) {
    return EntryMismatch(agency.value());
  }
  return std::move(*response.mutable_entry());
}

// Back from `entry`, each version named by the one after it, to the one that is held.
absl::Status DirectoryBook::CheckFollows(const EntryStatement& entry, const HeldEntry& held) {
  AMANA_RETURN_IF_ERROR(CheckNotBefore(entry, held));
  const AgencyId& agency = entry.agency();
  if (entry.version() - held.entry.version() > kMostVersions) {
    return EntryHistoryBroken(agency.value(), entry.version());
  }
  Digest previous = entry.previous();
  for (uint32_t version = entry.version(); version > held.entry.version() + 1; --version) {
    AMANA_ASSIGN_OR_RETURN(v1::DirectoryVersion before, Get(agency, version - 1));
    AMANA_ASSIGN_OR_RETURN(const EntryStatement one,
                           EntryStatement::Create(std::move(*before.mutable_entry())));
    if (one.digest() != previous) return EntryHistoryBroken(agency.value(), version - 1);
    previous = one.previous();
  }
  const bool follows = entry.version() == held.entry.version() || previous == held.entry.digest();
  return follows ? absl::OkStatus() : EntryHistoryBroken(agency.value(), held.entry.version());
}

absl::Status DirectoryBook::Keep(const CheckedEntry& checked, const v1::DirectoryVersion& version) {
  const std::string entry = version.entry().SerializeAsString();
  const std::string approval = version.approval().SerializeAsString();
  return mailbox_.Write([&](Database& db) {
    return db.Run(
        "INSERT OR IGNORE INTO directory_entries(agency, version, digest, entry, approval, "
        "log_index, recorded_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        checked.entry.agency().value(), checked.entry.version(),
        Blob(checked.entry.digest().view()), Blob(entry), Blob(approval), checked.receipt.index,
        ToUnixMillis(checked.receipt.event.time));
  });
}

absl::StatusOr<HeldEntry> DirectoryBook::Take(const v1::DirectoryVersion& version,
                                              const std::optional<HeldEntry>& held) {
  AMANA_ASSIGN_OR_RETURN(const CheckedEntry checked, CheckEntry(version, identity_));
  if (held.has_value()) AMANA_RETURN_IF_ERROR(CheckFollows(checked.entry, *held));
  // One log for everybody: tied to what was seen of it before, now, and not when it is too late.
  AMANA_RETURN_IF_ERROR(watch_.Hold(checked.receipt));
  AMANA_RETURN_IF_ERROR(watch_.CatchUp(client_));
  AMANA_RETURN_IF_ERROR(Keep(checked, version));
  return HeldEntry{checked.entry, checked.receipt.index, checked.receipt.event.time};
}

absl::StatusOr<HeldEntry> DirectoryBook::Fetch(const AgencyId& agency) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<HeldEntry> held, Held(agency));
  AMANA_ASSIGN_OR_RETURN(const v1::DirectoryVersion version, Get(agency, 0));
  return Take(version, held);
}

absl::StatusOr<HeldEntry> DirectoryBook::Want(const AgencyId& agency, uint32_t version,
                                              const Digest& digest) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<HeldEntry> held, Held(agency));
  if (held.has_value()) {
    if (version < held->entry.version()) {
      return EntryRolledBack(agency.value(), version, held->entry.version());
    }
    if (version == held->entry.version()) {
      if (digest != held->entry.digest()) return EntryEquivocated(agency.value(), version);
      return *held;
    }
  }
  AMANA_ASSIGN_OR_RETURN(const v1::DirectoryVersion got, Get(agency, version));
  if (envelope::PayloadDigest(got.entry()) != digest) return EntryMismatch(agency.value());
  return Take(got, held);
}

absl::StatusOr<HeldEntry> DirectoryBook::Learn(const v1::DirectoryVersion& version) {
  AMANA_ASSIGN_OR_RETURN(const EntryStatement named, EntryStatement::Create(version.entry()));
  AMANA_ASSIGN_OR_RETURN(const std::optional<HeldEntry> held, Held(named.agency()));
  return Take(version, held);
}

absl::StatusOr<crypto::Certificate> DirectoryBook::Sealing(const Address& address, absl::Time at,
                                                           std::string_view field) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<HeldEntry> held, Held(address.agency));
  if (!held.has_value()) return RecipientUnknown(field);
  const v1::DirectoryEntry& entry = held->entry.entry();
  for (int i = 0; i < entry.units_size(); ++i) {
    if (entry.units(i).unit() != address.unit.value()) continue;
    for (const crypto::Certificate& sealing : held->entry.sealing(i)) {
      if (identity_.authorities().Verify(sealing, at, crypto::CertUsage::kSealing).ok()) {
        return sealing;
      }
    }
    return CertificateUnpinned(field, "the pinned authorities refuse every key of its entry");
  }
  return RecipientUnknown(field);
}

}  // namespace amana::sdk
