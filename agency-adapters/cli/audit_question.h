// What is asked of a mirror's events, as options: the same for every command that reads a mirror.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_QUESTION_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_QUESTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror_book.h"

namespace CLI {
class App;
}

namespace amana::cli {

struct QuestionOptions {
  std::string folder, log, from, until, agency, counterpart, referral, consent, certificate,
      category;
  std::vector<std::string> kinds, reasons, outcomes;
  int rule = -1;
  bool sla_breach = false;
};

// The folder, and all that can be asked.
void AddQuestion(CLI::App& command, QuestionOptions& options);

// USAGE_INVALID naming the option.
absl::StatusOr<auditor::EventQuery> Asked(const QuestionOptions& options);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_QUESTION_H_
