#include "agency-adapters/runtime/judge.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/runtime/case_plan.h"
#include "agency-adapters/runtime/errors.h"
#include "base/json_text.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"

namespace amana::runtime {
namespace {

absl::Status CheckReason(const std::string& code, codes::ReasonKind kind) {
  const auto reason = codes::ParseCode<v1::Reason>(code);
  if (reason.has_value() && codes::KindOf(*reason) == kind) return absl::OkStatus();
  return ItemInvalid("code", "is no code of its list");
}

absl::Status CheckCodes(const NativeItem& item) {
  switch (item.kind) {
    case ItemKind::kDecline:
      AMANA_RETURN_IF_ERROR(CheckReason(item.code, codes::ReasonKind::kDecline));
      if (item.code == "OTHER" && item.words.empty()) {
        return ItemInvalid("words", "are needed with OTHER");
      }
      return absl::OkStatus();
    case ItemKind::kCancel:
      return CheckReason(item.code, codes::ReasonKind::kCancel);
    case ItemKind::kComplete:
    case ItemKind::kFail:
      return CheckReason(item.code, codes::ReasonKind::kOutcome);
    case ItemKind::kHandover:
      if (codes::ParseCode<v1::HandoverState>(item.code).has_value()) return absl::OkStatus();
      return ItemInvalid("code", "is no state of a handover");
    case ItemKind::kAsk:
      for (const std::string& category : item.categories) {
        if (!codes::ParseCode<v1::Category>(category).has_value()) {
          return ItemInvalid("categories", "names one that is none");
        }
      }
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

}  // namespace

absl::StatusOr<mapping::CaseFacts> ItemJudge::FactsOf(const HeldItem& item,
                                                      mapping::Report* report) const {
  if (item.facts.empty()) return mapping_.ToFacts(item.item.record, report);
  const nlohmann::json json = ParseJson(item.facts);
  if (json.is_discarded()) return ItemInvalid("facts", "are no JSON");
  return mapping::CaseFactsFromJson(json);
}

ItemJournal::Verdict ItemJudge::Judge(const HeldItem& item) const {
  ItemJournal::Verdict verdict;
  if (item.item.kind == ItemKind::kCase) {
    const absl::StatusOr<mapping::CaseFacts> facts = FactsOf(item);
    if (!facts.ok()) return {.refused = facts.status()};
    const absl::StatusOr<CasePlan> plan = PlanCase(*facts, rules_, clock_.Now());
    if (!plan.ok()) return {.refused = plan.status()};
    return {.urgency = plan->header.urgency()};
  }
  if (item.item.kind == ItemKind::kUpdate && !item.item.record.fields.empty()) {
    return {.refused = FactsOf(item).status()};
  }
  return {.refused = CheckCodes(item.item)};
}

}  // namespace amana::runtime
