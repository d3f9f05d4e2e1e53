#include "broker/identity/revocation.h"

#include <algorithm>

#include "base/status.h"
#include "proto/crypto/revocation_list.h"
#include "proto/crypto/sha256.h"

namespace amana::identity {

absl::StatusOr<RevocationList> RevocationList::Parse(std::string_view text) {
  AMANA_ASSIGN_OR_RETURN(const auto revocations, crypto::ParseRevocationList(text));
  RevocationList list;
  for (const crypto::Revocation& revocation : revocations) {
    const auto [entry, added] =
        list.entries_.try_emplace(revocation.certificate, revocation.revoked_at);
    if (!added) entry->second = std::min(entry->second, revocation.revoked_at);
  }
  list.digest_ = crypto::Sha256(text);
  return list;
}

std::optional<absl::Time> RevocationList::RevokedAt(const CertId& id) const {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return std::nullopt;
  return entry->second;
}

bool RevocationList::Covers(const RevocationList& older) const {
  return std::all_of(older.entries_.begin(), older.entries_.end(),
                     [this](const auto& entry) { return Contains(entry.first); });
}

}  // namespace amana::identity
