// The broker has its log stamped by an RFC 3161 authority, whoever waits for nothing meanwhile; an
// auditor's mirror has the tokens and judges them offline.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/durable_file.h"
#include "base/http_client.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"
#include "tests/support/http_get.h"
#include "tests/support/timestamp_authority.h"
#include "tests/support/witness_process.h"

namespace amana::tests {
namespace {

using Json = nlohmann::json;
using Mood = TimestampAuthority::Mood;

class TimestampTest : public testing::Test {
 protected:
  TimestampTest() : world_(Settings(authority_)) {}

  static WorldOptions Settings(const TimestampAuthority& authority) {
    WorldOptions options;
    options.broker_settings = "[timestamp]\nurl = \"" + authority.url() + "\"\nca = \"" +
                              authority.roots_file() +
                              "\"\ninterval = \"1s\"\ntimeout = \"30s\"\nretry_longest = \"1s\"\n"
                              "[log_http]\naddress = \"127.0.0.1:0\"\n";
    return options;
  }
  uint64_t DoSomething() {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    const auto queued = endpoint->sender().QueueConsent(SampleConsent(absl::Now()));
    const auto sent = endpoint->sender().Send(queued.value().entry);
    AMANA_EXPECT_OK(sent.status());
    return sent.ok() ? sent->log_index : 0;
  }
  http::Response Get(const std::string& path) const {
    const auto client = http::Client::Create({}).value();
    return client->Call({.path = "http://" + broker_.log_http() + path}).value();
  }
  // A checkpoint beyond this entry has been stamped.
  bool Stamped(uint64_t index) const {
    const http::Response answer = Get("/timestamp/index");
    if (answer.status != 200 || answer.body.size() < 2) return false;
    const size_t line = answer.body.rfind('\n', answer.body.size() - 2);
    return std::stoull(answer.body.substr(line == std::string::npos ? 0 : line + 1)) > index;
  }
  Ran Auditor(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--config", world_.agency_config("auditor"), "audit"});
    return RunAmana(arguments);
  }
  Json TimestampCheck(int exit_code) const {
    const Ran verified =
        Auditor({"verify", dir_.File("mirror"), "--timestamp-ca", authority_.roots_file()});
    EXPECT_EQ(verified.code, exit_code) << verified.said.dump(1);
    for (const Json& check : verified.said.value("checks", Json::array())) {
      if (check.value("name", "") == "TIMESTAMP") return check;
    }
    return {};
  }

  TempDir dir_;
  TimestampAuthority authority_;
  BrokerWorld world_;
  BrokerProcess broker_{world_};
};

TEST_F(TimestampTest, TheLogIsStampedAndAnAuditorJudgesTheTokens) {
  AMANA_ASSERT_OK(broker_.Start());
  const uint64_t first = DoSomething();
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return Stamped(first); })) << broker_.LogEnd();

  // An authority that is away, slow or lying delays nobody, and is named in the log.
  authority_.Set(Mood::kExpired);
  const uint64_t second = DoSomething();
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] {
    return broker_.LogEnd().find("TIMESTAMP_UNTRUSTED") != std::string::npos;
  })) << broker_.LogEnd();
  authority_.Set(Mood::kSlow);
  const int asked = authority_.asked();
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return authority_.asked() > asked; }));
  DoSomething();  // answered while the authority still has its call
  EXPECT_EQ(authority_.asked(), asked + 1);
  EXPECT_FALSE(Stamped(second));
  const auto metrics = HttpGet(broker_.metrics_port(), "/metrics");
  EXPECT_NE(metrics.find("amana_log_unstamped_seconds"), std::string::npos);
  authority_.Set(Mood::kHonest);
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return Stamped(second); })) << broker_.LogEnd();

  ASSERT_EQ(Auditor({"mirror", dir_.File("mirror")}).code, 0);
  AMANA_ASSERT_OK(broker_.Stop());
  const Json good = TimestampCheck(0);
  EXPECT_EQ(good.value("outcome", ""), "PASSED");
  EXPECT_GE(good.value("looked_at", 0), 2);

  // Without an authority that is believed, tokens say nothing.
  const Ran unasked = Auditor({"verify", dir_.File("mirror")});
  EXPECT_EQ(unasked.code, 0) << unasked.said.dump(1);
  // A token of another checkpoint.
  const std::string folder = dir_.File("mirror/timestamp/");
  const auto names = RealFileSystem().List(folder).value();
  std::vector<std::string> tokens;
  for (const std::string& name : names) {
    if (name.ends_with(".tsr")) tokens.push_back(folder + name);
  }
  ASSERT_GE(tokens.size(), 2u);
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(
      tokens[0], RealFileSystem().Read(tokens[1]).value(), kPublicFile));
  EXPECT_EQ(TimestampCheck(4).value("error", ""), "TIMESTAMP_MISMATCH");
}

}  // namespace
}  // namespace amana::tests
