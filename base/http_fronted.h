// httplib's server, with a front between its sockets and its requests. Of base/http_server only.
#ifndef AMANA_BASE_HTTP_FRONTED_H_
#define AMANA_BASE_HTTP_FRONTED_H_

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/time/time.h"
#include "base/http_front.h"
#include "base/http_server.h"
#include "base/http_stream.h"

namespace amana::http {

constexpr size_t kKeepAliveRequests = 1000;
constexpr time_t kKeepAliveSeconds = 1;
constexpr int kBacklog = 128;

inline FrontOptions FrontOptionsOf(const ServerOptions& options) {
  return {.threads = options.threads,
          .max_connections = options.max_connections,
          .per_peer = options.per_peer,
          .head_timeout = absl::ToChronoMicroseconds(options.head_timeout),
          .idle_timeout = std::chrono::seconds(kKeepAliveSeconds)};
}

// Chunks may be small, and what is refused is read too; but not without end.
inline StreamLimits StreamLimitsOf(const ServerOptions& options) {
  return {.timeout = absl::ToChronoMicroseconds(options.timeout),
          .whole = 2 * absl::ToChronoMicroseconds(options.timeout),
          .max_bytes = 4 * options.max_body + (size_t{64} << 10)};
}

// What httplib leaves of it where it was: a body that no method reads, or one of two lengths.
inline bool LeavesBody(const httplib::Request& request) {
  const bool length = request.has_header("Content-Length");
  const bool chunked = request.has_header("Transfer-Encoding");
  if (request.method == "DELETE") return chunked;
  const bool reads =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  return reads ? length && chunked : length || chunked;
}

// httplib's own backlog is 5: who is sixth comes a second late. After bind, before anything
// listens.
class Backlogged {
 public:
  virtual ~Backlogged() = default;
  virtual void WidenBacklog() = 0;
};

// httplib's server, but for the connections: it accepts them and answers whole requests; in between
// and until then they are the front's.
template <typename Base>
class Fronted : public Base, public Backlogged {
 public:
  template <typename... Args>
  explicit Fronted(const ServerOptions& options, Args&&... args)
      : Base(std::forward<Args>(args)...),
        max_head_(options.max_head),
        limits_(StreamLimitsOf(options)),
        front_(FrontOptionsOf(options), [this](Connection& one) { return Answer(one); }) {
    this->new_task_queue = [this] { return new AtOnce(front_); };
  }
  void WidenBacklog() override { ::listen(this->svr_sock_, kBacklog); }

 private:
  // httplib's tasks are process_and_close_socket, which waits for nothing here.
  class AtOnce : public httplib::TaskQueue {
   public:
    explicit AtOnce(Front& front) : front_(front) {}
    void enqueue(std::function<void()> task) override { task(); }
    void shutdown() override { front_.Stop(); }

   private:
    Front& front_;
  };

  bool process_and_close_socket(socket_t socket) override {
    SSL* tls = nullptr;
    if constexpr (std::is_same_v<Base, httplib::SSLServer>) {
      tls = SSL_new(this->ssl_context());
      if (tls == nullptr) return close(socket) != 0;
    }
    front_.Add(std::make_unique<Connection>(socket, tls, max_head_));
    return true;
  }

  bool Answer(Connection& connection) {
    const bool last =
        ++connection.requests >= kKeepAliveRequests || this->svr_sock_ == INVALID_SOCKET;
    bool said_last = false;
    RequestStream stream(connection, limits_);
    const bool good =
        this->process_request(stream, last, said_last, [&](const httplib::Request& request) {
          if (LeavesBody(request)) stream.CloseAfter();
        });
    return good && !last && !said_last && stream.keeps();
  }

  const size_t max_head_;
  const StreamLimits limits_;
  Front front_;  // last: its threads use the others
};

}  // namespace amana::http

#endif  // AMANA_BASE_HTTP_FRONTED_H_
