#include "tests/sim/habits.h"

namespace amana::sim {

const std::vector<v1::Reason>& Declines() {
  static const auto* const all = new std::vector<v1::Reason>{
      v1::REASON_NO_CAPACITY,          v1::REASON_NO_CAPACITY,
      v1::REASON_OUT_OF_MANDATE_AGE,   v1::REASON_OUT_OF_MANDATE_CASE_TYPE,
      v1::REASON_LOCATION_NOT_COVERED, v1::REASON_LANGUAGE_NOT_AVAILABLE,
      v1::REASON_SITE_SECURITY_RISK};
  return *all;
}
const std::vector<v1::Reason>& FinalDeclines() {
  static const auto* const all = new std::vector<v1::Reason>{
      v1::REASON_DECLINED_BY_SURVIVOR, v1::REASON_ALREADY_SERVED, v1::REASON_PERSON_NOT_FOUND};
  return *all;
}

absl::Duration Pace(v1::Urgency urgency) {
  switch (urgency) {
    case v1::URGENCY_IMMEDIATE:
      return absl::Minutes(12);
    case v1::URGENCY_EMERGENCY:
      return absl::Minutes(40);
    case v1::URGENCY_URGENT:
      return absl::Hours(2);
    default:
      return absl::Hours(8);
  }
}

}  // namespace amana::sim
