#include "agency-adapters/runtime/local_api.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "agency-adapters/runtime/endpoint_for_test.h"
#include "base/durable_file.h"

namespace amana::runtime {
namespace {

using Json = nlohmann::json;
using sdk::testing::Delivering;
using sdk::testing::Recalling;
using testing::Machine;

constexpr char kToken[] = "0123456789abcdef0123456789abcdef";

class LocalApiTest : public ::testing::Test {
 protected:
  LocalApiTest() {
    m_.Start();
    m_.broker.Push(Delivering(delivery_));
    m_.Receive();
    m_.Settle();
    api_.emplace(m_.runtime(), kToken);
  }
  std::pair<int, Json> Call(const std::string& method, const std::string& path,
                            const std::string& body = "") {
    const size_t mark = std::min(path.find('?'), path.size());
    const http::Response response =
        api_->Handle({.method = method,
                      .path = path.substr(0, mark),
                      .query = path.substr(std::min(mark + 1, path.size())),
                      .headers = {{"Authorization", std::string("Bearer ") + kToken}},
                      .body = body});
    return {response.status, Json::parse(response.body, nullptr, false)};
  }
  static std::string CaseBody(const std::string& key) {
    Json json = Json::parse(*RealFileSystem().Read(Example("case.json")));
    json["key"] = key;
    return json.dump();
  }
  static std::string Example(const std::string& name) {
    const char* source = std::getenv("AMANA_SOURCE_DIR");
    return std::string(source == nullptr ? "." : source) + "/docs/integrator/examples/" + name;
  }

  Machine m_{sdk::testing::ShelterIdentity};
  const v1::Delivery delivery_ = sdk::testing::SampleDelivery(envelope::SampleSubmission());
  std::optional<LocalApi> api_;
};

TEST_F(LocalApiTest, TheDocumentNamesEveryRouteAndNoOther) {
  const Json document = Json::parse(OpenApiDocument());
  std::set<std::string> said;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return toupper(c); });
      said.insert(upper + " " + path);
      EXPECT_TRUE(operation.contains("operationId")) << path;
    }
  }
  const std::vector<std::string> routes = LocalApi::Routes();
  EXPECT_EQ(said, std::set<std::string>(routes.begin(), routes.end()));
  EXPECT_EQ(Call("GET", "/v1/openapi.json").second, document);
  // And every kind of item that there is.
  for (const Json& kind : document["components"]["schemas"]["Item"]["properties"]["kind"]["enum"]) {
    EXPECT_TRUE(ItemKindOf(kind.get<std::string>()).has_value()) << kind;
  }
}

TEST_F(LocalApiTest, NothingIsSaidWithoutTheToken) {
  for (const std::string shown : {"", "Bearer wrong", "Bearer ", "Basic x"}) {
    http::Request request;
    request.path = "/v1/inbox";
    request.headers = {{"authorization", shown}};
    const http::Response response = api_->Handle(request);
    EXPECT_EQ(response.status, 401) << shown;
  }
}

TEST_F(LocalApiTest, ACaseIsHeldOnceAndFollowed) {
  const auto [status, taken] = Call("POST", "/v1/items", CaseBody("API/1"));
  EXPECT_EQ(status, 202) << taken;
  EXPECT_EQ(taken["state"], "INTENDED");
  EXPECT_EQ(Call("POST", "/v1/items", CaseBody("API/1")).second["referral"], taken["referral"]);
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  const auto followed = Call("GET", "/v1/items?key=API%2F1").second;
  EXPECT_EQ(followed["state"], "SETTLED") << followed;
  EXPECT_EQ(Call("GET", "/v1/items?key=nothing").first, 404);
}

TEST_F(LocalApiTest, TheNativeFormatIsTakenToo) {
  const auto [status, taken] =
      Call("POST", "/v1/native", "N/1 SERVICE=BASIC_NEEDS URGENCY=URGENT NAME=SYNTHETIC\n");
  EXPECT_EQ(status, 202) << taken;
  const auto refused = Call("POST", "/v1/native", "N/2 SERVICE=BASIC_NEEDS SHOE=CANARY NAME=S\n");
  EXPECT_EQ(refused.first, 422);
  EXPECT_EQ(refused.second["field"], "SHOE");
  EXPECT_EQ(refused.second.dump().find("CANARY"), std::string::npos);
  EXPECT_EQ(Call("POST", "/v1/native", "N/3 nonsense").first, 400);
}

TEST_F(LocalApiTest, WhatIsWrongIsNamed) {
  const struct {
    std::string body;
    std::string field;
  } cases[] = {
      {"{", "body"},
      {"[]", "body"},
      {std::string(100, '[') + std::string(100, ']'), "body"},
      {R"({"key":"k"})", "kind"},
      {R"({"key":7,"kind":"CASE"})", "key"},
      {R"({"key":"k","kind":"CAT"})", "kind"},
      {R"({"key":"k","kind":"CASE","color":1})", "color"},
      {R"({"key":"k","kind":"CASE"})", "record"},
      {R"({"key":"","kind":"CASE","record":{"A":"b"}})", "key"},
      {R"({"key":"k","kind":"CASE","record":{"A":7}})", "record"},
      {R"({"key":"k","kind":"ACCEPT"})", "about"},
  };
  for (const auto& c : cases) {
    const auto [status, answer] = Call("POST", "/v1/items", c.body);
    EXPECT_EQ(status, 400) << c.body;
    EXPECT_EQ(answer["field"], c.field) << answer;
  }
  EXPECT_EQ(Call("GET", "/v1/nothing").first, 404);
  EXPECT_EQ(Call("DELETE", "/v1/items").first, 405);
  EXPECT_EQ(Call("GET", "/v1/inbox/x").first, 400);
  EXPECT_EQ(Call("GET", "/v1/inbox?after=-1").first, 400);
}

TEST_F(LocalApiTest, TheInboxIsReadAnsweredAndRecalled) {
  const auto listed = Call("GET", "/v1/inbox").second;
  ASSERT_EQ(listed["items"].size(), 1U);
  EXPECT_EQ(listed.dump().find("Amani"), std::string::npos) << "a list shows no content";
  const std::string id = "/v1/inbox/" + listed["items"][0]["id"].dump();
  EXPECT_EQ(Call("GET", id).second["facts"]["IDENTITY_MIN"]["given_name"], "SYNTHETIC Amani");
  EXPECT_EQ(Call("GET", "/v1/inbox?after=1").second["items"].size(), 0U);

  EXPECT_EQ(Call("POST", id + "/answer", R"({"key":"a1","kind":"ACCEPT"})").first, 202);
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  EXPECT_EQ(Call("GET", "/v1/items?key=a1").second["state"], "SETTLED");
  EXPECT_EQ(Call("GET", id).second["state"], "ACCEPTED");
  EXPECT_EQ(Call("POST", id + "/answer", R"({"key":"a2","kind":"CASE"})").first, 400);

  m_.broker.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  m_.Receive();
  const auto [status, gone] = Call("GET", id);
  EXPECT_EQ(status, 409);
  EXPECT_EQ(gone["error"], "CONTENT_ERASED");
}

TEST_F(LocalApiTest, LettersAreListedAndRedriven) {
  Call("POST", "/v1/items", R"({"key":"k","kind":"CASE","record":{"SHOE":"CANARY"}})");
  const auto letters = Call("GET", "/v1/dead-letters").second["dead_letters"];
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters.dump().find("CANARY"), std::string::npos);
  const std::string letter = letters[0]["letter"];
  EXPECT_EQ(Call("POST", "/v1/dead-letters/" + letter + "/redrive").first, 200);
  EXPECT_EQ(Call("POST", "/v1/dead-letters/item-99/redrive").first, 404);
  EXPECT_EQ(Call("GET", "/v1/health").second["checks"].is_array(), true);
  EXPECT_EQ(Call("GET", "/v1/notices?wait=0").second["notices"].size(), 0U);
}

// The examples as an agency's programmer would run them, over HTTP.
TEST_F(LocalApiTest, TheExamplesRun) {
  TempDir dir;
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir.File("token"), kToken, kPrivateFile));
  const ApiConfig config{.socket = "", .address = "127.0.0.1:0", .token_file = dir.File("token")};
  EXPECT_EQ(*ReadToken(config), kToken);
  auto server = ServeApi(config, *api_);
  AMANA_ASSERT_OK(server);
  const std::string environment =
      "AMANA_API=http://" + (*server)->address() + " AMANA_TOKEN_FILE=" + dir.File("token") + " ";
  const struct {
    std::string tool;
    std::string command;
  } examples[] = {{"python3", "python3 " + Example("amana_api.py")},
                  {"curl", "sh " + Example("amana_api.sh")},
                  {"node", "node " + Example("amana_api.mjs")}};
  for (const auto& example : examples) {
    if (std::system(("command -v " + example.tool + " >/dev/null").c_str()) != 0) {
      EXPECT_EQ(example.tool, "node") << "is in deploy/packages.txt";
      continue;
    }
    const std::string key = "EX/" + example.tool;
    const int ended = std::system(
        (environment + example.command + " " + Example("case.json") + " " + key + " >&2").c_str());
    EXPECT_EQ(WEXITSTATUS(ended), 0) << example.command;
    EXPECT_TRUE(m_.runtime().items().Find(key)->has_value()) << example.command;
  }
  (*server)->Stop();
}

TEST(LocalApiServing, AShortTokenOrAnOpenOneIsRefused) {
  TempDir dir;
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir.File("short"), "x", kPrivateFile));
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir.File("open"), kToken, kPublicFile));
  EXPECT_EQ(ErrorReason(ReadToken({"", "127.0.0.1:0", dir.File("short")}).status()),
            "LENGTH_INVALID");
  EXPECT_EQ(ErrorReason(ReadToken({"", "127.0.0.1:0", dir.File("open")}).status()),
            "KEY_FILE_PERMISSIONS");
}

}  // namespace
}  // namespace amana::runtime
