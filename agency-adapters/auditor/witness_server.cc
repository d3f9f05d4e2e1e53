#include "agency-adapters/auditor/witness_server.h"

#include <utility>

namespace amana::auditor {
namespace {

http::Response ToHttp(WitnessAnswer answer) {
  return {answer.status, std::move(answer.content_type), std::move(answer.body)};
}

http::Response NotAllowed(std::string_view method) {
  return {.status = 405,
          .body = "use " + std::string(method) + "\n",
          .headers = {{"Allow", std::string(method)}}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<http::Server>> ServeWitness(Witness& witness,
                                                           http::ServerOptions http,
                                                           const std::string& prefix,
                                                           WitnessObserver observer) {
  http.max_body = transparency::kMaxWitnessRequestBytes;
  const std::string add = prefix + "/add-checkpoint";
  const std::string newest = prefix + "/checkpoint/";
  return http::Server::Start(
      http, [&witness, add, newest, observer = std::move(observer)](const http::Request& request) {
        if (request.path == add) {
          if (request.method != "POST") return NotAllowed("POST");
          WitnessAnswer answer = witness.AddCheckpoint(request.body);
          if (observer) observer(answer);
          return ToHttp(std::move(answer));
        }
        if (request.path.starts_with(newest)) {
          if (request.method != "GET") return NotAllowed("GET");
          return ToHttp(witness.Newest(request.path.substr(newest.size())));
        }
        return http::Response{.status = 404, .body = "nothing here\n"};
      });
}

}  // namespace amana::auditor
