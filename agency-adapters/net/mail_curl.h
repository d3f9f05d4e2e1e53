// What both mail protocols ask of libcurl. For the .cc files of mail_* only.
#ifndef AMANA_AGENCY_ADAPTERS_NET_MAIL_CURL_H_
#define AMANA_AGENCY_ADAPTERS_NET_MAIL_CURL_H_

#include <curl/curl.h>

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/net/mail_server.h"

namespace amana::net {

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlPtr = std::unique_ptr<CURL, CurlFree>;
using CurlListPtr = std::unique_ptr<curl_slist, CurlFree>;

// A handle for `server`, whose scheme must be `scheme` or `scheme` + "s": TLS 1.2 or later, the
// pinned authority alone, no proxy, no signals. MAIL_SERVER_INVALID.
absl::StatusOr<CurlPtr> MailHandle(const MailServer& server, std::string_view scheme);
// Sets URL, TLS, login and timeouts on a handle that is new or was reset.
void SetUpMail(CURL* handle, const MailServer& server);

// `doing` is a literal: "sending mail". `code` is the server's last answer, where it gave one.
absl::Status MailStatus(CURLcode result, std::string_view doing, long code);

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_MAIL_CURL_H_
