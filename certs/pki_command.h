// The command line of `amana-pki`. Exit codes: 0 done; 1 the machine failed (a file, its rights);
// 2 wrong use of the command line; 3 refused (a request, a certificate, a value).
#ifndef AMANA_CERTS_PKI_COMMAND_H_
#define AMANA_CERTS_PKI_COMMAND_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "base/clock.h"

namespace amana::certs {

inline constexpr int kExitDone = 0;
inline constexpr int kExitMachine = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitRefused = 3;

// `arguments` without the program's name. Results go to `out`, errors to `err`; with --json both
// are one JSON object (an array for `list`).
int RunPki(const std::vector<std::string>& arguments, const Clock& clock, std::ostream& out,
           std::ostream& err);

}  // namespace amana::certs

#endif  // AMANA_CERTS_PKI_COMMAND_H_
