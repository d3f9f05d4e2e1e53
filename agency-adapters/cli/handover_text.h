// Handovers and custody as text for people and as JSON for programs. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_TEXT_H_

#include <string>
#include <string_view>

#include "agency-adapters/cli/report.h"
#include "agency-adapters/sdk/handover_view.h"
#include "amana/v1/handover_service.pb.h"

namespace amana::cli {

// Of what this machine has verified, without the steps.
Json SummaryJson(const sdk::HandoverView& view);
std::string SummaryLine(const sdk::HandoverView& view);

Json StepJson(const sdk::VerifiedStep& step);
// "2031-...Z AGREED by haven/intake (caseworker)"
std::string StepLine(const sdk::VerifiedStep& step);

// Who has to do what next; "" when nobody has.
std::string NextLine(const sdk::HandoverView& view);

// What the broker says: for lists.
Json ToJson(const v1::HandoverSummary& summary);

Json ToJson(const v1::GetCustodyResponse& custody);
std::string ToText(const v1::GetCustodyResponse& custody);

// "4FZK-9Q2M-7X10"
std::string GroupedCode(std::string_view code);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_TEXT_H_
