#include "base/http_server.h"

#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <utility>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/http_fronted.h"
#include "base/status.h"

namespace amana::http {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr size_t kMaxPath = 2048;
constexpr absl::Duration kStartPatience = absl::Seconds(10);

absl::Status Invalid(std::string_view reason, std::string_view field, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, field, message);
}

struct Endpoint {
  std::string host;  // of a unix socket, its path
  int port = 0;
  bool is_unix = false;
  bool loopback() const { return is_unix || host == "127.0.0.1" || host == "::1"; }
};

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view address) {
  const auto wrong = [] {
    return Invalid("HTTP_ADDRESS_INVALID", "address",
                   "expected HOST:PORT with a numeric host, or unix:PATH");
  };
  if (address.starts_with(kUnix)) {
    address.remove_prefix(kUnix.size());
    if (address.empty() || address.size() >= sizeof(sockaddr_un::sun_path)) return wrong();
    return Endpoint{std::string(address), 0, true};
  }
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong();
  Endpoint endpoint;
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  endpoint.host = std::string(host);
  const std::string_view port = address.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc() || end != port.data() + port.size() || endpoint.port < 0 ||
      endpoint.port > 65535 || endpoint.host.empty()) {
    return wrong();
  }
  return endpoint;
}

// Whether the certificate has this URI or DNS name; its subject says nothing.
bool HasName(X509* certificate, const std::string& name) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  bool found = false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* each = sk_GENERAL_NAME_value(names, i);
    if (each->type != GEN_URI && each->type != GEN_DNS) continue;
    const ASN1_IA5STRING* text = each->d.ia5;
    found = found ||
            name == std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                     static_cast<size_t>(ASN1_STRING_length(text)));
  }
  GENERAL_NAMES_free(names);
  return found;
}

// Where a TLS context keeps the name that its clients must have; it goes with the context.
int NameIndex() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* name, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<std::string*>(name);
      });
  return index;
}

// After OpenSSL has judged the chain.
int JudgeClient(int good, X509_STORE_CTX* store) {
  if (good != 1 || X509_STORE_CTX_get_error_depth(store) != 0) return good;
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* name =
      static_cast<std::string*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), NameIndex()));
  if (name != nullptr && HasName(X509_STORE_CTX_get_current_cert(store), *name)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

absl::StatusOr<std::unique_ptr<httplib::Server>> Make(const ServerOptions& options) {
  if (!options.tls) return std::make_unique<Fronted<httplib::Server>>(options);
  const ServerTls& tls = *options.tls;
  // Checks the mode; httplib reads it again by itself.
  AMANA_RETURN_IF_ERROR(ReadSecretFile(tls.key_file).status());
  auto server = std::make_unique<Fronted<httplib::SSLServer>>(
      options, tls.certificate_file.c_str(), tls.key_file.c_str(),
      tls.client_ca_file.empty() ? nullptr : tls.client_ca_file.c_str());
  // httplib says nothing of a client CA file that it cannot read, and then lets nobody in.
  const bool fits =
      server->is_valid() && (tls.client_ca_file.empty() ||
                             SSL_CTX_load_verify_locations(
                                 server->ssl_context(), tls.client_ca_file.c_str(), nullptr) == 1);
  if (!fits) {
    return Invalid("HTTP_TLS_INVALID", "tls",
                   "certificate, key or client CA file is missing, unreadable or does not fit");
  }
  SSL_CTX_set_min_proto_version(server->ssl_context(), TLS1_2_VERSION);
  if (!tls.client_name.empty()) {
    if (tls.client_ca_file.empty()) {
      return Invalid("HTTP_TLS_INVALID", "tls",
                     "a client's name needs an authority to vouch for it");
    }
    SSL_CTX_set_ex_data(server->ssl_context(), NameIndex(), new std::string(tls.client_name));
    SSL_CTX_set_verify(server->ssl_context(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       JudgeClient);
  }
  // Nobody is remembered: each client is verified in each handshake. (OpenSSL turns away who offers
  // to resume a session of a server that asks for certificates and has not said otherwise.)
  SSL_CTX_set_session_cache_mode(server->ssl_context(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(server->ssl_context(), SSL_OP_NO_TICKET);
  return std::unique_ptr<httplib::Server>(std::move(server));
}

// What httplib leaves of a request: only what a handler may need.
Request FromHttplib(const httplib::Request& request, std::string body) {
  Request ours{request.method, request.path, "", {}, std::move(body)};
  if (const size_t mark = request.target.find('?'); mark != std::string::npos) {
    ours.query = request.target.substr(mark + 1);
  }
  for (const auto& [name, value] : request.headers) ours.headers.emplace_back(name, value);
  return ours;
}

// The body, or an answer in its place. What is refused is read all the same, as far as time allows,
// or who sends it would not hear the answer.
bool TakeBody(const httplib::Request& request, const httplib::ContentReader& content,
              const ServerOptions& options, std::string& body, int& status) {
  int refused = 0;
  const std::string type = request.get_header_value("Content-Type");
  if (request.has_header("Content-Encoding") || type.starts_with("multipart/")) {
    refused = 415;
    // httplib's own object; it would inflate the body without bound, or divide it.
    auto& headers = const_cast<httplib::Request&>(request).headers;
    headers.erase("Content-Encoding");
    headers.erase("Content-Type");
  }
  const auto late = std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(options.timeout);
  const bool whole = content([&](const char* data, size_t size) {
    if (refused == 0 && size > options.max_body - body.size()) refused = 413;
    if (refused == 0) body.append(data, size);
    return true;
  });
  if (whole && refused == 0) return true;
  // 413 is httplib's own where too much was announced.
  if (refused == 0 && status == 413) refused = 413;
  // Broken off or malformed, or waited for in vain.
  if (refused == 0) refused = std::chrono::steady_clock::now() < late ? 400 : 408;
  status = refused;
  return false;
}

void Configure(httplib::Server& server, const ServerOptions& options, Handler handler) {
  server.set_payload_max_length(options.max_body);
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(kKeepAliveRequests);
  server.set_keep_alive_timeout(kKeepAliveSeconds);
  server.set_exception_handler([](const httplib::Request&, httplib::Response& response,
                                  std::exception_ptr) { response.status = 500; });
  // The rest of what was not read whole would be taken for the next request.
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    const int status = response.status;
    if (status == 400 || status == 408 || status == 413 || status == 414 || status == 415) {
      response.set_header("Connection", "close");
    }
  });
  // Before httplib matches the path with an expression that calls itself for each letter.
  server.set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    if (request.path.size() <= kMaxPath) return httplib::Server::HandlerResponse::Unhandled;
    response.status = 414;
    return httplib::Server::HandlerResponse::Handled;
  });
  const auto answer = [handler = std::move(handler)](const httplib::Request& request,
                                                     std::string body,
                                                     httplib::Response& response) {
    Response ours = handler(FromHttplib(request, std::move(body)));
    response.status = ours.status;
    for (auto& [name, value] : ours.headers) response.set_header(name, value);
    response.set_content(std::move(ours.body), ours.content_type);
  };
  const auto without = [answer](const httplib::Request& request, httplib::Response& response) {
    answer(request, "", response);
  };
  const auto with = [answer, options](const httplib::Request& request, httplib::Response& response,
                                      const httplib::ContentReader& content) {
    std::string body;
    if (TakeBody(request, content, options, body, response.status)) {
      answer(request, std::move(body), response);
    }
  };
  const std::string any = "[\\s\\S]*";
  server.Get(any, without).Post(any, with).Put(any, with).Patch(any, with).Delete(any, with);
}

// True when somebody answers at this socket.
bool IsAlive(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;
  const bool alive = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return alive;
}

absl::Status ListenFailed(const std::string& address) {
  return MakeError(absl::StatusCode::kUnavailable, "HTTP_LISTEN_FAILED", "address",
                   "cannot listen on " + address);
}

absl::Status BindUnix(httplib::Server& server, const std::string& path) {
  struct stat found = {};
  if (lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode) || IsAlive(path)) return ListenFailed(path);
    unlink(path.c_str());
  }
  server.set_address_family(AF_UNIX);
  // The mode is that of the moment when it appears: nobody connects before it is ours alone.
  const mode_t before = umask(0177);
  const bool bound = server.bind_to_port(path, 80);
  umask(before);
  return bound ? absl::OkStatus() : ListenFailed(path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      Handler handler) {
  AMANA_ASSIGN_OR_RETURN(const Endpoint endpoint, ParseEndpoint(options.address));
  if (!options.tls && !endpoint.loopback()) {
    return Invalid("HTTP_ADDRESS_INVALID", "address",
                   "without TLS only 127.0.0.1, [::1] and unix sockets are served");
  }
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<httplib::Server> server, Make(options));
  Configure(*server, options, std::move(handler));
  std::string address = options.address;
  int port = endpoint.port;
  if (endpoint.is_unix) {
    AMANA_RETURN_IF_ERROR(BindUnix(*server, endpoint.host));
  } else if (port == 0) {
    port = server->bind_to_any_port(endpoint.host);
    if (port <= 0) return ListenFailed(options.address);
    address = address.substr(0, address.rfind(':') + 1) + std::to_string(port);
  } else if (!server->bind_to_port(endpoint.host, port)) {
    return ListenFailed(options.address);
  }
  std::unique_ptr<Server> started(new Server(std::move(server), std::move(address), port));
  AMANA_RETURN_IF_ERROR(started->Serve());
  return started;
}

Server::Server(std::unique_ptr<httplib::Server> server, std::string address, int port)
    : server_(std::move(server)), address_(std::move(address)), port_(port) {}

absl::Status Server::Serve() {
  if (auto* const backlogged = dynamic_cast<Backlogged*>(server_.get()); backlogged != nullptr) {
    backlogged->WidenBacklog();
  }
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  // Stop() means nothing to httplib before it runs.
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoSeconds(kStartPatience);
  while (!server_->is_running()) {
    if (std::chrono::steady_clock::now() > deadline) return ListenFailed(address_);
    std::this_thread::yield();
  }
  return absl::OkStatus();
}

void Server::Stop() {
  if (!thread_.joinable()) return;
  server_->stop();
  thread_.join();
  if (address_.starts_with(kUnix)) unlink(address_.c_str() + kUnix.size());
}

Server::~Server() { Stop(); }

}  // namespace amana::http
