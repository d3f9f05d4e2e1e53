// What an HTTP request and its answer are, whoever carries them. Plain values.
#ifndef AMANA_BASE_HTTP_MESSAGE_H_
#define AMANA_BASE_HTTP_MESSAGE_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace amana::http {

// Names in any case. For the few that a program looks at.
using Headers = std::vector<std::pair<std::string, std::string>>;

// The first of that name; empty when there is none. ASCII case does not matter.
inline std::string_view FindHeader(const Headers& headers, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() &&
        std::equal(key.begin(), key.end(), name.begin(),
                   [&](char a, char b) { return lower(a) == lower(b); })) {
      return value;
    }
  }
  return {};
}

struct Request {
  std::string method = "GET";
  std::string path = {};   // decoded, without the query; for a client: the whole URL
  std::string query = {};  // as it came, without "?"; a client has it in its URL
  Headers headers = {};
  std::string body = {};
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  Headers headers = {};
};

}  // namespace amana::http

#endif  // AMANA_BASE_HTTP_MESSAGE_H_
