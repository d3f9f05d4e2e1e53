// The police system's REST service, as a client sees it:
//   POST /v1/messages      NIEM JSON, Idempotency-Key: stores once; 2xx, or 409 where that key is
//                          stored already. {"x:NativeID": "..."} in the answer
//   GET  /v1/messages?key= 200 with {"x:NativeID": "..."}, or 404
//   GET  /v1/health        2xx
// 408, 425, 429 and 5xx, and no answer, are worth another attempt; every other 4xx is final.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_POLICE_SYSTEM_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_POLICE_SYSTEM_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/http_client.h"

namespace amana::police {

// Thread-safe.
class PoliceSystem {
 public:
  // `base` without a slash at its end. Errors of http::Client::Create.
  static absl::StatusOr<std::unique_ptr<PoliceSystem>> Create(std::string base,
                                                              http::ClientOptions options);

  // The native id; the key itself where the system names none. NATIVE_UNAVAILABLE, NATIVE_TIMEOUT,
  // NATIVE_BAD_CERTIFICATE, NATIVE_REFUSED.
  absl::StatusOr<std::string> Store(const std::string& key, std::string document);
  absl::StatusOr<std::optional<std::string>> Find(const std::string& key);
  absl::Status Check();

 private:
  PoliceSystem(std::string base, std::unique_ptr<http::Client> client)
      : base_(std::move(base)), client_(std::move(client)) {}
  // Any answer that does not ask for another attempt.
  absl::StatusOr<http::Response> Call(http::Request request);

  const std::string base_;
  const std::unique_ptr<http::Client> client_;
};

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_POLICE_SYSTEM_H_
