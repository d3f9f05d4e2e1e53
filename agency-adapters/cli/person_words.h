// Codes, names and times in words for the person they are about: no jargon, nothing that needs
// explaining. All of it is here; another language is another file like person_words.cc. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_PERSON_WORDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_PERSON_WORDS_H_

#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/envelope.pb.h"

namespace amana::cli {

// Of a code that is not known here: its name.
std::string InWords(v1::Category category);  // "your health"
std::string InWords(v1::Purpose purpose);    // "to protect you"
std::string InWords(v1::ServiceType service);
std::string InWords(v1::AgencyKind kind);       // "any shelter"
std::string InWords(v1::LegalBasis basis);      // "because a life is in danger"
std::string InWords(v1::ConsentGiver giver);    // "You agreed"
std::string InWords(v1::ConsentMethod method);  // "in writing"
std::string InWords(v1::DeliveryState state);   // of what has left: what became of it
// Why something went, by the rules that held: "because you agreed".
std::vector<std::string> WhyItWent(const google::protobuf::RepeatedField<uint32_t>& rules);
std::string LanguageInWords(std::string_view iso639_3);

// "2 February 2031", "2 February 2031, 14:05 UTC".
std::string DayInWords(absl::Time time);
std::string TimeInWords(absl::Time time);

// "haven, all its units", "haven (intake)".
std::string InWords(const v1::Address& address);

// "a, b and c"; "" for nothing.
std::string Listed(const std::vector<std::string>& items);
std::string Listed(const google::protobuf::RepeatedField<int>& categories);
std::string Listed(const std::vector<v1::Category>& categories);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_PERSON_WORDS_H_
