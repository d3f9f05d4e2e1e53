#include "tests/support/https_files.h"

#include <sys/stat.h>

#include <fstream>

namespace amana::tests {

HttpsFiles::HttpsFiles() {
  Write("root.pem", TestRootPem());
  Add("server", TestBrokerTls());
  Add("client", TestTls("police", crypto::Role::kSystem));
}

std::string HttpsFiles::Write(const std::string& name, std::string_view content) const {
  std::string path = folder_.File(name);
  std::ofstream(path) << content;
  EXPECT_EQ(chmod(path.c_str(), 0600), 0);
  return path;
}

void HttpsFiles::Add(const std::string& name, const TestIdentity& identity) const {
  Write(name + ".pem", identity.chain_pem);
  Write(name + ".key", identity.key_pem);
}

http::ServerTls HttpsFiles::Server() const {
  return {.certificate_file = File("server.pem"),
          .key_file = File("server.key"),
          .client_ca_file = File("root.pem")};
}

http::ClientOptions HttpsFiles::Client(const std::string& name) const {
  http::ClientOptions options;
  options.ca_file = File("root.pem");
  if (!name.empty()) {
    options.certificate_file = File(name + ".pem");
    options.key_file = File(name + ".key");
  }
  return options;
}

}  // namespace amana::tests
