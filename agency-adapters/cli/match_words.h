// Why a candidate stands where it stands, and what was missing where there is none, in words. Each
// language is one set of these files. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_MATCH_WORDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_MATCH_WORDS_H_

#include <string_view>

#include "amana/v1/codes.pb.h"

namespace amana::cli {

std::string_view ReasonWords(v1::MatchReason reason);  // "speaks the language"
std::string_view GapWords(v1::RouteGap gap);           // "nobody offers the service"

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_MATCH_WORDS_H_
