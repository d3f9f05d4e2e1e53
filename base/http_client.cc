#include "base/http_client.h"

#include <curl/curl.h>

#include <mutex>
#include <utility>

#include "base/durable_file.h"
#include "base/status.h"

namespace amana::http {
namespace {

constexpr size_t kMaxIdle = 8;
constexpr long kMaxIdleSeconds = 1;  // servers close what is idle, ours after as long
constexpr size_t kMaxHeaders = 64;

absl::Status Failed(absl::StatusCode code, std::string_view reason, std::string_view what) {
  return MakeError(code, reason, "http", what);
}

// What is kept of an answer while it comes in.
struct Incoming {
  Response response;
  size_t max_body = 0;
  bool too_large = false;
};

size_t TakeBody(char* bytes, size_t one, size_t count, void* to) {
  auto& incoming = *static_cast<Incoming*>(to);
  const size_t size = one * count;
  if (incoming.response.body.size() + size > incoming.max_body) {
    incoming.too_large = true;
    return 0;
  }
  incoming.response.body.append(bytes, size);
  return size;
}

size_t TakeHeader(char* bytes, size_t one, size_t count, void* to) {
  auto& headers = static_cast<Incoming*>(to)->response.headers;
  std::string_view line(bytes, one * count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) headers.clear();  // of a 100 Continue before
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || headers.size() == kMaxHeaders) return one * count;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  headers.emplace_back(line.substr(0, colon), value);
  return one * count;
}

absl::Status ToStatus(CURLcode code, bool too_large) {
  // libcurl's words for its codes name no content.
  const std::string what = curl_easy_strerror(code);
  switch (code) {
    case CURLE_OK:
      return absl::OkStatus();
    case CURLE_WRITE_ERROR:
      if (too_large) {
        return Failed(absl::StatusCode::kResourceExhausted, "HTTP_ANSWER_TOO_LARGE",
                      "the answer is larger than is taken");
      }
      return Failed(absl::StatusCode::kUnavailable, "HTTP_UNREACHABLE", what);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Failed(absl::StatusCode::kInvalidArgument, "HTTP_URL_INVALID", what);
    case CURLE_OPERATION_TIMEDOUT:
      return Failed(absl::StatusCode::kDeadlineExceeded, "HTTP_TIMEOUT", what);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Failed(absl::StatusCode::kPermissionDenied, "HTTP_TLS_REFUSED", what);
    default:
      return Failed(absl::StatusCode::kUnavailable, "HTTP_UNREACHABLE", what);
  }
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// Without those that libcurl would add by itself.
HeaderList MakeHeaders(const Headers& headers) {
  HeaderList list(curl_slist_append(nullptr, "Expect:"), &curl_slist_free_all);
  if (FindHeader(headers, "Content-Type").empty()) {
    list.reset(curl_slist_append(list.release(), "Content-Type:"));
  }
  for (const auto& [name, value] : headers) {
    const std::string line = name + ": " + value;
    list.reset(curl_slist_append(list.release(), line.c_str()));
  }
  return list;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!options.key_file.empty()) AMANA_RETURN_IF_ERROR(ReadSecretFile(options.key_file).status());
  for (const std::string& file : {options.ca_file, options.certificate_file}) {
    if (!file.empty()) AMANA_RETURN_IF_ERROR(RealFileSystem().Size(file).status());
  }
  return std::unique_ptr<Client>(new Client(std::move(options)));
}

Client::~Client() {
  for (void* handle : idle_) curl_easy_cleanup(handle);
}

void* Client::Take() {
  absl::MutexLock lock(&mu_);
  if (idle_.empty()) return curl_easy_init();
  void* handle = idle_.back();
  idle_.pop_back();
  return handle;
}

void Client::Return(void* handle) {
  absl::MutexLock lock(&mu_);
  if (idle_.size() < kMaxIdle) {
    idle_.push_back(handle);
  } else {
    curl_easy_cleanup(handle);
  }
}

absl::StatusOr<Response> Client::Call(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return Failed(absl::StatusCode::kInvalidArgument, "HTTP_HEADER_INVALID",
                    "a header with a line end");
    }
  }
  void* handle = Take();
  if (handle == nullptr) {
    return Failed(absl::StatusCode::kResourceExhausted, "HTTP_UNREACHABLE", "no memory");
  }
  absl::StatusOr<Response> response = CallOn(handle, request);
  Return(handle);
  return response;
}

absl::StatusOr<Response> Client::CallOn(void* handle, const Request& request) {
  Incoming incoming;
  incoming.max_body = options_.max_body;
  curl_easy_reset(handle);  // keeps connections
  const auto text = [&](CURLoption option, const std::string& value) {
    if (!value.empty()) curl_easy_setopt(handle, option, value.c_str());
  };
  text(CURLOPT_URL, request.path);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  text(CURLOPT_CAINFO, options_.ca_file);
  if (!options_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  text(CURLOPT_SSLCERT, options_.certificate_file);
  text(CURLOPT_SSLKEY, options_.key_file);
  text(CURLOPT_UNIX_SOCKET_PATH, options_.unix_socket);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)));
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    text(CURLOPT_CUSTOMREQUEST, request.method);
  }
  const HeaderList headers = MakeHeaders(request.headers);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, TakeBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &incoming);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, TakeHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &incoming);
  const CURLcode code = curl_easy_perform(handle);
  AMANA_RETURN_IF_ERROR(ToStatus(code, incoming.too_large));
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  incoming.response.status = static_cast<int>(status);
  incoming.response.content_type =
      std::string(FindHeader(incoming.response.headers, "Content-Type"));
  return std::move(incoming.response);
}

}  // namespace amana::http
