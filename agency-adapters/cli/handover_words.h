// The words of a handover's step, in a file: {"place": "...", "officer": "...", "escort": "...",
// "companion": "...", "text": "..."}, those that there are.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_WORDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_WORDS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/report.h"
#include "amana/v1/handover.pb.h"

namespace amana::cli {

// USAGE_INVALID naming `option`, without a word of the file; errors of reading it.
absl::StatusOr<v1::HandoverNote> ReadHandoverWords(std::string_view option,
                                                   const std::string& path);
// As such a file has them; without the code's salt.
Json ToJson(const v1::HandoverNote& words);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_WORDS_H_
