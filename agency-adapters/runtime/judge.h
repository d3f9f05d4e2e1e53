// Whether an item can go out at all, before anything is signed: its facts, codes and parts. Pure;
// thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_JUDGE_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_JUDGE_H_

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/case_facts.h"
#include "agency-adapters/mapping/mapping.h"
#include "agency-adapters/runtime/config.h"
#include "agency-adapters/runtime/journal_items.h"
#include "base/clock.h"

namespace amana::runtime {

class ItemJudge {
 public:
  // All outlive it.
  ItemJudge(const mapping::Mapping& mapping, const CaseRules& rules, const Clock& clock)
      : mapping_(mapping), rules_(rules), clock_(clock) {}

  // The facts of a record, or those that were given in its place; `report` may be null. Errors of
  // Mapping::ToFacts and CaseFactsFromJson.
  absl::StatusOr<mapping::CaseFacts> FactsOf(const HeldItem& item,
                                             mapping::Report* report = nullptr) const;
  // Errors of FactsOf and PlanCase; ITEM_INVALID naming a code that its list has not.
  ItemJournal::Verdict Judge(const HeldItem& item) const;

 private:
  const mapping::Mapping& mapping_;
  const CaseRules& rules_;
  const Clock& clock_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_JUDGE_H_
