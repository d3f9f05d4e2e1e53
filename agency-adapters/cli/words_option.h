// Words for the other side, from a file and never from the command line, where others could read
// them.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_WORDS_OPTION_H_
#define AMANA_AGENCY_ADAPTERS_CLI_WORDS_OPTION_H_

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/sdk/service_answers.h"

namespace amana::cli {

struct WordsOptions {
  std::string file;
};
void AddWordsOption(CLI::App& command, WordsOptions& options);

// What was read, as long as it is needed.
struct ReadWords {
  std::string text;
  std::optional<sdk::Words> words;  // none where no file was named
};
// For the sender of an item: reads the file and finds what to seal to. Errors of reading; of
// Sender::SealingFor.
absl::StatusOr<std::unique_ptr<ReadWords>> WordsFor(Context& context, const WordsOptions& options,
                                                    int64_t item);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_WORDS_OPTION_H_
