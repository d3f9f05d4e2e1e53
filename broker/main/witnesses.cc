#include "broker/main/witnesses.h"

#include <algorithm>
#include <utility>

#include "base/http_client.h"
#include "base/log.h"
#include "base/status.h"
#include "proto/transparency/witness_request.h"

namespace amana::broker {
namespace {

constexpr absl::Duration kFirstRetry = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::unique_ptr<audit::WitnessGatherer>> OpenWitnesses(
    const Config& config, const store::Store* store, const transparency::NoteVerifier& log) {
  const Witnesses& witnesses = config.witnesses;
  if (witnesses.peers.empty()) return nullptr;
  AMANA_ASSIGN_OR_RETURN(std::shared_ptr<http::Client> client,
                         http::Client::Create({.ca_file = witnesses.ca,
                                               .connect_timeout = witnesses.timeout,
                                               .timeout = witnesses.timeout,
                                               .max_body = transparency::kMaxWitnessAnswerBytes}));
  auto gatherer = std::make_unique<audit::WitnessGatherer>(
      store, &RealFileSystem(), config.data_dir + "/witnessed-checkpoint", log,
      audit::WitnessGatherer::Options{.peers = witnesses.peers,
                                      .quorum = witnesses.quorum,
                                      .patience = witnesses.timeout,
                                      .backoff = std::min(kFirstRetry, witnesses.retry_longest),
                                      .longest_backoff = witnesses.retry_longest},
      [client](const http::Request& request) { return client->Call(request); },
      [](const std::string& witness, const absl::Status& status) {
        Log(status.ok() ? LogLevel::kInfo : LogLevel::kError, "witness",
            {{"name", LogSafe::Code(witness)}, {"status", LogSafe(status)}});
      });
  AMANA_RETURN_IF_ERROR(gatherer->CheckStore());
  return gatherer;
}

}  // namespace amana::broker
