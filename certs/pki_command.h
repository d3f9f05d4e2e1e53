// The command line of `amana-pki`: exit codes and errors are those of base/command_line.h.
#ifndef AMANA_CERTS_PKI_COMMAND_H_
#define AMANA_CERTS_PKI_COMMAND_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "base/clock.h"

namespace amana::certs {

// `arguments` without the program's name. Results go to `out`, errors to `err`; with --json both
// are one JSON object (an array for `list`). Returns the exit code.
int RunPki(const std::vector<std::string>& arguments, const Clock& clock, std::ostream& out,
           std::ostream& err);

}  // namespace amana::certs

#endif  // AMANA_CERTS_PKI_COMMAND_H_
