#include "agency-adapters/police/niem_names.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace amana::police {
namespace {

constexpr std::pair<std::string_view, std::string_view> kNamespaces[] = {
    {"hs", "https://docs.oasis-open.org/niemopen/ns/model/domains/humanServices/6.0/"},
    {"im", "https://docs.oasis-open.org/niemopen/ns/model/domains/immigration/6.0/"},
    {"j", "https://docs.oasis-open.org/niemopen/ns/model/domains/justice/6.0/"},
    {"nc", "https://docs.oasis-open.org/niemopen/ns/model/niem-core/6.0/"},
    {"x", "urn:example:referral-broker:ext:1"},
};

// Sorted. What occurs more than once in a case.
constexpr std::string_view kLists[] = {
    "hs:HumanTraffickingVictim/hs:TraffickingEvent/hs:PastExploitationIndustryCode",
    "hs:HumanTraffickingVictim/hs:TraffickingEvent/x:ExploitationTypeCode",
    "hs:HumanTraffickingVictim/hs:TraffickingEvent/x:MethodOfControlCode",
    "hs:HumanTraffickingVictim/hs:TraffickingEvent/x:RecruitmentMethodCode",
    "hs:HumanTraffickingVictim/j:VictimInjury",
    "hs:HumanTraffickingVictim/j:VictimPerson/nc:PersonCitizenshipISO3166Alpha3Code",
    "hs:HumanTraffickingVictim/j:VictimPerson/nc:PersonLanguage",
    "hs:Placement",
    "hs:ProvidedDirectServiceVictimAssociation",
    "hs:ReferredOutServiceVictimAssociation",
    "hs:RequestedDirectServiceVictimAssociation",
    "hs:UnmetDirectServiceVictimAssociation",
    "j:ProtectionOrder",
    "x:Attachment",
    "x:Decision/x:CategoryCode",
    "x:Risk/x:RiskFactorText",
};

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string_view NamespaceOf(std::string_view prefix) {
  for (const auto& [known, uri] : kNamespaces) {
    if (known == prefix) return uri;
  }
  return {};
}

std::string_view PrefixOf(std::string_view name) {
  const size_t colon = name.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == name.size()) return {};
  const std::string_view local = name.substr(colon + 1);
  if (local.size() > 64 || !std::ranges::all_of(local, IsAlphanumeric)) return {};
  return name.substr(0, colon);
}

bool IsList(std::string_view path) { return std::ranges::binary_search(kLists, path); }

NiemType TypeOf(std::string_view path) {
  if (path.ends_with("Indicator")) return NiemType::kBoolean;
  if (path.ends_with("Numeric") || path.ends_with("Quantity")) return NiemType::kNumber;
  return NiemType::kText;
}

}  // namespace amana::police
