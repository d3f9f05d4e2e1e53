#include "agency-adapters/net/mail_curl.h"

#include <string>

#include "absl/strings/match.h"
#include "agency-adapters/net/mail_errors.h"

namespace amana::net {
namespace {

long Milliseconds(absl::Duration d) { return static_cast<long>(absl::ToInt64Milliseconds(d)); }

bool IsServerUrl(const std::string& url, std::string_view scheme) {
  std::string_view rest = url;
  if (rest.substr(0, scheme.size()) != scheme) return false;
  rest.remove_prefix(scheme.size());
  if (!rest.empty() && rest[0] == 's') rest.remove_prefix(1);
  if (rest.substr(0, 3) != "://" || rest.size() == 3) return false;
  // A host and a port: neither login nor folder, which have keys of their own.
  return rest.substr(3).find_first_of("/@?#; \t\r\n") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<CurlPtr> MailHandle(const MailServer& server, std::string_view scheme) {
  if (!IsServerUrl(server.url, scheme)) {
    const std::string name(scheme);
    return MailServerInvalid("expected " + name + "s://host:port or " + name + "://host:port");
  }
  if (server.ca_file.empty()) return MailServerInvalid("an authority must be pinned");
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  CurlPtr handle(global == CURLE_OK ? curl_easy_init() : nullptr);
  if (handle == nullptr) return MailUnreachable("starting libcurl");
  SetUpMail(handle.get(), server);
  return handle;
}

void SetUpMail(CURL* handle, const MailServer& server) {
  curl_easy_setopt(handle, CURLOPT_URL, server.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps,imap,imaps");
  curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_CAINFO, server.ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(server.connect_timeout));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, Milliseconds(server.timeout));
  if (server.user.empty()) return;
  const std::string password(server.password.Reveal(crypto::RevealSecret()));
  curl_easy_setopt(handle, CURLOPT_USERNAME, server.user.c_str());
  curl_easy_setopt(handle, CURLOPT_PASSWORD, password.c_str());
}

absl::Status MailStatus(CURLcode result, std::string_view doing, long code) {
  switch (result) {
    case CURLE_OK:
      return absl::OkStatus();
    case CURLE_OPERATION_TIMEDOUT:
      return MailTimeout(doing);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return MailTlsFailed(doing);
    case CURLE_LOGIN_DENIED:
      return MailLoginRefused(doing);
    default:
      break;
  }
  if (code >= 500 && code < 600) return MailRejected(code);
  if (code >= 400 && code < 500) return MailDeferred(code);
  return MailUnreachable(doing);
}

}  // namespace amana::net
