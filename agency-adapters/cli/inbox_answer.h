// What `inbox seen`, `inbox accept` and `inbox reject` have in common: a person's signed answer to
// one item, put into the outbox and sent; and how every command names an item.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_INBOX_ANSWER_H_
#define AMANA_AGENCY_ADAPTERS_CLI_INBOX_ANSWER_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/sdk/inbox.h"

namespace amana::cli {

// The argument `item`: the number of one, from 1.
CLI::Option* AddItemOption(CLI::App& command, int64_t& item, const std::string& help);

// `sign` returns the outbox entry of the answer.
Result Answer(Context& context, int64_t item, bool hold,
              absl::FunctionRef<absl::StatusOr<int64_t>(sdk::Inbox&, const sdk::Identity&)> sign);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_INBOX_ANSWER_H_
