// Values of the registry file, read from a table: each a valid one, or a finding and an empty one.
// Of this room only.
#ifndef AMANA_BROKER_IDENTITY_REGISTRY_VALUES_H_
#define AMANA_BROKER_IDENTITY_REGISTRY_VALUES_H_

#include <string>
#include <string_view>
#include <vector>

#include "amana/v1/codes.pb.h"
#include "base/config.h"
#include "base/ids.h"
#include "proto/crypto/spiffe.h"

namespace amana::identity {

template <typename Id>
Id ReadId(const ConfigTable& table, std::string_view key) {
  const bool given = table.Has(key);
  const std::string text = table.String(key);
  const absl::StatusOr<Id> id = Id::Create(text, key);
  if (id.ok()) return *id;
  if (given) table.Refuse(key, "expected 1 to 63 of a-z, 0-9 and '-', not starting with '-'");
  return Id();
}

std::string ReadName(const ConfigTable& table, std::string_view key);
std::string ReadCountry(const ConfigTable& table, std::string_view key);
v1::AgencyKind ReadKind(const ConfigTable& table, std::string_view key);
// The default for an agency of `kind` when absent.
std::vector<crypto::Role> ReadRoles(const ConfigTable& table, std::string_view key,
                                    v1::AgencyKind kind);
// Ascending.
std::vector<AgencyId> ReadAgencies(const ConfigTable& table, std::string_view key);
std::vector<PersonId> ReadPersons(const ConfigTable& table, std::string_view key);
std::vector<Pseudonym> ReadPseudonyms(const ConfigTable& table, std::string_view key);

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_REGISTRY_VALUES_H_
