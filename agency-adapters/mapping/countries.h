// Countries, as ISO 3166-1 and ICAO Doc 9303 write them. Ours is alpha-2; where Doc 9303 has a code
// for a document's issuer or a nationality that no alpha-2 stands for (XXA: stateless), ours is
// that code.
//
// Sources: ISO 3166-1 (249 countries); ICAO Doc 9303 part 3, section 5 (its own codes; "D" for
// Germany; UTO, which it uses for specimens, here with UT, as HTCDS's files have it).
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_COUNTRIES_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_COUNTRIES_H_

#include <optional>
#include <string_view>

namespace amana::mapping {

enum class CountryForm { kAlpha2, kAlpha3, kIcao };

// Ours for a native code, which is exact (capitals, no filler); none if it is not in the list.
// The text lives as long as the program. Pure; thread-safe.
std::optional<std::string_view> CountryFrom(CountryForm form, std::string_view native);
// The native code for ours; none where the form has none.
std::optional<std::string_view> CountryTo(CountryForm form, std::string_view ours);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_COUNTRIES_H_
