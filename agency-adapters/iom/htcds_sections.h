// The facts of one HTCDS row as the sections of a referral. Field names inside a section are those
// of the domain table payload_categories.csv in snake case; codes stay HTCDS's own:
//
//   IDENTITY_MIN  given_name, year_of_birth
//   IDENTITY      full_names {salutation, given, middle, second, title}, birthdate,
//                 identity_number, phones [{type: HOME|MOBILE, number}], email,
//                 address {street, city, state, postal_code, country}
//   DEMOGRAPHIC   gender, citizenship [], marital_status, children_count, languages [], education
//   LOCATION      itinerary [{type, date, description, place {name, street, city, state,
//                 postal_code, country, latitude, longitude}}]
//   EXPLOITATION  trafficking_status, decision_org, methods_of_control [], recruitment [],
//                 type_of_exploitation [], industry [], sex_exploitation [],
//                 age_when_trafficked, relationship, websites {recruitment [], exploitation []},
//                 perpetrators [{roles [], details}]
//   RISK          risk_factors [], risk_factor_details (HTCDS's deprecated vulnerabilities; it has
//                 no risk level)
//   SERVICES      services [{code, reason, notes, plan_type, objectives}]
//
// What the row does not say is absent, and so is a section without a fact.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_SECTIONS_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_SECTIONS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "amana/v1/codes.pb.h"

namespace amana::iom {

// Values as ReadCell makes them, by the standard's field name; blank cells left out.
using RowValues = std::map<std::string_view, nlohmann::json>;

// JSON text by category. `service` becomes the code of the service asked for. Pure; thread-safe.
std::map<v1::Category, std::string> BuildSections(const RowValues& values,
                                                  std::optional<v1::ServiceType> service);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_SECTIONS_H_
