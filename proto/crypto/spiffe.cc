#include "proto/crypto/spiffe.h"

#include <array>
#include <utility>
#include <vector>

#include "base/status.h"
#include "proto/crypto/errors.h"

namespace amana::crypto {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr size_t kMaxUri = 2048;  // SPIFFE-ID section 2.3

constexpr std::array<std::pair<Role, std::string_view>, 6> kRoles = {{
    {Role::kSystem, "system"},
    {Role::kPerson, "person"},
    {Role::kCoordinator, "coordinator"},
    {Role::kAuditor, "auditor"},
    {Role::kOperator, "operator"},
    {Role::kBroker, "broker"},
}};

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t end; (end = text.find(separator)) != std::string_view::npos;) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

// The token or this room's error for it: whatever is wrong with an id is wrong with the SPIFFE id.
template <typename Id>
absl::StatusOr<Id> Token(std::string_view text, std::string_view what) {
  absl::StatusOr<Id> id = Id::Create(text);
  if (!id.ok()) return SpiffeIdInvalid(std::string(what) + " is not a token");
  return id;
}

}  // namespace

std::string_view RoleName(Role role) {
  for (const auto& [known, name] : kRoles) {
    if (known == role) return name;
  }
  return "unknown";
}

absl::StatusOr<Role> ParseRole(std::string_view name) {
  for (const auto& [role, known] : kRoles) {
    if (known == name) return role;
  }
  return SpiffeIdInvalid(
      "the role is none of system, person, coordinator, auditor, operator, broker");
}

absl::Status CheckTrustDomain(std::string_view trust_domain) {
  bool valid = !trust_domain.empty() && trust_domain.size() <= 255;
  for (const char c : trust_domain) {
    valid = valid &&
            ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_');
  }
  if (valid) return absl::OkStatus();
  return SpiffeIdInvalid("the trust domain must be 1 to 255 of a-z, 0-9, '.', '-' and '_'");
}

absl::StatusOr<SpiffeId> ParseSpiffeId(std::string_view uri) {
  if (uri.size() > kMaxUri || uri.substr(0, kScheme.size()) != kScheme) {
    return SpiffeIdInvalid("must start with spiffe:// and be at most 2048 bytes");
  }
  const std::vector<std::string_view> parts = Split(uri.substr(kScheme.size()), '/');
  if (parts.size() < 4 || parts.size() > 6 || parts[1] != "agency") {
    return SpiffeIdInvalid("must be spiffe://<domain>/agency/<agency>/<role>[/<unit>[/<person>]]");
  }
  SpiffeId id;
  AMANA_RETURN_IF_ERROR(CheckTrustDomain(parts[0]));
  id.trust_domain = std::string(parts[0]);
  AMANA_ASSIGN_OR_RETURN(id.agency, Token<AgencyId>(parts[2], "the agency"));
  AMANA_ASSIGN_OR_RETURN(id.role, ParseRole(parts[3]));
  if (parts.size() > 4) {
    AMANA_ASSIGN_OR_RETURN(id.unit, Token<UnitId>(parts[4], "the unit"));
  }
  if (parts.size() > 5) {
    AMANA_ASSIGN_OR_RETURN(id.person, Token<PersonId>(parts[5], "the person"));
  }
  return id;
}

std::string ToUri(const SpiffeId& id) {
  std::string uri(kScheme);
  uri += id.trust_domain + "/agency/" + id.agency.value() + "/";
  uri += RoleName(id.role);
  if (id.unit.has_value()) uri += "/" + id.unit->value();
  if (id.person.has_value()) uri += "/" + id.person->value();
  return uri;
}

}  // namespace amana::crypto
