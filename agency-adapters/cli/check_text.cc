#include "agency-adapters/cli/check_text.h"

#include <algorithm>
#include <string>

#include "agency-adapters/cli/exit_code.h"
#include "base/status.h"

namespace amana::cli {
namespace {

using auditor::CheckResult;
using Outcome = CheckResult::Outcome;

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "PASSED";
    case Outcome::kFailed:
      return "FAILED";
    case Outcome::kNotApplicable:
      break;
  }
  return "NOT_APPLICABLE";
}

std::string Remark(const CheckResult& result) {
  std::string text = result.outcome == Outcome::kNotApplicable
                         ? ""
                         : std::to_string(result.looked_at) + " looked at";
  if (result.failures > 0) text += ", " + std::to_string(result.failures) + " wrong";
  if (!result.why.empty()) text += (text.empty() ? "" : ", ") + result.why;
  return text;
}

// Without the exit code that it had alone: the whole has one.
Json ErrorOf(const absl::Status& failure) {
  Json json = ErrorJson(failure);
  json.erase("exit_code");
  return json;
}

Json ToJson(const CheckResult& result) {
  Json json = {{"name", std::string(result.name)},
               {"outcome", std::string(OutcomeName(result.outcome))},
               {"looked_at", result.looked_at},
               {"failures", result.failures}};
  if (!result.why.empty()) json["why"] = result.why;
  if (result.failure.ok()) return json;
  json["verdict"] = std::string(auditor::VerdictName(auditor::VerdictOf(result.failure)));
  json.update(ErrorOf(result.failure));
  return json;
}

}  // namespace

int ExitCodeOf(auditor::Verdict verdict) {
  switch (verdict) {
    case auditor::Verdict::kTampered:
      return kExitUnverified;
    case auditor::Verdict::kUntrusted:
      return kExitUntrusted;
    case auditor::Verdict::kUnverifiable:
      return kExitUnverifiable;
    case auditor::Verdict::kIncomplete:
      return kExitIncomplete;
    case auditor::Verdict::kFine:
      break;
  }
  return kExitDone;
}

int Graver(int one, int other) {
  for (const auditor::Verdict verdict :
       {auditor::Verdict::kTampered, auditor::Verdict::kUntrusted, auditor::Verdict::kUnverifiable,
        auditor::Verdict::kIncomplete}) {
    const int code = ExitCodeOf(verdict);
    if (one == code || other == code) return code;
  }
  return kExitDone;
}

Report ReportOf(const std::vector<CheckResult>& results) {
  const auditor::Verdict verdict = auditor::Overall(results);
  const std::string name(auditor::VerdictName(verdict));
  Report report;
  report.exit_code = ExitCodeOf(verdict);
  report.json = {{"verdict", name}, {"exit_code", report.exit_code}};
  Table table({"CHECK", "OUTCOME", ""});
  std::string failures;
  for (const CheckResult& result : results) {
    table.Add({std::string(result.name), std::string(OutcomeName(result.outcome)), Remark(result)});
    if (result.failure.ok()) continue;
    failures += std::string(result.name) + ": " + ErrorText(result.failure) + "\n";
    // What decided, where it can be read without looking for it.
    if (auditor::VerdictOf(result.failure) == verdict && !report.json.contains("error")) {
      report.json.update(ErrorOf(result.failure));
    }
  }
  report.json["checks"] = Json::array();
  for (const CheckResult& result : results) report.json["checks"].push_back(ToJson(result));
  report.text = table.Text() + failures + name;
  return report;
}

}  // namespace amana::cli
