// What the codec knows of NIEM's names.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_NIEM_NAMES_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_NIEM_NAMES_H_

#include <string_view>

namespace amana::police {

// The namespace of a prefix of ours ("nc", "j", "hs", "im", "x"); empty for another.
std::string_view NamespaceOf(std::string_view prefix);

// "nc" of "nc:Referral"; empty unless it is a prefix, a colon and a name of letters and digits.
std::string_view PrefixOf(std::string_view name);

// Whether the element at this path is a list.
bool IsList(std::string_view path);

enum class NiemType { kText, kBoolean, kNumber };
NiemType TypeOf(std::string_view path);  // by its last name

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_NIEM_NAMES_H_
