// Whose case it is: class and majority, as the command line or a birth date say. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_SUBJECT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_SUBJECT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "amana/v1/codes.pb.h"

namespace amana::cli {

struct Subject {
  v1::SubjectClass subject_class = v1::SUBJECT_CLASS_AGE_UNKNOWN;
  uint32_t majority_month = 0;  // months since January 1970; of a minor only
};

// USAGE_INVALID: an unknown class, or a majority month missing from a minor or given for another.
absl::StatusOr<Subject> SubjectFromOptions(const std::string& subject_class,
                                           const std::string& majority_month);

// Of age on the day of the 18th birthday; who was born on 29 February, on 1 March.
Subject SubjectFromBirthdate(absl::CivilDay birthdate, absl::CivilDay today);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_SUBJECT_H_
