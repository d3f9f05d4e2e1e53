// Inbox items for people and programs: ids and codes, no content. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_INBOX_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_INBOX_TEXT_H_

#include <string>
#include <vector>

#include "agency-adapters/cli/report.h"
#include "agency-adapters/sdk/inbox.h"

namespace amana::cli {

Json ToJson(const sdk::InboxItem& item);
std::string ToLine(const sdk::InboxItem& item);  // one line, for a watcher
std::string ToText(const std::vector<sdk::InboxItem>& items);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_INBOX_TEXT_H_
