// An HTTP/1.1 client on libcurl with what a program among agencies needs and nothing else: TLS 1.2
// or later against pinned CAs, a client certificate, bounds on time and size. It follows no
// redirect, keeps no cookie, asks no proxy and reads no environment. Thread-safe; connections are
// kept and used again.
#ifndef AMANA_BASE_HTTP_CLIENT_H_
#define AMANA_BASE_HTTP_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/http_message.h"

namespace amana::http {

struct ClientOptions {
  // PEM: servers are believed by these alone. Empty: those that the system trusts.
  std::string ca_file = {};
  std::string certificate_file = {};  // PEM, with key_file: shown to a server that asks
  std::string key_file = {};          // 0400 or 0600, or refused
  std::string unix_socket = {};       // connects there, whatever host the URL names
  absl::Duration connect_timeout = absl::Seconds(5);
  absl::Duration timeout = absl::Seconds(30);  // of a whole call
  size_t max_body = size_t{4} << 20;           // of an answer
};

class Client {
 public:
  // KEY_FILE_PERMISSIONS, FILE_NOT_FOUND.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options);
  ~Client();

  // `request.path` is the whole URL, http or https. Any status is an answer. Errors, none of which
  // says anything of content or query: HTTP_URL_INVALID; HTTP_HEADER_INVALID (a line
  // end in one); HTTP_UNREACHABLE (kUnavailable: no
  // connection, or it broke: whether the server acted is unknown); HTTP_TIMEOUT
  // (kDeadlineExceeded); HTTP_TLS_REFUSED (kPermissionDenied: who answered is not who it should
  // be, or does not want us); HTTP_ANSWER_TOO_LARGE.
  absl::StatusOr<Response> Call(const Request& request);

 private:
  explicit Client(ClientOptions options) : options_(std::move(options)) {}
  absl::StatusOr<Response> CallOn(void* handle, const Request& request);
  void* Take();
  void Return(void* handle);

  const ClientOptions options_;
  absl::Mutex mu_;
  std::vector<void*> idle_ ABSL_GUARDED_BY(mu_);  // CURL*, each for one call at a time
};

}  // namespace amana::http

#endif  // AMANA_BASE_HTTP_CLIENT_H_
