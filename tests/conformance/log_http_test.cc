// The log over HTTP, as anybody reads it who knows the specification and the log's key alone: by
// the reader of another language, while the log grows under it.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/http_client.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

using Json = nlohmann::json;

WorldOptions Serving(const std::string& more = "") {
  WorldOptions options;
  options.broker_settings = "[log_http]\naddress = \"127.0.0.1:0\"\n" + more;
  return options;
}

class LogHttpTest : public testing::Test {
 protected:
  explicit LogHttpTest(const std::string& more = "") : world_(Serving(more)) {}
  void SetUp() override { AMANA_ASSERT_OK(broker_.Start()); }

  // What read-log says of the log at this moment.
  Json ReadLog() {
    ChildOptions options;
    options.command = {getenv("AMANA_READ_LOG"), "http://" + broker_.log_http(),
                       world_.File("broker/log.vkey")};
    const auto child = ChildProcess::Start(options);
    AMANA_EXPECT_OK(child.status());
    const auto line = (*child)->ReadLine(absl::Seconds(30));
    AMANA_EXPECT_OK(line);
    (*child)->Wait(absl::Seconds(30));
    return Json::parse(line.value_or(""), nullptr, false);
  }
  void DoSomething(int events) {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    for (int i = 0; i < events; ++i) {
      const auto queued = endpoint->sender().QueueConsent(SampleConsent(absl::Now()));
      AMANA_ASSERT_OK(queued);
      AMANA_ASSERT_OK(endpoint->sender().Send(queued->entry));
    }
  }
  absl::StatusOr<http::Response> Call(const std::string& method, const std::string& path) {
    const auto client = http::Client::Create({});
    return (*client)->Call({.method = method, .path = "http://" + broker_.log_http() + path});
  }

  BrokerWorld world_;
  BrokerProcess broker_{world_};
};

TEST_F(LogHttpTest, IsReadWhileItGrows) {
  uint64_t size = 0;
  for (int round = 0; round < 8; ++round) {
    DoSomething(10 * round);  // over the first full tile, and with hardly any pause
    const Json said = ReadLog();
    ASSERT_EQ(said.value("verified", false), true) << said;
    EXPECT_GE(said.value("size", uint64_t{0}), size);
    size = said.value("size", uint64_t{0});
  }
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] { return ReadLog().value("size", 0) > 256; }));
}

TEST_F(LogHttpTest, ServesNothingElse) {
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] {
    const auto answer = Call("GET", "/checkpoint");
    return answer.ok() && answer->status == 200;
  }));
  const auto head = Call("HEAD", "/checkpoint");
  AMANA_ASSERT_OK(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(http::FindHeader(head->headers, "Cache-Control"), "no-cache");
  EXPECT_EQ(head->body, "");
  for (const char* path : {"/", "/tile/", "/store/store.db", "/%2e%2e/store/store.db",
                           "/tile/%2e%2e/%2e%2e/store/keys.amana", "/checkpoint?x", "/metrics",
                           "/tile/0/999", "/checkpoint%00"}) {
    const auto answer = Call("GET", path);
    AMANA_ASSERT_OK(answer);
    EXPECT_EQ(answer->status, 404) << path;
  }
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const auto answer = Call(method, "/checkpoint");
    AMANA_ASSERT_OK(answer);
    EXPECT_EQ(answer->status, 405) << method;
  }
}

class LogHttpsTest : public LogHttpTest {
 protected:
  LogHttpsTest() : LogHttpTest("certificate = \"tls.pem\"\nkey = \"tls.key\"\n") {}
};

TEST_F(LogHttpsTest, OverTlsToWhoeverTrustsIt) {
  const auto client = http::Client::Create({.ca_file = world_.File("ca/root.pem")});
  const std::string port = broker_.log_http().substr(broker_.log_http().rfind(':'));
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] {
    const auto answer = (*client)->Call({.path = "https://127.0.0.1" + port + "/checkpoint"});
    return answer.ok() && answer->status == 200;
  })) << (*client)->Call({.path = "https://127.0.0.1" + port + "/checkpoint"}).status();
  EXPECT_FALSE(Call("GET", "/checkpoint").ok());  // not without TLS
}

}  // namespace
}  // namespace amana::tests
