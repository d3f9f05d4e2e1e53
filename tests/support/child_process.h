// What tests say to the programs that they run (base/child_process.h).
#ifndef AMANA_TESTS_SUPPORT_CHILD_PROCESS_H_
#define AMANA_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <string>

#include "base/child_process.h"

namespace amana::tests {

using amana::ChildOptions;
using amana::ChildProcess;
using amana::WaitUntil;

// The folder of the project's programs: $AMANA_BIN, or where this build puts them.
std::string ProgramPath(const std::string& name);

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_CHILD_PROCESS_H_
