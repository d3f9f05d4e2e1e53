#include "agency-adapters/police/police_adapter.h"

#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "agency-adapters/police/documents_for_test.h"
#include "base/clock.h"
#include "base/sqlite.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/https_files.h"
#include "tests/support/police_backend.h"

namespace amana::police {
namespace {

using runtime::ItemKind;
using State = runtime::Settlement::State;

// Keeps what came, as the journal does: the same again is OK, another under its key is not.
class KeepingIntake final : public runtime::Intake {
 public:
  absl::Status Take(const runtime::NativeItem& item) override {
    const std::lock_guard lock(mutex_);
    if (!next.ok()) return std::exchange(next, absl::OkStatus());
    const auto [kept, added] = items.emplace(item.key, item);
    const bool same = kept->second.record == item.record && kept->second.code == item.code;
    if (!added && !same) {
      return MakeError(absl::StatusCode::kInvalidArgument, "KEY_REUSED", "key", "another");
    }
    return absl::OkStatus();
  }

  std::map<std::string, runtime::NativeItem> items;
  absl::Status next;

 private:
  std::mutex mutex_;
};

class PoliceAdapterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto backend = tests::PoliceBackend::Start(files_.Server());
    AMANA_ASSERT_OK(backend);
    backend_ = *std::move(backend);
    Start();
  }

  // Also after a crash: with the same folder.
  void Start() {
    adapter_.reset();
    PoliceConfig config;
    config.base = backend_->base();
    config.client = files_.Client();
    config.client.timeout = absl::Seconds(2);
    config.endpoint.tls = files_.Server();
    config.endpoint.tls->client_name = ToUri(tests::TestSpiffe("police", crypto::Role::kSystem));
    config.endpoint.max_body = kMax;
    auto adapter = PoliceAdapter::Open(config, {intake_, clock_, "police", folder_.path()});
    AMANA_ASSERT_OK(adapter);
    adapter_ = *std::move(adapter);
    EXPECT_EQ(adapter_->port(), 0);
    AMANA_ASSERT_OK(adapter_->Poll(1));
  }

  absl::StatusOr<http::Response> Push(const std::string& document, const std::string& id,
                                      const std::string& client = "client") {
    auto caller = http::Client::Create(files_.Client(client));
    EXPECT_TRUE(IsOk(caller));
    return (*caller)->Call({"POST",
                            "https://localhost:" + std::to_string(adapter_->port()) + "/v1/items",
                            "",
                            {{"Idempotency-Key", id}},
                            document});
  }

  static runtime::NativeDelivery Delivery(const std::string& key) {
    runtime::NativeDelivery delivery;
    delivery.key = key;
    delivery.kind = runtime::DeliveryKind::kCase;
    delivery.record.fields["nc:Referral/nc:ReferralMandatoryIndicator"] = {"false"};
    return delivery;
  }

  static constexpr size_t kMax = 256 << 10;
  const tests::HttpsFiles files_;
  const TempDir folder_;
  SystemClock clock_{ClockSync::kTrusted};
  KeepingIntake intake_;
  std::unique_ptr<tests::PoliceBackend> backend_;
  std::unique_ptr<PoliceAdapter> adapter_;
};

TEST_F(PoliceAdapterTest, ADeliveryIsStoredOnceUnderItsKey) {
  const auto id = adapter_->Deliver(Delivery("haven/1/CASE"));
  AMANA_ASSERT_OK(id);
  EXPECT_EQ(*id, "OB/2031/1");
  EXPECT_EQ(*adapter_->Deliver(Delivery("haven/1/CASE")), *id);
  ASSERT_EQ(backend_->messages().size(), 1U);
  EXPECT_EQ(backend_->messages()[0].key, "haven/1/CASE");
  EXPECT_EQ(backend_->messages()[0].document["nc:Referral"]["nc:ReferralMandatoryIndicator"],
            false);
  EXPECT_EQ(*adapter_->Find("haven/1/CASE"), id.value());
  EXPECT_EQ(*adapter_->Find("haven/2/CASE"), std::nullopt);
}

TEST_F(PoliceAdapterTest, AReplayIsSuccessHoweverTheSystemSaysIt) {
  const std::string id = *adapter_->Deliver(Delivery("d1"));
  for (const bool with_id : {true, false}) {
    backend_->AnswerReplays(409, with_id);
    const auto again = adapter_->Deliver(Delivery("d1"));
    AMANA_ASSERT_OK(again);
    EXPECT_EQ(*again, id);
  }
  EXPECT_EQ(backend_->messages().size(), 1U);
  // A conflict that is no replay.
  backend_->Add({.status = 409, .stores = false, .delay = {}});
  EXPECT_EQ(ErrorReason(adapter_->Deliver(Delivery("d2")).status()), "NATIVE_REFUSED");
}

TEST_F(PoliceAdapterTest, WhatIsWorthAnotherAttemptSaysSo) {
  const struct {
    int status;
    absl::StatusCode code;
    const char* reason;
  } cases[] = {
      {500, absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE"},
      {503, absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE"},
      {429, absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE"},
      {400, absl::StatusCode::kFailedPrecondition, "NATIVE_REFUSED"},
      {401, absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE"},
      {403, absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE"},
      {404, absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE"},
      {405, absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE"},
      {307, absl::StatusCode::kFailedPrecondition, "NATIVE_REFUSED"},
  };
  for (const auto& c : cases) {
    backend_->Add({.status = c.status, .stores = false, .delay = {}});
    const absl::Status status = adapter_->Deliver(Delivery("d1")).status();
    EXPECT_EQ(status.code(), c.code) << c.status;
    EXPECT_EQ(ErrorReason(status), c.reason) << c.status;
  }
  EXPECT_TRUE(backend_->messages().empty());
}

TEST_F(PoliceAdapterTest, ALostAnswerIsFoundAndNotRepeated) {
  backend_->Add({.status = 500, .stores = true, .delay = {}});
  EXPECT_EQ(ErrorReason(adapter_->Deliver(Delivery("d1")).status()), "NATIVE_UNAVAILABLE");
  backend_->Add({.status = 0, .stores = true, .delay = absl::Seconds(3)});
  EXPECT_EQ(ErrorReason(adapter_->Deliver(Delivery("d2")).status()), "NATIVE_TIMEOUT");
  for (const char* key : {"d1", "d2"}) {
    const auto found = adapter_->Find(key);
    AMANA_ASSERT_OK(found);
    EXPECT_TRUE(found->has_value());
    AMANA_EXPECT_OK(adapter_->Deliver(Delivery(key)));
  }
  EXPECT_EQ(backend_->messages().size(), 2U);
}

TEST_F(PoliceAdapterTest, ACaseIsTakenOnceAndOnlyFromThePolice) {
  files_.Add("foreign", tests::MakeForeignCert(tests::TestSpiffe("police", crypto::Role::kSystem),
                                               crypto::CertUsage::kTls));
  files_.Add("neighbour", tests::TestTls("haven", crypto::Role::kSystem));
  for (const char* stranger : {"", "foreign", "neighbour"}) {
    EXPECT_FALSE(Push(CaseForTest("OB/1"), "m1", stranger).ok()) << stranger;
  }
  EXPECT_TRUE(intake_.items.empty());
  for (int i = 0; i < 2; ++i) {
    const auto answer = Push(CaseForTest("OB/1"), "m1");
    AMANA_ASSERT_OK(answer);
    EXPECT_EQ(answer->status, 200) << answer->body;
    EXPECT_EQ(answer->body, R"({"key":"OB/1#m1"})");
  }
  ASSERT_EQ(intake_.items.size(), 1U);
  EXPECT_EQ(intake_.items.begin()->second.kind, ItemKind::kCase);
  std::string other = CaseForTest("OB/1");
  other.replace(other.find("TESTCASE"), 8, "SOMEBODY");
  EXPECT_EQ(Push(other, "m1")->status, 409);
}

TEST_F(PoliceAdapterTest, RefusalsNameFieldsAndAreNotTaken) {
  intake_.next = absl::UnavailableError("full");
  EXPECT_EQ(Push(CaseForTest("OB/1"), "m1")->status, 503);
  const auto refused = Push(DocumentForTest(R"("nc:A": ["SECRET"])"), "m1");
  EXPECT_EQ(refused->status, 422);
  EXPECT_EQ(refused->body, R"({"field":"nc:A","reason":"NATIVE_FORMAT_INVALID"})");
  EXPECT_EQ(Push(std::string(kMax + 1, 'x'), "m1")->status, 413);
  EXPECT_TRUE(intake_.items.empty());
}

TEST_F(PoliceAdapterTest, ADecisionIsAboutTheOneCaseOfItsNumber) {
  backend_->UseId("OB/7");
  AMANA_ASSERT_OK(adapter_->Deliver(Delivery("d1")));
  Start();  // the number is kept
  ASSERT_EQ(Push(DecisionForTest("OB/7", R"("x:DecisionCode": "ACCEPT")"), "m1")->status, 200);
  EXPECT_EQ(intake_.items.at("OB/7!m1").about, "d1");
  EXPECT_EQ(Push(DecisionForTest("OB/8", R"("x:DecisionCode": "ACCEPT")"), "m2")->status, 422);

  // The second stage of the same case is not another case.
  runtime::NativeDelivery second = Delivery("d1/2");
  second.about = "d1";
  backend_->UseId("OB/7");
  AMANA_ASSERT_OK(adapter_->Deliver(second));
  ASSERT_EQ(Push(DecisionForTest("OB/7", R"("x:DecisionCode": "START")"), "m0")->status, 200);
  EXPECT_EQ(intake_.items.at("OB/7!m0").about, "d1");

  // Two victims under one entry of the Occurrence Book: never the first of them.
  backend_->UseId("OB/7");
  AMANA_ASSERT_OK(adapter_->Deliver(Delivery("d2")));
  const std::string decline = R"("x:DecisionCode": "DECLINE", "x:ReasonCode": "NO_CAPACITY")";
  const auto refused = Push(DecisionForTest("OB/7", decline), "m3");
  EXPECT_EQ(refused->status, 422);
  EXPECT_EQ(refused->body,
            R"({"field":"x:NationalPoliceCase/x:OBNumber","reason":"CASE_AMBIGUOUS"})");
  ASSERT_EQ(Push(DecisionForTest("OB/7", decline + R"(, "x:CaseReference": "d2")"), "m3")->status,
            200);
  EXPECT_EQ(intake_.items.at("OB/7!m3").about, "d2");
  EXPECT_EQ(intake_.items.at("OB/7!m3").code, "NO_CAPACITY");
  EXPECT_EQ(Push(DecisionForTest("OB/7", decline + R"(, "x:CaseReference": "d9")"), "m4")->status,
            422);
}

TEST_F(PoliceAdapterTest, ANumberThatOnlyFindLearntNamesTheCaseAndANoticeNamesNone) {
  backend_->UseId("OB/7");
  backend_->Add({.status = 500, .stores = true, .delay = {}});
  EXPECT_FALSE(adapter_->Deliver(Delivery("d1")).ok());
  Start();
  EXPECT_EQ(*adapter_->Find("d1"), "OB/7");
  // The system answers a notice with the number of the case that it is about.
  runtime::NativeDelivery notice = Delivery("n1");
  notice.kind = runtime::DeliveryKind::kNotice;
  backend_->UseId("OB/7");
  AMANA_ASSERT_OK(adapter_->Deliver(notice));
  EXPECT_EQ(*adapter_->Find("n1"), "OB/7");
  ASSERT_EQ(Push(DecisionForTest("OB/7", R"("x:DecisionCode": "ACCEPT")"), "m1")->status, 200);
  EXPECT_EQ(intake_.items.at("OB/7!m1").about, "d1");
}

TEST_F(PoliceAdapterTest, ADecisionThatIsQuickerThanTheAnswerIsAskedForAgain) {
  backend_->UseId("OB/7");
  backend_->Add({.status = 500, .stores = true, .delay = {}});
  EXPECT_FALSE(adapter_->Deliver(Delivery("d1")).ok());
  const std::string accept = R"("x:DecisionCode": "ACCEPT")";
  const std::string named = accept + R"(, "x:CaseReference": "d1")";
  EXPECT_EQ(Push(DecisionForTest("OB/7", accept), "m1")->status, 503);
  EXPECT_EQ(Push(DecisionForTest("OB/7", named), "m2")->status, 503);
  EXPECT_EQ(*adapter_->Find("d1"), "OB/7");
  EXPECT_EQ(Push(DecisionForTest("OB/7", accept), "m1")->status, 200);
  EXPECT_EQ(Push(DecisionForTest("OB/7", named), "m2")->status, 200);
  EXPECT_EQ(Push(DecisionForTest("OB/8", accept), "m3")->status, 422);
  // One that the police refused for good is not waited for.
  backend_->Add({.status = 400, .stores = false, .delay = {}});
  EXPECT_FALSE(adapter_->Deliver(Delivery("d2")).ok());
  EXPECT_EQ(Push(DecisionForTest("OB/8", accept), "m3")->status, 422);
}

TEST_F(PoliceAdapterTest, WhatWasAnnouncedAndNeverCameIsNotWaitedFor) {
  const std::string accept = R"("x:DecisionCode": "ACCEPT")";
  const runtime::NativeDelivery next[] = {Delivery("d1"), Delivery("d2")};
  adapter_->Announce(next);
  AMANA_ASSERT_OK(adapter_->Deliver(next[0]));
  EXPECT_EQ(Push(DecisionForTest("OB/9", accept), "m1")->status, 503) << "it may be of d2";
  adapter_->Announce({});
  EXPECT_EQ(Push(DecisionForTest("OB/9", accept), "m1")->status, 422);
}

// What is kept without waiting for the disk: of it a crash of the machine may take the last.
TEST_F(PoliceAdapterTest, ANumberThatACrashTookIsAskedForAgain) {
  const runtime::NativeDelivery next[] = {Delivery("d1"), Delivery("d2")};
  adapter_->Announce(next);
  backend_->UseId("OB/7");
  AMANA_ASSERT_OK(adapter_->Deliver(next[0]));
  adapter_.reset();
  AMANA_ASSERT_OK((*sqlite::Database::Open(folder_.File("police-cases.db"), {}))
                      ->Exec("DELETE FROM known_case"));
  Start();
  ASSERT_EQ(Push(DecisionForTest("OB/7", R"("x:DecisionCode": "ACCEPT")"), "m1")->status, 200);
  EXPECT_EQ(intake_.items.at("OB/7!m1").about, "d1");
  adapter_.reset();
  const auto index = *CaseIndex::Open(folder_.path());
  EXPECT_TRUE(index->InDoubt()->empty());
  EXPECT_FALSE(*index->IsAwaited("d2")) << "the police do not have it";
}

TEST_F(PoliceAdapterTest, AnOwnCaseIsCancelledByItsNumber) {
  const std::string cancel =
      DecisionForTest("OB/1", R"("x:DecisionCode": "CANCEL", "x:ReasonCode": "SENT_IN_ERROR")");
  EXPECT_EQ(Push(cancel, "m2")->status, 422);
  ASSERT_EQ(Push(CaseForTest("OB/1"), "m1")->status, 200);
  ASSERT_EQ(Push(cancel, "m2")->status, 200);
  EXPECT_EQ(intake_.items.at("OB/1!m2").about, "OB/1#m1");
  EXPECT_EQ(intake_.items.at("OB/1!m2").kind, ItemKind::kCancel);
}

TEST_F(PoliceAdapterTest, ASettlementIsToldOnce) {
  const runtime::Settlement taken{State::kTaken, "police/00/1", "", ""};
  AMANA_ASSERT_OK(adapter_->Settle("OB/1#m1", taken));
  AMANA_ASSERT_OK(adapter_->Settle("OB/1#m1", taken));
  AMANA_ASSERT_OK(adapter_->Settle("OB/1#m1", {State::kRefused, "", "CODE_UNKNOWN", "SEX"}));
  const auto messages = backend_->messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].document["x:Settlement"]["x:StateCode"], "TAKEN");
  EXPECT_EQ(messages[1].document["x:Settlement"]["x:FieldName"], "SEX");
  // Of a program's own key there is nothing to be told to the police system.
  AMANA_EXPECT_OK(adapter_->Settle("KC-1", taken));
  EXPECT_EQ(backend_->messages().size(), 2U);
  // Known by its number from here on, had it come by the local API.
  const auto cancel = adapter_->Decode(
      DecisionForTest("OB/1", R"("x:DecisionCode": "CANCEL", "x:ReasonCode": "SENT_IN_ERROR")"));
  AMANA_ASSERT_OK(cancel);
  EXPECT_EQ(cancel->front().about, "OB/1#m1");
}

TEST_F(PoliceAdapterTest, HealthIsOfTheNativeSide) {
  EXPECT_TRUE(adapter_->Check().ok);
  AMANA_EXPECT_OK(adapter_->Poll(10));
  backend_.reset();
  const runtime::Health health = adapter_->Check();
  EXPECT_FALSE(health.ok);
  EXPECT_EQ(health.what, "rest");
  EXPECT_EQ(health.reason, "NATIVE_UNAVAILABLE");
}

TEST(PoliceConfigTest, FindingsNameTheKey) {
  auto reader = ConfigReader::FromText("[native]\nbase = \"http://police:80/\"\n", "a.toml");
  AMANA_ASSERT_OK(reader);
  (void)PoliceFactory((*reader)->Root().Table("native"));
  const std::string findings((*reader)->Finish().message());
  for (const char* key : {"native.base: expected https://host:port", "native.ca_file: missing",
                          "native.listen: missing", "native.client_ca_file: missing",
                          "native.client_name: missing"}) {
    EXPECT_THAT(findings, testing::HasSubstr(key));
  }
}

}  // namespace
}  // namespace amana::police
