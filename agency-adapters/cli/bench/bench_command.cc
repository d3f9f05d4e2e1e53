#include <memory>

#include "agency-adapters/cli/bench/bench_submit.h"
#include "agency-adapters/cli/commands.h"

namespace amana::cli {
namespace {

void AddSubmit(CLI::App& parent, Context& context) {
  AddCommand<SubmitBenchOptions>(
      parent, context, "submit", "Submissions a second, against this machine's own limits",
      "  amana bench submit\n"
      "  amana bench submit --json --seconds 10\n\n"
      "Starts the amana-broker beside this program, with keys, data and quotas of the bench's "
      "own.\n"
      "Needs no agency.toml. Submissions are sealed and signed before the clock runs; every "
      "receipt\n"
      "is verified.\n",
      [](CLI::App& command, SubmitBenchOptions& options) {
        command.add_option("--seconds", options.seconds, "Length of each point")
            ->check(CLI::Range(0.2, 600.0))
            ->capture_default_str();
        command.add_option("--connections", options.connections, "TLS connections to the broker")
            ->check(CLI::Range(1, 64))
            ->capture_default_str();
        command.add_option("--folder", options.folder, "Where to put keys and data meanwhile")
            ->check(CLI::ExistingDirectory);
        command.add_flag("--keep-data", options.keep_data, "Leave keys, data and the broker's log");
      },
      [](Context& ctx, const SubmitBenchOptions& options) -> Result {
        absl::StatusOr<SubmitNumbers> numbers = RunSubmitBench(ctx.world(), options);
        if (!numbers.ok()) return numbers.status();
        return SubmitReport(*numbers);
      });
}

}  // namespace

void RegisterBench(CLI::App& root, Context& context) {
  CLI::App* const bench =
      root.add_subcommand("bench", "Measure this machine with a broker of its own");
  bench->require_subcommand(1);
  AddSubmit(*bench, context);
}

}  // namespace amana::cli
