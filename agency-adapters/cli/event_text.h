// Events of the log for people and programs: only what was opened. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_EVENT_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_EVENT_TEXT_H_

#include <cstdint>
#include <string>

#include "agency-adapters/cli/report.h"
#include "agency-adapters/sdk/event_view.h"

namespace amana::cli {

std::string KindName(v1::EventKind kind);  // "SUBMISSION_ACCEPTED"
Json ToJson(const sdk::EventView& event);
// Time, kind, referral and so on on one line.
std::string ToLine(uint64_t index, const sdk::EventView& event);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_EVENT_TEXT_H_
