// Certificates on disk for both ends of HTTPS on localhost, of the test PKI's root.
#ifndef AMANA_TESTS_SUPPORT_HTTPS_FILES_H_
#define AMANA_TESTS_SUPPORT_HTTPS_FILES_H_

#include <string>
#include <string_view>

#include "base/http_client.h"
#include "base/http_server.h"
#include "base/testing.h"
#include "tests/support/test_pki.h"

namespace amana::tests {

class HttpsFiles {
 public:
  HttpsFiles();  // "server" (localhost) and "client" (police)

  // Writes `identity` as NAME.pem and NAME.key.
  void Add(const std::string& name, const TestIdentity& identity) const;

  http::ServerTls Server() const;
  http::ClientOptions Client(const std::string& name = "client") const;
  std::string File(const std::string& name) const { return folder_.File(name); }

 private:
  std::string Write(const std::string& name, std::string_view content) const;

  const TempDir folder_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_HTTPS_FILES_H_
