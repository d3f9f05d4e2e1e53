// The composition root: configuration in, running broker out.
#ifndef AMANA_BROKER_MAIN_RUN_H_
#define AMANA_BROKER_MAIN_RUN_H_

#include "absl/status/status.h"
#include "base/process.h"
#include "broker/main/config.h"

namespace amana::broker {

// What can be found out without serving: the registry, the TLS files, the log's key. The first
// error found, its message as the operator needs it.
absl::Status CheckStart(const Config& config);

// Serves until `shutdown`, then drains for at most 10 s. Writes one line to stdout as soon as it
// listens: {"event":"listening","port":8443,"metrics_port":9464,"vkey":"..."}. Returns what kept it
// from starting: the errors of CheckStart, OpenEmbeddedStore, Server::Start, MetricsServer::Start.
absl::Status Run(const Config& config, ShutdownSignal& shutdown);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_RUN_H_
