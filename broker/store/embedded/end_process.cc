#include "broker/store/embedded/end_process.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/errors.h"

namespace amana::store::embedded {
namespace {

constexpr int kIoErrorExit = 74;

}  // namespace

void EndProcess(std::string_view what, const absl::Status& status) {
  std::fprintf(stderr, "amana: %s; ending at once, nothing is retried: %s\n",
               std::string(what).c_str(), std::string(status.message()).c_str());
  std::_Exit(kIoErrorExit);
}

void EndProcessIfFsyncFailed(const absl::Status& status) {
  if (IsFsyncFailure(status)) EndProcess("fsync of the store failed", status);
}

}  // namespace amana::store::embedded
