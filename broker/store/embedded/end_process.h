// The store's last resort. What could not be made durable is not retried: the process ends, and the
// next one reads from the disk what is there.
#ifndef AMANA_BROKER_STORE_EMBEDDED_END_PROCESS_H_
#define AMANA_BROKER_STORE_EMBEDDED_END_PROCESS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::store::embedded {

// Says why on stderr and ends the process at once, with EX_IOERR of sysexits.h (74).
[[noreturn]] void EndProcess(std::string_view what, const absl::Status& status);
void EndProcessIfFsyncFailed(const absl::Status& status);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_END_PROCESS_H_
