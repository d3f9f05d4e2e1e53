// What happens to a task next, in words. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_NEXT_WORDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_NEXT_WORDS_H_

#include <string>

#include "agency-adapters/cli/report.h"
#include "amana/v1/coordination_service.pb.h"

namespace amana::cli {

// "shelter-a/intake has to read it; if nobody does by 2031-02-02T08:00:00Z it is reminded".
std::string NextInWords(const v1::TaskStatus& task, const v1::NextStep& next);
Json ToJson(const v1::NextStep& next);

// One offer that is over: "2031-...Z to 2031-...Z: shelter-a/intake, REROUTED (ACK_SLA_MISSED)".
std::string PastInWords(const v1::PastOffer& offer);
Json ToJson(const v1::PastOffer& offer);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_NEXT_WORDS_H_
