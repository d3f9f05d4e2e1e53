#include "broker/main/guard.h"

#include <sys/stat.h>

#include "base/log.h"
#include "base/status.h"

namespace amana::broker {
namespace {

bool OnOneDisk(const std::string& a, const std::string& b) {
  struct stat first = {}, second = {};
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev;
}

}  // namespace

std::string GuardFile(const Config& config) { return config.guard + "/checkpoint"; }

absl::StatusOr<std::unique_ptr<audit::RollbackGuard>> OpenGuard(
    const Config& config, const transparency::NoteSigner& log) {
  if (config.guard.empty()) {
    Log(LogLevel::kWarning, "no_guard");
    return nullptr;
  }
  auto guard = std::make_unique<audit::RollbackGuard>(
      &RealFileSystem(), audit::RollbackGuard::Options{.file = GuardFile(config)}, log,
      [](const absl::Status& status) {
        Log(status.ok() ? LogLevel::kInfo : LogLevel::kError, "guard",
            {{"status", LogSafe(status)}});
      });
  AMANA_ASSIGN_OR_RETURN(const bool store,
                         RealFileSystem().Exists(config.data_dir + "/store/store.db"));
  AMANA_RETURN_IF_ERROR(guard->Begin(store, config.accept_new_guard));
  if (OnOneDisk(config.guard, config.data_dir)) Log(LogLevel::kWarning, "guard_on_same_disk");
  return guard;
}

}  // namespace amana::broker
