// The three-letter codes of states, organisations and persons that a machine readable zone may
// bear: ISO 3166-1 alpha-3, and what ICAO Doc 9303-3 (8th edition), section 5, adds: D for Germany,
// British passport holders (GBD ...), the United Nations (UNO, UNA, UNK), the European Union (EUE),
// organisations (XBA ... XPO), persons without a nationality (XXA, XXB, XXC, XXX) and Utopia (UTO),
// whose documents are specimens. RKS is what passports of Kosovo bear.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_STATES_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_STATES_H_

#include <string_view>

namespace amana::immigration {

// `code` without fillers. Pure; thread-safe.
bool IsMrzState(std::string_view code);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_STATES_H_
