// The local API: HTTP and JSON for the agency's own programs, on loopback or a unix socket, with a
// token. No program needs to do cryptography: what it submits is mapped, sealed, signed and sent by
// the runtime; what it reads was verified and opened here. /v1/openapi.json says it all.
//
// Thread-safe. Nothing of a request or an answer is logged.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_LOCAL_API_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_LOCAL_API_H_

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/config.h"
#include "agency-adapters/runtime/runtime.h"
#include "base/http_message.h"
#include "base/http_server.h"

namespace amana::runtime {

// The document as it is served.
std::string_view OpenApiDocument();

class LocalApi {
 public:
  // The runtime outlives it. `token` is what a caller must show.
  LocalApi(Runtime& runtime, std::string_view token);

  // Answers any request, over HTTP or as gRPC (local_grpc/) has put it; errors are {"error":
  // REASON, "field": ..., "message": ...}, and none shows a content.
  http::Response Handle(const http::Request& request);

  // "GET /v1/inbox/{id}", ...: what it answers, for the test of the document.
  static std::vector<std::string> Routes();

 private:
  struct Call;
  struct Route;
  using Answer = absl::StatusOr<nlohmann::ordered_json>;
  static const std::vector<Route>& Table();

  absl::Status CheckToken(const http::Request& request) const;
  Answer Health(const Call& call);
  Answer SubmitItem(const Call& call);
  Answer SubmitNative(const Call& call);
  Answer ShowItem(const Call& call);
  Answer ListInbox(const Call& call);
  Answer ShowInboxItem(const Call& call);
  Answer AnswerInboxItem(const Call& call);
  Answer ListNotices(const Call& call);
  Answer ListLetters(const Call& call);
  Answer RedriveLetter(const Call& call);

  Answer Take(const HeldItem& item);

  Runtime& runtime_;
  const std::string token_digest_;
};

// Serves an API as the configuration says. The API outlives it. Errors: of http::Server::Start;
// KEY_FILE_PERMISSIONS and others of reading the token, LENGTH_INVALID for one of less than 16
// bytes.
absl::StatusOr<std::string> ReadToken(const ApiConfig& config);
absl::StatusOr<std::unique_ptr<http::Server>> ServeApi(const ApiConfig& config, LocalApi& api);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_LOCAL_API_H_
