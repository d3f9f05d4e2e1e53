#include "agency-adapters/runtime/program.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "agency-adapters/runtime/commands.h"
#include "agency-adapters/sdk/grpc_transport.h"
#include "base/command_line.h"
#include "base/process.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

struct Line {
  std::string config_file;
  std::string file;
  std::vector<std::string> letters;
  bool all = false;
  bool json = false;
  std::function<absl::StatusOr<int>(const Command&)> chosen;
};

void AddCommands(CLI::App& app, Line& line) {
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--config", line.config_file, "The program's configuration (TOML)")->required();
  const auto add = [&app, &line](const char* name, const char* help, auto run) {
    CLI::App* command = app.add_subcommand(name, help);
    command->callback([&line, run] { line.chosen = run; });
    return command;
  };
  add("run", "Serve until SIGTERM", RunCommand);
  add("check-config", "Check configuration, mapping file and keys", CheckConfigCommand);
  CLI::App* dry = add("dry-run", "Say what would be mapped, dropped, refused; write nothing",
                      [&line](const Command& c) { return DryRunCommand(c, line.file); });
  dry->add_option("file", line.file, "Items in the native format")->required();
  add("dead-letters", "What could not be carried, with reason and field", DeadLettersCommand);
  CLI::App* redrive = add("redrive", "Try dead letters again", [&line](const Command& c) {
    return RedriveCommand(c, line.letters, line.all);
  });
  redrive->add_option("letter", line.letters, "item-7, delivery-3");
  redrive->add_flag("--all", line.all, "All of them");
  CLI::App* discard = add("discard", "Give dead letters up",
                          [&line](const Command& c) { return DiscardCommand(c, line.letters); });
  discard->add_option("letter", line.letters, "item-7, delivery-3")->required();
  add("health", "What the running program says of itself", HealthCommand);
}

absl::StatusOr<int> Execute(const Line& line, const ProgramWorld& world,
                            const AdapterFactory& factory) {
  AMANA_ASSIGN_OR_RETURN(const Config config,
                         LoadConfig(RealFileSystem(), line.config_file, factory));
  return line.chosen({world, config, line.json});
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments, const ProgramWorld& world,
               const AdapterFactory& factory) {
  CLI::App app("An agency's adapter to Amana", world.name);
  Line line;
  AddCommonFlags(app, line.json);
  AddCommands(app, line);
  if (const auto code = ParseCommandLine(app, arguments, world.out, world.err)) return *code;
  const absl::StatusOr<int> code = Execute(line, world, factory);
  if (code.ok()) return *code;
  const int exit_code = ExitCodeOfReason(ErrorReason(code.status()));
  world.err << (line.json ? Dump(ErrorJson(code.status(), exit_code))
                          : ErrorText(world.name, code.status()));
  return exit_code;
}

int RunAdapter(const std::string& name, int argc, char** argv, const AdapterFactory& factory) {
  const auto shutdown = ShutdownSignal::Create();
  const auto cores = DisableCoreDumps();
  if (!shutdown.ok() || !cores.ok()) {
    std::cerr << ErrorText(name, shutdown.ok() ? cores.status() : shutdown.status());
    return kExitRefused;
  }
  // What this machine signs is dated by its own clock; the broker judges whether it is right.
  const SystemClock clock(ClockSync::kTrusted);
  const ProgramWorld world{
      .name = name,
      .clock = clock,
      .out = std::cout,
      .err = std::cerr,
      .connect = [](const sdk::Identity& identity,
                    const Clock& now) { return sdk::ConnectClient(identity, now); },
      .stop = [&shutdown] { return (*shutdown)->Requested(); },
  };
  return RunProgram(std::vector<std::string>(argv + 1, argv + argc), world, factory);
}

}  // namespace amana::runtime
