// A witness on the wire: C2SP tlog-witness over HTTP(S).
//   POST <prefix>/add-checkpoint                        what Witness::AddCheckpoint answers
//   GET  <prefix>/checkpoint/<hex SHA-256 of origin>    what Witness::Newest answers
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_SERVER_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/witness.h"
#include "base/http_server.h"

namespace amana::auditor {

// Called with every answer to add-checkpoint, from several threads.
using WitnessObserver = std::function<void(const WitnessAnswer&)>;

// `witness` must outlive the server. Errors: those of http::Server::Start. `http.max_body` is set
// here.
absl::StatusOr<std::unique_ptr<http::Server>> ServeWitness(Witness& witness,
                                                           http::ServerOptions http,
                                                           const std::string& prefix = {},
                                                           WitnessObserver observer = nullptr);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_SERVER_H_
