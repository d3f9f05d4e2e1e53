// The program around an adapter. An agency's main.cc is
//
//   int main(int argc, char** argv) {
//     return amana::runtime::RunAdapter("amana-police", argc, argv, amana::police::Configure);
//   }
//
// and gives these commands, each with --config FILE and --json:
//
//   run             until SIGTERM or SIGINT, which drains
//   check-config    the configuration, the mapping file, the identity and its keys; starts nothing
//   dry-run FILE    items in the native format: what would be mapped, dropped, refused; no content
//   dead-letters    by number, with reason and field; no content
//   redrive LETTER... | --all       tried again, after the cause was mended
//   discard LETTER...               given up; its content is overwritten
//   health          what the running program says of itself; exit code 1 where it is not well
//
// Exit codes: those of base/command_line.h.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_PROGRAM_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_PROGRAM_H_

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "base/clock.h"

namespace amana::runtime {

// What a program meets of the world.
struct ProgramWorld {
  std::string name;  // "amana-police"
  const Clock& clock;
  std::ostream& out;
  std::ostream& err;
  std::function<absl::StatusOr<std::unique_ptr<sdk::Client>>(const sdk::Identity&, const Clock&)>
      connect;
  std::function<bool()> stop;  // of run
};

// `arguments` are without the program's name. Returns the exit code.
int RunProgram(const std::vector<std::string>& arguments, const ProgramWorld& world,
               const AdapterFactory& factory);

// For main(): the real world, signals handled, cores off. AMANA_DIE_AT=step:n, for tests, ends the
// process by SIGKILL at the nth time that it reaches this step of the journal (StepHook).
int RunAdapter(const std::string& name, int argc, char** argv, const AdapterFactory& factory);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_PROGRAM_H_
