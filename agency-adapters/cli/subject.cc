#include "agency-adapters/cli/subject.h"

#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {

absl::StatusOr<Subject> SubjectFromOptions(const std::string& subject_class,
                                           const std::string& majority_month) {
  Subject subject;
  AMANA_ASSIGN_OR_RETURN(subject.subject_class,
                         CodeOption<v1::SubjectClass>("--subject-class", subject_class));
  const bool minor = subject.subject_class == v1::SUBJECT_CLASS_MINOR;
  if (minor && majority_month.empty()) {
    return UsageError("--majority-month", "expected for a minor: when the person turns 18");
  }
  if (!minor && !majority_month.empty()) {
    return UsageError("--majority-month", "is for --subject-class MINOR only");
  }
  if (minor) {
    AMANA_ASSIGN_OR_RETURN(subject.majority_month, MonthOption("--majority-month", majority_month));
  }
  return subject;
}

Subject SubjectFromBirthdate(absl::CivilDay birthdate, absl::CivilDay today) {
  // CivilDay makes 29 February of a common year 1 March.
  const absl::CivilDay majority(birthdate.year() + 18, birthdate.month(), birthdate.day());
  if (majority <= today) return {v1::SUBJECT_CLASS_ADULT, 0};
  const auto months = (majority.year() - 1970) * 12 + majority.month() - 1;
  return {v1::SUBJECT_CLASS_MINOR, static_cast<uint32_t>(months)};
}

}  // namespace amana::cli
