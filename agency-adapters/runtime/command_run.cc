#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "agency-adapters/local_grpc/local_grpc.h"
#include "agency-adapters/runtime/commands.h"
#include "agency-adapters/runtime/journal.h"
#include "agency-adapters/runtime/local_api.h"
#include "agency-adapters/runtime/runtime.h"
#include "agency-adapters/sdk/mailbox.h"
#include "base/command_line.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/process.h"
#include "base/status.h"
#include "base/steady_clock.h"
#include "proto/crypto/random.h"

namespace amana::runtime {
namespace {

// Ends this process as a power cut would, where the test says so (program.h).
StepHook HookFromEnvironment() {
  const char* wish = std::getenv("AMANA_DIE_AT");
  if (wish == nullptr) return {};
  const std::string text = wish;
  const size_t colon = text.find(':');
  const int nth = colon == std::string::npos ? 1 : std::atoi(text.c_str() + colon + 1);
  return [step = text.substr(0, colon),
          left = std::make_shared<std::atomic<int>>(nth)](std::string_view reached) {
    if (reached == step && --*left == 0) std::raise(SIGKILL);
    return absl::OkStatus();
  };
}

uint64_t Seed() {
  const std::string bytes = crypto::RandomBytes(sizeof(uint64_t));
  uint64_t seed = 0;
  for (const char c : bytes) seed = seed << 8 | static_cast<unsigned char>(c);
  return seed;
}

}  // namespace

absl::StatusOr<int> RunCommand(const Command& command) {
  const Config& config = command.config;
  AMANA_RETURN_IF_ERROR(InitLog(config.logging));
  AMANA_ASSIGN_OR_RETURN(const mapping::Mapping mapping, LoadMapping(config));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity identity, sdk::Identity::Load(config.identity));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal, Journal::Open(config.journal));
  AMANA_ASSIGN_OR_RETURN(const auto lock, journal->LockProgram());
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<sdk::Mailbox> mailbox,
                         sdk::Mailbox::Open(identity.data()));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<sdk::Client> client,
                         command.world.connect(identity, command.world.clock));
  Metrics metrics;
  const BootClock steady;
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Runtime> runtime,
                         Runtime::Create({.config = config,
                                          .mapping = mapping,
                                          .identity = identity,
                                          .client = *client,
                                          .mailbox = *mailbox,
                                          .journal = *journal,
                                          .clock = command.world.clock,
                                          .steady = steady,
                                          .metrics = metrics,
                                          .hook = HookFromEnvironment(),
                                          .seed = Seed()}));
  nlohmann::ordered_json started = {
      {"event", "started"}, {"program", command.world.name}, {"agency", identity.agency().value()}};
  std::unique_ptr<MetricsServer> metrics_server;
  if (config.metrics_port.has_value()) {
    AMANA_ASSIGN_OR_RETURN(
        metrics_server,
        MetricsServer::Start(metrics, "127.0.0.1:" + std::to_string(*config.metrics_port)));
    started["metrics_port"] = metrics_server->port();
  }
  std::unique_ptr<LocalApi> api;
  std::unique_ptr<http::Server> api_server;
  std::unique_ptr<local_grpc::Server> grpc_server;
  if (config.api.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const std::string token, ReadToken(*config.api));
    api = std::make_unique<LocalApi>(*runtime, token);
    const bool http = !config.api->socket.empty() || !config.api->address.empty();
    if (http) {
      AMANA_ASSIGN_OR_RETURN(api_server, ServeApi(*config.api, *api));
      started["api"] = api_server->address();
    }
    if (!config.api->grpc.empty()) {
      AMANA_ASSIGN_OR_RETURN(
          grpc_server,
          local_grpc::Server::Start(config.api->grpc, [&api](const http::Request& request) {
            return api->Handle(request);
          }));
      started["api_grpc"] = grpc_server->address();
    }
  }
  command.world.out << Dump(started) << std::flush;
  SdNotify("READY=1").IgnoreError();
  AMANA_RETURN_IF_ERROR(runtime->Run(command.world.stop));
  SdNotify("STOPPING=1").IgnoreError();
  if (grpc_server != nullptr) grpc_server->Stop();
  if (api_server != nullptr) api_server->Stop();
  Log(LogLevel::kInfo, "stopped");
  return kExitDone;
}

}  // namespace amana::runtime
