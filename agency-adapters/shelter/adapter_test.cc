#include "agency-adapters/shelter/adapter.h"

#include "absl/strings/str_cat.h"
#include "agency-adapters/shelter/primero.h"
#include "agency-adapters/shelter/sms.h"
#include "base/durable_file.h"
#include "base/log.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "tests/support/primero_server.h"

namespace amana::shelter {
namespace {

using runtime::DeliveryKind;
using runtime::ItemKind;
using runtime::NativeDelivery;
using runtime::Settlement;
using testing::IsEmpty;
using testing::SizeIs;

struct NoIntake : runtime::Intake {
  absl::Status Take(const runtime::NativeItem&) override {
    return absl::UnimplementedError("none");
  }
};

class ShelterAdapterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = tests::PrimeroServer::Start();
    AMANA_ASSERT_OK(server);
    server_ = *std::move(server);
    AMANA_ASSERT_OK(
        RealFileSystem().WriteAtomically(dir_.File("password"), tests::kPrimeroPassword, 0400));
    adapter_ = Open();
  }
  std::unique_ptr<runtime::Adapter> Open(bool primero = true) {
    adapter_.reset();
    std::string toml = "list_fields = ['nationality']\n";
    if (primero) {
      absl::StrAppend(&toml, "[primero]\nurl = '", server_->url(), "'\nuser = '",
                      tests::kPrimeroUser, "'\npassword_file = 'password'\nrefer_to = 'intake'\n");
    }
    absl::StrAppend(&toml, "[sms]\nurl = '", server_->sms_url(), "'\nto = '+254700000000'\n");
    auto reader = ConfigReader::FromText(toml, dir_.File("native.toml"));
    const runtime::AdapterOpener opener = FactoryOf((*reader)->Root());
    EXPECT_TRUE(IsOk((*reader)->Finish()));
    auto adapter = opener({intake_, clock_, "haven", dir_.File("state")});
    EXPECT_TRUE(IsOk(adapter));
    return *std::move(adapter);
  }
  NativeDelivery Case() const {
    NativeDelivery d;
    d.key = "d/1";
    d.service = "ACCOMMODATION";
    d.urgency = "URGENT";
    d.at = clock_.Now();
    d.record.fields = {{"name_first", {"SYNTHETIC"}}, {"nationality", {"uganda", "kenya"}}};
    return d;
  }

  const TempDir dir_;
  std::unique_ptr<tests::PrimeroServer> server_;
  NoIntake intake_;
  FakeClock clock_{absl::FromUnixSeconds(1930000000)};
  std::unique_ptr<runtime::Adapter> adapter_;
  const std::string id_ = CaseIdOf("d/1");
};

TEST_F(ShelterAdapterTest, ACaseIsWrittenReferredAndAnnouncedOnce) {
  for (int i = 0; i < 2; ++i) {
    const auto native = adapter_->Deliver(Case());
    AMANA_ASSERT_OK(native);
    EXPECT_EQ(*native, id_);
    adapter_ = Open();
  }
  EXPECT_EQ(*adapter_->Find("d/1"), id_);
  EXPECT_EQ(*adapter_->Find("d/2"), std::nullopt);
  ASSERT_THAT(server_->Cases(), SizeIs(1));
  EXPECT_EQ(server_->Cases().at(id_)["name_first"], "SYNTHETIC");
  EXPECT_EQ(server_->Cases().at(id_)["nationality"], (nlohmann::json{"uganda", "kenya"}));
  ASSERT_THAT(server_->Referrals(id_), SizeIs(1));
  EXPECT_EQ(server_->Referrals(id_)[0]["transitioned_to"], "intake");
  ASSERT_THAT(server_->Sms(), SizeIs(1));
  const std::string text = server_->Sms()[0]["text"];
  EXPECT_THAT(text,
              testing::MatchesRegex("New item [0-9A-Z]{4} waiting. Reply by [0-9]{2}:[0-9]{2}. "
                                    "Open your inbox. No details by SMS."));
}

TEST_F(ShelterAdapterTest, AnythingThatBreaksInBetweenIsDoneAgainWithoutADouble) {
  // Of a delivery: login, the case, the referral.
  for (int at = 0; at < 3; ++at) {
    NativeDelivery delivery = Case();
    delivery.key = absl::StrCat("e/", at);
    adapter_ = Open();
    server_->Fail(1, 503, /*after=*/at);
    EXPECT_EQ(ErrorReason(adapter_->Deliver(delivery).status()), "PRIMERO_UNAVAILABLE") << at;
    adapter_ = Open();
    EXPECT_EQ(*adapter_->Find(delivery.key), std::nullopt);
    AMANA_EXPECT_OK(adapter_->Deliver(delivery));
    EXPECT_THAT(server_->Referrals(CaseIdOf(delivery.key)), SizeIs(1));
  }
  EXPECT_THAT(server_->Cases(), SizeIs(3));
}

TEST_F(ShelterAdapterTest, AReferralWhoseAnswerWasLostIsNotMadeAgain) {
  server_->LoseAnswers("referrals", 1);
  EXPECT_FALSE(adapter_->Deliver(Case()).ok());
  EXPECT_THAT(server_->Referrals(id_), SizeIs(1));
  adapter_ = Open();
  AMANA_ASSERT_OK(adapter_->Deliver(Case()));
  EXPECT_THAT(server_->Referrals(id_), SizeIs(1));
}

TEST_F(ShelterAdapterTest, WhatIsAnnouncedIsNotYetWritten) {
  const NativeDelivery next[] = {Case()};
  adapter_->Announce(next);
  adapter_ = Open();
  EXPECT_EQ(*adapter_->Find("d/1"), std::nullopt);
  AMANA_ASSERT_OK(adapter_->Poll(10));
  EXPECT_THAT(server_->Sms(), IsEmpty()) << "nobody is called to what is not there yet";
  EXPECT_THAT(server_->Cases(), IsEmpty());
  AMANA_ASSERT_OK(adapter_->Deliver(next[0]));
  EXPECT_THAT(server_->Referrals(id_), SizeIs(1));
  EXPECT_THAT(server_->Sms(), SizeIs(1));
}

TEST_F(ShelterAdapterTest, DecisionsComeBack) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case()));
  EXPECT_THAT(*adapter_->Poll(10), IsEmpty());
  server_->Decide(id_, "rejected", "NO_CAPACITY: women's unit full (SYNTHETIC)");
  const auto items = adapter_->Poll(10);
  AMANA_ASSERT_OK(items);
  ASSERT_THAT(*items, SizeIs(1));
  EXPECT_EQ((*items)[0].kind, ItemKind::kDecline);
  EXPECT_EQ((*items)[0].about, "d/1");
  EXPECT_EQ((*items)[0].code, "NO_CAPACITY");
  EXPECT_EQ((*items)[0].words, "women's unit full (SYNTHETIC)");
  AMANA_ASSERT_OK(adapter_->Settle((*items)[0].key, {Settlement::State::kTaken}));
  EXPECT_EQ((*adapter_->Poll(10))[0].key, (*items)[0].key) << "until it has an end";
  AMANA_ASSERT_OK(adapter_->Settle((*items)[0].key, {Settlement::State::kAccepted}));
  EXPECT_THAT(*adapter_->Poll(10), IsEmpty());
}

TEST_F(ShelterAdapterTest, ARefusedDecisionIsToldAndAnotherOneIsTaken) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case()));
  server_->Decide(id_, "rejected", "FULL");
  const std::string key = (*adapter_->Poll(10))[0].key;
  AMANA_ASSERT_OK(adapter_->Settle(key, {Settlement::State::kRefused, "", "CODE_UNKNOWN", "code"}));
  EXPECT_EQ(server_->Cases().at(id_)["amana_refused"], "CODE_UNKNOWN code");
  EXPECT_THAT(*adapter_->Poll(10), IsEmpty());
  server_->Decide(id_, "accepted");
  const auto items = adapter_->Poll(10);
  ASSERT_THAT(*items, SizeIs(1));
  EXPECT_EQ((*items)[0].kind, ItemKind::kAccept);
}

TEST_F(ShelterAdapterTest, WhatIsTakenBackIsEmptiedInPrimero) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case()));
  NativeDelivery update;
  update.key = "d/1/u";
  update.kind = DeliveryKind::kUpdate;
  update.about = "d/1";
  update.words = "She takes no medication.";
  AMANA_ASSERT_OK(adapter_->Deliver(update));
  EXPECT_EQ(server_->Cases().at(id_)["amana_words"], update.words);
  NativeDelivery recall;
  recall.key = "d/1/r";
  recall.kind = DeliveryKind::kRecall;
  recall.about = "d/1";
  recall.reason = "PERSON_WITHDREW";
  AMANA_ASSERT_OK(adapter_->Deliver(recall));
  const nlohmann::json left = server_->Cases().at(id_);
  for (const char* field : {"name_first", "nationality", "amana_words"}) {
    EXPECT_TRUE(left[field].is_null()) << field;
  }
  EXPECT_EQ(left["amana_recalled"], "PERSON_WITHDREW");
  EXPECT_EQ(server_->Referrals(id_)[0]["status"], "done");
  EXPECT_THAT(*adapter_->Poll(10), IsEmpty());
}

TEST_F(ShelterAdapterTest, WhatAnAcceptanceDisclosesCompletesTheCase) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case()));
  NativeDelivery whole = Case();
  whole.key = "d/1/accepted";
  whole.about = "d/1";
  whole.stage = "AT_ACCEPT";
  whole.record.fields["name_last"] = {"SYNTHETIC-TWO"};
  EXPECT_EQ(*adapter_->Deliver(whole), id_);
  ASSERT_THAT(server_->Cases(), SizeIs(1));
  EXPECT_EQ(server_->Cases().at(id_)["name_last"], "SYNTHETIC-TWO");
  EXPECT_THAT(server_->Sms(), SizeIs(1));
}

TEST_F(ShelterAdapterTest, WhatIsNoTextIsAttachedOnceAndTakenBack) {
  NativeDelivery delivery = Case();
  delivery.attachments = {{"MEDICAL", "image/jpeg", "SYNTHETIC-X"},
                          {"LEGAL", "application/pdf", "y"}};
  server_->LoseAnswers("attachments", 1);
  EXPECT_FALSE(adapter_->Deliver(delivery).ok());
  adapter_ = Open();
  AMANA_ASSERT_OK(adapter_->Deliver(delivery));
  ASSERT_THAT(server_->Files(id_), SizeIs(2));
  EXPECT_EQ(server_->Files(id_)[0]["field_name"], "photos");
  EXPECT_EQ(server_->Files(id_)[0]["attachment"], "U1lOVEhFVElDLVg=");
  EXPECT_EQ(server_->Files(id_)[1]["field_name"], "other_documents");
  EXPECT_THAT(server_->Files(id_)[0]["file_name"].get<std::string>(),
              testing::MatchesRegex("amana-[0-9a-f]{24}.jpg"));
  NativeDelivery recall;
  recall.key = "d/1/r";
  recall.kind = DeliveryKind::kRecall;
  recall.about = "d/1";
  AMANA_ASSERT_OK(adapter_->Deliver(recall));
  EXPECT_THAT(server_->Files(id_), IsEmpty());
}

TEST_F(ShelterAdapterTest, AFileThatPrimeroDoesNotTakeIsRefusedBeforeAnythingIsWritten) {
  for (const auto& [media_type, size] :
       {std::pair("application/x-thing", 1), std::pair("image/png", (4 << 20) + 1)}) {
    NativeDelivery delivery = Case();
    delivery.attachments = {{"MEDICAL", media_type, std::string(static_cast<size_t>(size), 'x')}};
    EXPECT_EQ(ErrorField(adapter_->Deliver(delivery).status()), "attachments") << media_type;
    EXPECT_THAT(server_->Cases(), IsEmpty());
  }
}

TEST_F(ShelterAdapterTest, WithoutPrimeroThereIsTheSms) {
  adapter_ = Open(/*primero=*/false);
  AMANA_ASSERT_OK(adapter_->Deliver(Case()));
  EXPECT_THAT(server_->Sms(), SizeIs(1));
  EXPECT_THAT(server_->Cases(), IsEmpty());
  EXPECT_TRUE(adapter_->Check().ok);
}

TEST_F(ShelterAdapterTest, AnSmsThatDoesNotGoOutIsTriedAgainInItsTime) {
  adapter_ = Open(/*primero=*/false);
  const ScopedLogSink quiet([](std::string_view) {});
  server_->Fail(2, 500);
  AMANA_ASSERT_OK(adapter_->Deliver(Case())) << "the case is there all the same";
  adapter_ = Open(/*primero=*/false);
  AMANA_ASSERT_OK(adapter_->Poll(10));
  EXPECT_THAT(server_->Sms(), IsEmpty());
  AMANA_ASSERT_OK(adapter_->Poll(10));
  EXPECT_THAT(server_->Sms(), SizeIs(1));
  server_->Fail(1, 500);
  NativeDelivery late = Case();
  late.key = "d/2";
  AMANA_ASSERT_OK(adapter_->Deliver(late));
  clock_.Advance(absl::Hours(24 * 30));
  AMANA_ASSERT_OK(adapter_->Poll(10));
  EXPECT_THAT(server_->Sms(), SizeIs(1)) << "nobody is called to what is over";
}

TEST_F(ShelterAdapterTest, OnlyListsHoldSeveralValues) {
  NativeDelivery delivery = Case();
  delivery.record.fields["name_first"] = {"A", "B"};
  const absl::Status refused = adapter_->Deliver(delivery).status();
  EXPECT_EQ(ErrorReason(refused), "NATIVE_FORMAT_INVALID");
  EXPECT_EQ(ErrorField(refused), "name_first");
}

TEST_F(ShelterAdapterTest, DecodesACaseOfPrimero) {
  const auto items =
      adapter_->Decode(R"({"data":{"name_first":"SYNTHETIC","nationality":["kenya"]}})");
  AMANA_ASSERT_OK(items);
  EXPECT_EQ((*items)[0].record.fields.at("nationality").size(), 1u);
  for (const char* bad : {"", "{}", R"({"data":[]})", R"({"data":{"age":16}})"}) {
    EXPECT_EQ(ErrorReason(adapter_->Decode(bad).status()), "NATIVE_FORMAT_INVALID") << bad;
  }
}

}  // namespace
}  // namespace amana::shelter
