// A case in the protocol's own words: coded facts for the referral header, and facts by category
// for its sections. What was not said is absent; nothing here has a default.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_CASE_FACTS_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_CASE_FACTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "amana/v1/codes.pb.h"

namespace amana::mapping {

// A service asked for, and of whom where the native side named one ("agency/unit").
struct ServiceFact {
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  std::optional<std::string> recipient;

  friend bool operator==(const ServiceFact&, const ServiceFact&) = default;
};

struct CaseFacts {
  std::vector<ServiceFact> services;
  std::optional<std::string> recipient;  // of all services that name none themselves
  std::optional<v1::Urgency> urgency;
  std::optional<v1::SubjectClass> subject_class;
  std::optional<v1::LegalBasis> legal_basis;
  std::optional<v1::EmbassyContact> embassy_contact;
  std::optional<v1::SexConstraint> sex;  // who a place must take
  std::optional<std::string> consent;    // the native side's reference to the consent record
  std::optional<uint32_t> county;        // 1 to 47
  std::optional<std::string> language;   // ISO 639-3
  std::optional<bool> cross_border;
  std::optional<bool> guardian_conflict;
  std::optional<bool> incapacity;
  std::optional<bool> test;  // a drill

  // Objects that say something, never empty; names as in iom/iom.mapping.toml and in
  // broker/domain/payload_categories.csv in snake case. Dates are "2031-02-04", times RFC 3339 in
  // UTC, countries ISO 3166-1 alpha-2 (or the codes of countries.h that have none).
  std::map<v1::Category, nlohmann::json> sections;

  friend bool operator==(const CaseFacts&, const CaseFacts&) = default;
};

// {"header": {"services": [{"service": "ACCOMMODATION", "recipient": "haven/intake"}],
// "urgency": "URGENT", ...}, "IDENTITY": {...}, ...}: the names that mapping files use, and what
// the local API takes as plain JSON.
nlohmann::json ToJson(const CaseFacts& facts);

// The same back. FACTS_INVALID naming the member: unknown member or code, wrong type, a county out
// of range, a section that is no object or says nothing; never showing a content.
absl::StatusOr<CaseFacts> CaseFactsFromJson(const nlohmann::json& json);

// What a section of a delivery says, in addition to what was said before it. CONTENT_UNREADABLE
// naming the category: no JSON object, or one nested deeper than
// ParseJson takes.
absl::Status AddSection(CaseFacts& facts, v1::Category category, std::string_view json);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_CASE_FACTS_H_
