// The rules of the consent decision (broker/domain/consent_decisions.csv) in words that a
// caseworker can say to the person. One table; another language is another table. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_RULE_WORDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_RULE_WORDS_H_

#include <cstdint>
#include <string_view>

namespace amana::cli {

struct RuleWords {
  std::string_view holds;   // what is the case
  std::string_view change;  // what would have to change; empty where nothing stands in the way
};

// Rules 1 to 29; 0 is a code that nobody knows. Of every other number: that it is not known here.
RuleWords WordsOf(uint32_t rule);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_RULE_WORDS_H_
