#include "broker/consent/decision.h"

#include "broker/consent/evaluation.h"

namespace amana::consent {
namespace {

// The row that decides: the first precedence, and in it the first number.
const RuleRow* Deciding(RuleSet rules) {
  const RuleRow* deciding = nullptr;
  for (const Rule rule : rules) {
    const RuleRow* row = RowOf(rule);
    if (deciding == nullptr || row->precedence < deciding->precedence) deciding = row;
  }
  return deciding;
}

Decision Concluded(const Findings& found, codes::CategorySet present) {
  Decision decision;
  decision.rules = found.rules;
  decision.redacted = present;
  decision.required_missing = found.required_missing;
  decision.next_change = found.next_change;
  const RuleRow* row = Deciding(found.rules);
  if (row == nullptr) return decision;
  decision.outcome = row->outcome;
  decision.code = row->code;
  if (!decision.Delivers()) return decision;
  if (found.permitted.empty() || !found.understood) {
    decision.outcome = Outcome::kDeny;  // never an empty referral, never an unknown code
    if (!found.emptied_by_exclusion) return decision;
    decision.rules.Add(Rule::kRecipientExcluded);
    decision.code = v1::REASON_RECIPIENT_EXCLUDED;
    return decision;
  }
  decision.permitted = found.permitted;
  decision.redacted = present - found.permitted;
  return decision;
}

}  // namespace

v1::Reason Decision::PublicCode() const { return shown.has_value() ? shown->code : code; }

RuleSet Decision::PublicRules() const { return shown.has_value() ? shown->rules : rules; }

std::vector<uint32_t> RuleNumbers(RuleSet rules) {
  std::vector<uint32_t> numbers;
  numbers.reserve(rules.size());
  for (const Rule rule : rules) numbers.push_back(static_cast<uint32_t>(rule));
  return numbers;
}

Decision Decide(const HeaderFacts& header, const Statements& statements,
                const RecipientFacts& recipient, const Environment& environment) {
  const Findings found = Evaluate(header, statements, recipient, environment, View::kTrue);
  Decision decision = Concluded(found, header.categories);
  if (!found.excludes) return decision;
  const Decision shown = Concluded(
      Evaluate(header, statements, recipient, environment, View::kShown), header.categories);
  decision.shown = {.rules = shown.rules, .code = shown.code};
  decision.required_missing = shown.required_missing;
  return decision;
}

}  // namespace amana::consent
