#include <string>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/iom/htcds_generator.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  iom::GeneratorOptions generator;
  std::string out;
};

Result Run(Context&, const Options& o) {
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().WriteAtomically(o.out, iom::GenerateHtcdsCsv(o.generator), kPrivateFile));
  Report report;
  report.text = "wrote " + std::to_string(o.generator.rows) + " SYNTHETIC cases to " + o.out + "\n";
  report.json = {{"rows", o.generator.rows}, {"seed", o.generator.seed}, {"file", o.out}};
  return report;
}

}  // namespace

void RegisterImportSample(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "sample", "Make a SYNTHETIC case file in HTCDS 2.0, for drills and tests",
      "  amana import sample --rows 20 --seed 7 --out cases.csv\n"
      "Nobody in it exists. It has the official spreadsheet's header, defects included.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--rows", o.generator.rows, "How many cases")
            ->check(CLI::Range(1, 100000))
            ->capture_default_str();
        command.add_option("--seed", o.generator.seed, "The same seed makes the same file")
            ->capture_default_str()
            ->check(WholeNumber(0));
        command.add_option("--out", o.out, "Where the file goes")->required();
      },
      Run);
}

}  // namespace amana::cli
