// What a table case of the decision is: a permitted request, what was changed in it, and the
// outcome, the rules that held and the code that must come of it.
#ifndef AMANA_BROKER_CONSENT_RULE_CASES_TEST_H_
#define AMANA_BROKER_CONSENT_RULE_CASES_TEST_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "broker/consent/decision.h"
#include "broker/consent/decision_fixture_test.h"
#include "proto/codes/names.h"

namespace amana::consent {

using Change = std::function<void(Request&)>;

struct RuleCase {
  std::string name;
  std::string expected;  // "DENY 10,25 REQUIRED_CATEGORY_NOT_COVERED"
  Change change;
  std::function<Request()> base;
};

struct RuleCases {
  void Adult(std::string name, std::string expected, Change change) {
    all.push_back({std::move(name), std::move(expected), std::move(change), PermittedRequest});
  }
  void Child(std::string name, std::string expected, Change change) {
    all.push_back({std::move(name), std::move(expected), std::move(change), PermittedMinorRequest});
  }
  void Overridden(v1::LegalBasis basis, std::string name, std::string expected, Change change) {
    all.push_back({std::move(name), std::move(expected), std::move(change),
                   [basis] { return OverriddenRequest(basis); }});
  }
  std::vector<RuleCase> all;
};

// Rules 14 to 17 (child_cases_test.cc).
void AddChildCases(RuleCases& cases);
// Rules 21 to 26 and 29 (recipient_cases_test.cc).
void AddRecipientCases(RuleCases& cases);
// Rules 18 to 20, and what they lift (override_cases_test.cc).
void AddOverrideCases(RuleCases& cases);

// A newer consent of the same person that differs from the pinned one by `change`.
inline Change WithNewer(std::function<void(ConsentFacts&)> change) {
  return [change = std::move(change)](Request& r) {
    ConsentFacts newer = NewerConsent(r);
    change(newer);
    r.records.push_back(newer);
  };
}

inline std::string Described(const Decision& decision) {
  constexpr const char* kOutcomes[] = {"DENY", "HOLD", "REDACT", "PERMIT"};
  std::string text = kOutcomes[static_cast<int>(decision.outcome)];
  text += decision.rules.empty() ? " none" : " " + absl::StrJoin(RuleNumbers(decision.rules), ",");
  if (decision.code != v1::REASON_UNSPECIFIED) {
    text += " " + std::string(codes::CodeName(decision.code));
  }
  return text;
}

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_RULE_CASES_TEST_H_
