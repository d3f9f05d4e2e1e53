#include "tests/bench/adapters_plain_http.h"

#include <curl/curl.h>

namespace amana::tests {
namespace {

size_t Keep(char* bytes, size_t one, size_t count, void* to) {
  static_cast<std::string*>(to)->append(bytes, one * count);
  return one * count;
}

}  // namespace

PlainHttp::PlainHttp(const http::ClientOptions& options) : handle_(curl_easy_init()) {
  const auto set = [this](CURLoption option, const std::string& value) {
    if (!value.empty()) curl_easy_setopt(handle_, option, value.c_str());
  };
  set(CURLOPT_CAINFO, options.ca_file);
  set(CURLOPT_SSLCERT, options.certificate_file);
  set(CURLOPT_SSLKEY, options.key_file);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, Keep);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &answer_);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, Keep);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &answer_);
}

PlainHttp::~PlainHttp() { curl_easy_cleanup(handle_); }

absl::Status PlainHttp::Call(const char* method, const std::string& url,
                             const std::vector<std::string>& headers, const std::string& body) {
  curl_slist* list = nullptr;
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  answer_.clear();
  curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, list);
  if (body.empty()) {
    curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  }
  // Servers close what is idle for a second, also just now: then once more.
  curl_easy_setopt(handle_, CURLOPT_MAXAGE_CONN, 1L);
  CURLcode code = curl_easy_perform(handle_);
  if (code != CURLE_OK && answer_.empty()) code = curl_easy_perform(handle_);
  curl_slist_free_all(list);
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && status / 100 == 2) return absl::OkStatus();
  return absl::InternalError("the plain HTTP client was answered " + std::to_string(status));
}

}  // namespace amana::tests
