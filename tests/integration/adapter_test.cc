// An agency's adapter program beside the real broker: amana-shelter takes a case, tells a gateway
// by SMS, and its local API's answer becomes the shelter's decision; killed at any step it does all
// of that once.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "agency-adapters/sdk/rpcs.h"
#include "base/durable_file.h"
#include "base/http_client.h"
#include "base/http_server.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"
#include "tests/support/free_port.h"

namespace amana::tests {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";
constexpr absl::Duration kPatience = absl::Seconds(40);

// What the shelter's gateway was asked to send: texts by idempotency key.
class Gateway {
 public:
  Gateway()
      : server_(*http::Server::Start({}, [this](const http::Request& request) {
          absl::MutexLock lock(&mu_);
          sent_[std::string(http::FindHeader(request.headers, "Idempotency-Key"))].insert(
              request.body);
          return http::Response();
        })) {}
  std::string url() const { return "http://" + server_->address() + "/send"; }
  std::map<std::string, std::set<std::string>> sent() {
    absl::MutexLock lock(&mu_);
    return sent_;
  }

 private:
  absl::Mutex mu_;
  std::map<std::string, std::set<std::string>> sent_;
  std::unique_ptr<http::Server> server_;
};

class AdapterTest : public testing::Test {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(broker_.Start());
    auto police = Endpoint::Open(world_.agency_config("police"));
    AMANA_ASSERT_OK(police.status());
    police_ = *std::move(police);
    AMANA_ASSERT_OK(police_->sender().Match(v1::SERVICE_TYPE_ACCOMMODATION, 47).status());
    const std::string folder = "endpoints/intake/";
    world_.Write(folder + "shelter.mapping.toml", MappingFile());
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(world_.File(folder + "token"),
                                                     "SYNTHETIC-token-of-this-test", kPrivateFile));
    world_.Write(folder + "adapter.toml",
                 "identity = \"agency.toml\"\nmapping = \"shelter.mapping.toml\"\n"
                 "journal = \"journal\"\npoll = \"200ms\"\n"
                 "[retry]\nfirst = \"100ms\"\nlongest = \"1s\"\n"
                 "[api]\naddress = \"127.0.0.1:" +
                     std::to_string(port_) +
                     "\"\ntoken = \"token\"\n"
                     "[native.sms]\nto = \"+254700000000\"\nurl = \"" +
                     gateway_.url() + "\"\n");
  }
  static std::string MappingFile() {
    const char* source = std::getenv("AMANA_SOURCE_DIR");
    return RealFileSystem()
        .Read(std::string(source) + "/agency-adapters/shelter/shelter.mapping.toml")
        .value();
  }

  void StartAdapter(const std::string& die_at = "") {
    ChildOptions options;
    options.command = {ProgramPath("amana-shelter"), "--config",
                       world_.File("endpoints/intake/adapter.toml"), "run"};
    if (!die_at.empty()) options.environment = {{"AMANA_DIE_AT", die_at}};
    options.stderr_file = world_.File("adapter.err");
    auto child = ChildProcess::Start(options);
    AMANA_ASSERT_OK(child.status());
    adapter_ = *std::move(child);
  }
  // The body of an answer of 2xx; null while there is none.
  Json Api(const std::string& method, const std::string& path, const std::string& body = {}) {
    const auto answer = client_->Call({method,
                                       "http://127.0.0.1:" + std::to_string(port_) + path,
                                       "",
                                       {{"Authorization", "Bearer SYNTHETIC-token-of-this-test"}},
                                       body});
    if (!answer.ok() || answer->status / 100 != 2) return nullptr;
    return Json::parse(answer->body, nullptr, false);
  }

  StatementKey Send() {
    ConsentUse consent{SampleConsent(absl::Now()), {}};
    const auto registered = police_->sender().QueueConsent(consent.record);
    AMANA_EXPECT_OK(registered.status());
    consent.digest = registered->digest;
    const auto sent = police_->sender().Queue(
        SampleReferral(consent, AddressOf("haven/intake"), kContent, absl::Now()));
    AMANA_EXPECT_OK(sent.status());
    const auto flushed = police_->sender().Flush();
    EXPECT_TRUE(flushed.ok() && flushed->refused + flushed->pending == 0);
    return sent->key;
  }
  v1::TaskState StateOf(const StatementKey& referral) {
    v1::GetReferralRequest request;
    *request.mutable_referral() = sdk::ToWire(referral);
    const auto response = police_->client().Call(sdk::kGetReferral, request);
    return response.ok() && response->tasks_size() == 1 ? response->tasks(0).state()
                                                        : v1::TASK_STATE_UNSPECIFIED;
  }
  // Answers the offer of `referral` once it is there, as a program of the shelter's would: the
  // same words under the same key as often as it must.
  void Accept(const StatementKey& referral) {
    const Json inbox = Api("GET", "/v1/inbox");
    if (!inbox.is_object()) return;
    for (const Json& item : inbox["items"]) {
      const bool offer =
          item["stage"] == "AT_OFFER" &&
          item["referral"].get<std::string>().find(referral.referral.hex()) != std::string::npos;
      if (!offer) continue;
      const Json answer = {{"key", "answer-" + referral.referral.hex()}, {"kind", "ACCEPT"}};
      Api("POST", "/v1/inbox/" + item["id"].dump() + "/answer", answer.dump());
    }
  }
  // Restarts the program whenever it has died.
  bool BecomesAccepted(const StatementKey& referral, int& deaths) {
    return WaitUntil(kPatience, [&] {
      if (!adapter_->Running()) {
        ++deaths;
        StartAdapter();
      }
      Accept(referral);
      return StateOf(referral) == v1::TASK_STATE_ACCEPTED;
    });
  }
  bool Settles() {
    return WaitUntil(kPatience, [&] {
      const Json health = Api("GET", "/v1/health");
      if (!health.is_object()) return false;
      const Json& waiting = health["waiting"];
      return waiting["items"] == 0 && waiting["queued"] == 0 && waiting["deliveries"] == 0;
    });
  }

  Gateway gateway_;
  BrokerWorld world_;
  BrokerProcess broker_{world_};
  std::unique_ptr<Endpoint> police_;
  const int port_ = FreePort();
  std::unique_ptr<http::Client> client_ = http::Client::Create({}).value();
  std::unique_ptr<ChildProcess> adapter_;
};

TEST_F(AdapterTest, ACaseArrivesIsToldByTextAndAcceptedOnceWhateverStepItDiesAt) {
  int sent = 0;
  int deaths = 0;
  for (const std::string die_at :
       {"", "begun:1", "delivered:1", "written:1", "put:1", "taken:1", "queued:1", "settled:1"}) {
    const StatementKey referral = Send();
    ++sent;
    StartAdapter(die_at);
    ASSERT_TRUE(BecomesAccepted(referral, deaths)) << die_at << "\n" << world_.Read("adapter.err");
    ASSERT_TRUE(Settles()) << die_at;
    adapter_->Signal(SIGTERM);
    EXPECT_EQ(adapter_->Wait(absl::Seconds(20)), 0) << die_at;
    // One text for each case, of one wording, with nothing of the case in it.
    const auto texts = gateway_.sent();
    EXPECT_EQ(texts.size(), static_cast<size_t>(sent)) << die_at;
    for (const auto& [key, bodies] : texts) {
      EXPECT_EQ(bodies.size(), 1u) << die_at;
      EXPECT_EQ(bodies.begin()->find("SYNTHETIC"), std::string::npos);
    }
  }
  EXPECT_GE(deaths, 5) << "the steps were not reached";
  EXPECT_EQ(world_.Read("adapter.err").find("SYNTHETIC"), std::string::npos)
      << "content in the log";
}

}  // namespace
}  // namespace amana::tests
