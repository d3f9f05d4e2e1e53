#include "agency-adapters/net/mail_send.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "agency-adapters/net/mail_curl.h"
#include "base/status.h"

namespace amana::net {

struct MailSender::Curl {
  MailServer server;
  CurlPtr handle;
};

namespace {

size_t ReadFrom(char* buffer, size_t size, size_t count, void* state) {
  auto& rest = *static_cast<std::string_view*>(state);
  const size_t give = std::min(size * count, rest.size());
  if (give > 0) std::memcpy(buffer, rest.data(), give);
  rest.remove_prefix(give);
  return give;
}

size_t Ignore(char*, size_t size, size_t count, void*) { return size * count; }

long LastCode(CURL* handle) {
  long code = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

}  // namespace

MailSender::MailSender(std::unique_ptr<Curl> curl) : curl_(std::move(curl)) {}
MailSender::~MailSender() = default;

absl::StatusOr<std::unique_ptr<MailSender>> MailSender::Create(MailServer server) {
  AMANA_ASSIGN_OR_RETURN(CurlPtr handle, MailHandle(server, "smtp"));
  auto curl = std::make_unique<Curl>();
  curl->server = std::move(server);
  curl->handle = std::move(handle);
  return std::unique_ptr<MailSender>(new MailSender(std::move(curl)));
}

absl::Status MailSender::Send(const std::string& from, const std::vector<std::string>& to,
                              std::string_view mail) {
  CURL* handle = curl_->handle.get();
  curl_easy_reset(handle);  // keeps the connection
  SetUpMail(handle, curl_->server);
  CurlListPtr recipients;
  for (const std::string& address : to) {
    recipients.reset(curl_slist_append(recipients.release(), ("<" + address + ">").c_str()));
  }
  std::string_view rest = mail;
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, ("<" + from + ">").c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, ReadFrom);
  curl_easy_setopt(handle, CURLOPT_READDATA, &rest);
  curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.size()));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Ignore);
  const CURLcode result = curl_easy_perform(handle);
  return MailStatus(result, "sending mail", LastCode(handle));
}

absl::Status MailSender::Check() {
  CURL* handle = curl_->handle.get();
  curl_easy_reset(handle);
  SetUpMail(handle, curl_->server);
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "NOOP");
  curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Ignore);
  const CURLcode result = curl_easy_perform(handle);
  return MailStatus(result, "asking the mail server", LastCode(handle));
}

}  // namespace amana::net
