// Referrals and tasks as the broker tells them, for people and programs. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_TASK_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_TASK_TEXT_H_

#include <string>

#include "agency-adapters/cli/report.h"
#include "amana/v1/referral_service.pb.h"

namespace amana::cli {

std::string NameOf(const v1::StatementRef& ref);  // "agency/hex/version"
Json ToJson(const v1::ReferralSummary& summary);
Json ToJson(const v1::TaskStatus& task);
// One line for each task, and one for each of its deliveries.
std::string ToText(const v1::TaskStatus& task);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_TASK_TEXT_H_
