#include "agency-adapters/cli/match_words.h"

namespace amana::cli {

std::string_view ReasonWords(v1::MatchReason reason) {
  switch (reason) {
    case v1::MATCH_REASON_SEALED:
      return "sealed to already";
    case v1::MATCH_REASON_IN_COUNTY:
      return "in the county";
    case v1::MATCH_REASON_SERVES_COUNTY:
      return "serves the county from another";
    case v1::MATCH_REASON_LANGUAGE_SPOKEN:
      return "speaks the language";
    case v1::MATCH_REASON_LANGUAGE_NOT_LISTED:
      return "does not list the language";
    case v1::MATCH_REASON_ACCESS_MET:
      return "has the access that is needed";
    case v1::MATCH_REASON_ACCESS_NOT_LISTED:
      return "does not list the access that is needed";
    case v1::MATCH_REASON_TAKES_EVERYBODY:
      return "takes everybody";
    case v1::MATCH_REASON_OPEN_NOW:
      return "open now";
    case v1::MATCH_REASON_CLOSED_NOW:
      return "closed now";
    case v1::MATCH_REASON_CAPACITY_FREE:
      return "has room";
    case v1::MATCH_REASON_CAPACITY_UNKNOWN:
      return "room not known";
    default:
      return "a reason that this program does not know";
  }
}

std::string_view GapWords(v1::RouteGap gap) {
  switch (gap) {
    case v1::ROUTE_GAP_SERVICE:
      return "nobody offers the service";
    case v1::ROUTE_GAP_COUNTY:
      return "nobody who offers it serves the county";
    case v1::ROUTE_GAP_AGE:
      return "nobody there takes this age";
    case v1::ROUTE_GAP_SEX:
      return "nobody there takes this sex";
    case v1::ROUTE_GAP_LANGUAGE:
      return "nobody there speaks the language";
    case v1::ROUTE_GAP_CAPACITY:
      return "all of them have said that they are full";
    case v1::ROUTE_GAP_CONSENT:
      return "the consent covers none of them";
    case v1::ROUTE_GAP_ALL_ASKED:
      return "all of them have been asked, or are left out";
    case v1::ROUTE_GAP_OTHER:
      return "an embassy without consent, or nobody with a valid key";
    default:
      return "for a reason that this program does not know";
  }
}

}  // namespace amana::cli
