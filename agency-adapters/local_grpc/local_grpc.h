// The local API as gRPC (proto/amana/local/v1/local_api.proto): each call is put to the same
// handler as over HTTP, as the request that it would be there, so that every rule, the token's
// included, is in one place (runtime/local_api.h). What the handler answers is read back into
// messages.
#ifndef AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_LOCAL_GRPC_H_
#define AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_LOCAL_GRPC_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/http_message.h"

namespace amana::local_grpc {

// Called from several threads at once.
using Handler = std::function<http::Response(const http::Request&)>;

class Server {
 public:
  // Listens at `address` (address.h) when it returns. Messages of 512 KiB at most, not compressed;
  // a socket has mode 0600, in a folder of ours that nobody else can enter. GRPC_ADDRESS_INVALID,
  // GRPC_FOLDER_OPEN, GRPC_LISTEN_FAILED.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const std::string& address, Handler handler);
  ~Server();  // Stop()

  // As given, with the port that was found.
  const std::string& address() const { return address_; }
  // No new calls; those that follow end, the others within a second. Idempotent.
  void Stop();

 private:
  struct Calls;
  Server(std::string address, std::unique_ptr<Calls> calls);

  const std::string address_;
  const std::unique_ptr<Calls> calls_;
};

}  // namespace amana::local_grpc

#endif  // AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_LOCAL_GRPC_H_
