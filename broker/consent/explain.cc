#include "broker/consent/explain.h"

#include "broker/consent/evaluation.h"

namespace amana::consent {
namespace {

codes::CategorySet CategoriesOf(Rule rule, const Findings& found) {
  switch (rule) {
    case Rule::kCategoryNotCovered:
      return found.not_covered;
    case Rule::kRequiredCategoryNotCovered:
      return found.required_missing;
    case Rule::kHealthRecipientNotQualified:
      return found.unqualified;
    case Rule::kConsentConflict:
      return found.conflicting;
    default:
      return {};
  }
}

}  // namespace

std::vector<Obstacle> Obstacles(const HeaderFacts& header, const Statements& statements,
                                const RecipientFacts& recipient, const Environment& environment) {
  const Findings found = Evaluate(header, statements, recipient, environment, View::kShown);
  std::vector<Obstacle> obstacles;
  for (const Rule rule : found.rules) {
    const RuleRow* row = RowOf(rule);
    if (row->outcome == Outcome::kPermit) continue;
    obstacles.push_back({rule, row->code, CategoriesOf(rule, found)});
  }
  if (!found.understood) obstacles.push_back({Rule{}, v1::REASON_CONSENT_MISSING, {}});
  return obstacles;
}

}  // namespace amana::consent
