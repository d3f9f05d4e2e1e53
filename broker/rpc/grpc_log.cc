#include "broker/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/log.h"

namespace amana::rpc {
namespace {

std::atomic<int64_t> logged_second{-1};
std::atomic<uint64_t> since{0};

// The text is not passed on: it may quote what a peer sent.
void OnGrpcLog(gpr_log_func_args* said) {
  if (said->severity < GPR_LOG_SEVERITY_ERROR) return;
  since.fetch_add(1, std::memory_order_relaxed);
  const int64_t second = std::chrono::duration_cast<std::chrono::seconds>(
                             std::chrono::steady_clock::now().time_since_epoch())
                             .count();
  int64_t last = logged_second.load(std::memory_order_relaxed);
  if (last == second || !logged_second.compare_exchange_strong(last, second)) return;
  const std::string_view file = said->file;
  const std::string place =
      std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(said->line);
  Log(LogLevel::kWarning, "grpc",
      {{"last", LogSafe::Code(place)}, {"count", since.exchange(0, std::memory_order_relaxed)}});
}

}  // namespace

void TakeOverGrpcLog() { gpr_set_log_function(OnGrpcLog); }

}  // namespace amana::rpc
