#include "broker/identity/registry_values.h"

#include <algorithm>

#include "absl/status/statusor.h"

namespace amana::identity {
namespace {

constexpr size_t kMaxName = 100;

template <typename Value>
void SortUnique(std::vector<Value>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <typename Id>
std::vector<Id> ReadIds(const ConfigTable& table, std::string_view key, std::string_view of) {
  std::vector<Id> ids;
  if (!table.Has(key)) return ids;
  for (const std::string& name : table.StringList(key)) {
    const absl::StatusOr<Id> id = Id::Create(name, key);
    if (id.ok()) {
      ids.push_back(*id);
    } else {
      table.Refuse(key, "expected ids of " + std::string(of) + ": 1 to 63 of a-z, 0-9 and '-'");
    }
  }
  SortUnique(ids);
  return ids;
}

}  // namespace

std::string ReadName(const ConfigTable& table, std::string_view key) {
  const bool given = table.Has(key);
  std::string name = table.String(key);
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (given &&
      (name.empty() || name.size() > kMaxName || std::any_of(name.begin(), name.end(), control))) {
    table.Refuse(key, "expected 1 to 100 bytes without control characters");
  }
  return name;
}

std::string ReadCountry(const ConfigTable& table, std::string_view key) {
  const bool given = table.Has(key);
  std::string country = table.String(key);
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (given && (country.size() != 2 || !std::all_of(country.begin(), country.end(), upper))) {
    table.Refuse(key, "expected two capital letters (ISO 3166-1), as \"KE\"");
  }
  return country;
}

v1::AgencyKind ReadKind(const ConfigTable& table, std::string_view key) {
  const bool given = table.Has(key);
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  const bool known = v1::AgencyKind_Parse("AGENCY_KIND_" + table.String(key), &kind);
  if (given && (!known || kind == v1::AGENCY_KIND_UNSPECIFIED)) {
    table.Refuse(key, "expected a kind of agency, as \"SHELTER\" (AgencyKind without its prefix)");
  }
  return kind;
}

std::vector<crypto::Role> ReadRoles(const ConfigTable& table, std::string_view key,
                                    v1::AgencyKind kind) {
  if (!table.Has(key)) {
    if (kind == v1::AGENCY_KIND_OVERSIGHT) return {crypto::Role::kAuditor};
    return {crypto::Role::kSystem, crypto::Role::kPerson, crypto::Role::kCoordinator};
  }
  std::vector<crypto::Role> roles;
  for (const std::string& name : table.StringList(key)) {
    const absl::StatusOr<crypto::Role> role = crypto::ParseRole(name);
    if (role.ok()) {
      roles.push_back(*role);
    } else {
      table.Refuse(key, "expected system, person, coordinator, auditor, operator or broker");
    }
  }
  return roles;
}

std::vector<AgencyId> ReadAgencies(const ConfigTable& table, std::string_view key) {
  return ReadIds<AgencyId>(table, key, "agencies");
}

std::vector<PersonId> ReadPersons(const ConfigTable& table, std::string_view key) {
  return ReadIds<PersonId>(table, key, "persons");
}

std::vector<Pseudonym> ReadPseudonyms(const ConfigTable& table, std::string_view key) {
  std::vector<Pseudonym> pseudonyms;
  if (!table.Has(key)) return pseudonyms;
  for (const std::string& hex : table.StringList(key)) {
    const absl::StatusOr<Pseudonym> id = Pseudonym::FromHexString(hex, key);
    if (id.ok()) {
      pseudonyms.push_back(*id);
    } else {
      table.Refuse(key, "expected pseudonyms of 32 hexadecimal digits");
    }
  }
  SortUnique(pseudonyms);
  return pseudonyms;
}

}  // namespace amana::identity
