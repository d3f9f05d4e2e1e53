// A plain HTTP client: one libcurl handle, its connection kept, and no more. For one thread.
#ifndef AMANA_TESTS_BENCH_ADAPTERS_PLAIN_HTTP_H_
#define AMANA_TESTS_BENCH_ADAPTERS_PLAIN_HTTP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/http_client.h"

namespace amana::tests {

class PlainHttp {
 public:
  explicit PlainHttp(const http::ClientOptions& options);
  ~PlainHttp();
  PlainHttp(const PlainHttp&) = delete;
  PlainHttp& operator=(const PlainHttp&) = delete;

  // Anything but 2xx is an error. The answer's headers and body are kept until the next call.
  absl::Status Call(const char* method, const std::string& url,
                    const std::vector<std::string>& headers, const std::string& body);
  const std::string& answer() const { return answer_; }

 private:
  void* const handle_;
  std::string answer_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_ADAPTERS_PLAIN_HTTP_H_
