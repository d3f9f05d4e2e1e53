// Events of the log as a story: what happened, in words. Only what was opened. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_EVENT_WORDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_EVENT_WORDS_H_

#include <string>
#include <string_view>

#include "agency-adapters/sdk/event_view.h"

namespace amana::cli {

// One sentence without a full stop: "haven/intake has received and opened it". Of a kind that is
// not known here: its name.
std::string InWords(const sdk::EventView& event);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_EVENT_WORDS_H_
