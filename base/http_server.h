// An HTTP/1.1 server for a handful of peers: a loopback or agency network, not the open internet.
// cpp-httplib's, with limits set from the start: TLS 1.2 or later with the client's certificate
// required, or plain on loopback and unix sockets only. Heads, bodies, their time, connections and
// threads are bounded: who has not come to the end of a handshake or a head holds no thread, and
// one address neither all connections nor (another machine's) all threads. What is left: who is let
// in may hold threads by slow bodies, for twice `timeout` each. Ranges are not served: the whole
// is. Nothing of a request is logged.
#ifndef AMANA_BASE_HTTP_SERVER_H_
#define AMANA_BASE_HTTP_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/http_message.h"

namespace httplib {
class Server;
}

namespace amana::http {

// Called from several threads at once. What it throws is answered with 500.
using Handler = std::function<Response(const Request&)>;

struct ServerTls {
  std::string certificate_file;  // PEM: the certificate and its issuers
  std::string key_file;          // PEM; 0400 or 0600, or refused
  // PEM: a client without a certificate from one of these is not let in. Empty: anybody is.
  std::string client_ca_file;
  // With client_ca_file: who among its clients is let in: a certificate with this URI or DNS name
  // among its alternative names, exactly so. Empty: each of them.
  std::string client_name = {};
};

struct ServerOptions {
  // "127.0.0.1:8080", "[::1]:0" (0: a free port) or "unix:/path/to/socket" (mode 0600; a socket
  // left behind by a dead process is replaced).
  std::string address = "127.0.0.1:0";
  std::optional<ServerTls> tls = {};  // without: loopback and unix sockets only
  size_t max_body = size_t{1} << 20;  // beyond: 413; encoded or multipart: 415
  // Of each read; twice that of a whole body (408), or of an answer, and a second for each 4 KiB.
  absl::Duration timeout = absl::Seconds(10);
  size_t threads = 16;  // requests at a time; others wait
  // Of the TLS handshake and the first request's head together, and of each later head from its
  // first byte. Beyond: 408, or nothing where nothing was said.
  absl::Duration head_timeout = absl::Seconds(5);
  size_t max_head = size_t{64} << 10;  // beyond: 431
  // Beyond, the address with the most of them loses the one that has waited longest.
  size_t max_connections = 256;
  // Requests at a time of one address (IPv6: of one /64). 0: half the threads for another machine;
  // all of them on a unix socket or loopback, where a proxy or a user has one address for all.
  size_t per_peer = 0;
};

class Server {
 public:
  // Listens when it returns. Errors: HTTP_ADDRESS_INVALID, HTTP_LISTEN_FAILED, HTTP_TLS_INVALID
  // (files that are missing, do not fit or are not PEM), KEY_FILE_PERMISSIONS.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       Handler handler);
  ~Server();  // Stop()

  // As given, with the port that was found; to be put after "http://" or "https://".
  const std::string& address() const { return address_; }
  int port() const { return port_; }  // 0: a unix socket
  // No new requests; returns when those under way are answered, and waits for nobody else.
  // Idempotent.
  void Stop();

 private:
  Server(std::unique_ptr<httplib::Server> server, std::string address, int port);
  absl::Status Serve();

  const std::unique_ptr<httplib::Server> server_;
  const std::string address_;
  const int port_;
  std::thread thread_;
};

}  // namespace amana::http

#endif  // AMANA_BASE_HTTP_SERVER_H_
