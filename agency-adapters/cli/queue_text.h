// Items of the coordinator's queue for people and programs. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_QUEUE_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_QUEUE_TEXT_H_

#include <string>
#include <vector>

#include "agency-adapters/cli/report.h"
#include "amana/v1/coordination_service.pb.h"

namespace amana::cli {

Json ToJson(const v1::QueueItem& item);
std::string ToText(const std::vector<v1::QueueItem>& items);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_QUEUE_TEXT_H_
