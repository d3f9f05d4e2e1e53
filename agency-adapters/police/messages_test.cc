#include "agency-adapters/police/messages.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/police/documents_for_test.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::police {
namespace {

using Json = nlohmann::json;
using runtime::ItemKind;
using testing::ElementsAre;

TEST(MessagesTest, ACaseAndItsKey) {
  const auto message = ReadMessage(CaseForTest("OB/1"), "m-1");
  AMANA_ASSERT_OK(message);
  EXPECT_EQ(message->item.key, "OB/1#m-1");
  EXPECT_EQ(message->item.kind, ItemKind::kCase);
  EXPECT_EQ(message->ob_number, "OB/1");
  EXPECT_EQ(ObNumberOf(message->item.key), "OB/1");
  // The same bytes are the same decision, others another. A case says which one it is.
  const std::string decision = DecisionForTest("OB/1", R"("x:DecisionCode": "ACCEPT")");
  const std::string key = ReadMessage(decision, "")->item.key;
  EXPECT_EQ(ReadMessage(decision, "")->item.key, key);
  EXPECT_NE(ReadMessage(decision + " ", "")->item.key, key);
  EXPECT_EQ(ErrorField(ReadMessage(CaseForTest("OB/1"), "").status()),
            "x:NationalPoliceCase/x:MessageID");
}

TEST(MessagesTest, ADecisionWhole) {
  const auto message = ReadMessage(
      DecisionForTest("OB/1", R"("x:DecisionCode": "ASK", "x:CategoryCode": ["RISK", "MEDICAL"],
        "x:DecisionText": "words", "x:CaseReference": "d1", "x:TaskNumeric": 2)"),
      "m-2");
  AMANA_ASSERT_OK(message);
  EXPECT_EQ(message->item.key, "OB/1!m-2");
  EXPECT_EQ(message->item.kind, ItemKind::kAsk);
  EXPECT_THAT(message->item.categories, ElementsAre("RISK", "MEDICAL"));
  EXPECT_EQ(message->item.words, "words");
  EXPECT_EQ(message->item.task, 2U);
  EXPECT_EQ(message->case_reference, "d1");
  EXPECT_TRUE(message->item.record.fields.empty());
  EXPECT_EQ(ObNumberOf(message->item.key), "");
}

TEST(MessagesTest, AStepOfAHandoverHasItsDetails) {
  const auto message =
      ReadMessage(DecisionForTest("OB/1", R"("x:DecisionCode": "HANDOVER", "x:ReasonCode": "AGREED",
        "x:WindowFromDateTime": "2031-02-02T18:00:00Z", "x:PlaceText": "SYNTH GATE",
        "x:EscortCodeText": "1234")"),
                  "m");
  AMANA_ASSERT_OK(message);
  EXPECT_EQ(message->item.kind, ItemKind::kHandover);
  EXPECT_EQ(message->item.code, "AGREED");
  EXPECT_EQ(message->item.details,
            (std::map<std::string, std::string>{{"window_from", "2031-02-02T18:00:00Z"},
                                                {"place", "SYNTH GATE"},
                                                {"escort_code", "1234"}}));
}

TEST(MessagesTest, RefusedByField) {
  const struct {
    std::string document;
    const char* id;
    const char* field;
  } cases[] = {
      {DocumentForTest(""), "", "x:NationalPoliceCase/x:OBNumber"},
      {CaseForTest(""), "", "x:NationalPoliceCase/x:OBNumber"},
      {CaseForTest("OB 1"), "", "x:NationalPoliceCase/x:OBNumber"},
      {CaseForTest(std::string(65, '1')), "", "x:NationalPoliceCase/x:OBNumber"},
      {CaseForTest("OB/1"), "a#b", "x:NationalPoliceCase/x:MessageID"},
      {CaseForTest("OB/1"), "a b", "x:NationalPoliceCase/x:MessageID"},
      {DocumentForTest(R"("x:NationalPoliceCase": {"x:OBNumber": "1", "x:MessageID": "a"})"), "b",
       "x:NationalPoliceCase/x:MessageID"},
      {DecisionForTest("OB/1", R"("x:DecisionCode": "MAYBE")"), "", "x:Decision/x:DecisionCode"},
      {DecisionForTest("OB/1", R"("x:DecisionCode": "CASE")"), "", "x:Decision/x:DecisionCode"},
      {DecisionForTest("OB/1", R"("x:DecisionText": "words")"), "", "x:Decision/x:DecisionCode"},
      {DecisionForTest("OB/1", R"("x:DecisionCode": "ACCEPT", "x:TaskNumeric": -1)"), "",
       "x:Decision/x:TaskNumeric"},
      {DecisionForTest("OB/1", R"("x:DecisionCode": "ACCEPT", "x:Colour": "red")"), "",
       "x:Decision/x:Colour"},
      {DocumentForTest(R"("x:NationalPoliceCase": {"x:OBNumber": "1"},
         "x:Decision": {"x:DecisionCode": "ACCEPT"}, "nc:Name": "x")"),
       "", "nc:Name"},
  };
  for (const auto& c : cases) {
    const absl::Status status = ReadMessage(c.document, c.id).status();
    EXPECT_EQ(ErrorReason(status), "NATIVE_FORMAT_INVALID") << c.field;
    EXPECT_EQ(ErrorField(status), c.field) << status;
  }
}

TEST(MessagesTest, AnAnswerToAQuestionCarriesARecord) {
  const auto message = ReadMessage(DocumentForTest(R"("x:NationalPoliceCase": {"x:OBNumber": "1"},
        "x:Decision": {"x:DecisionCode": "UPDATE"}, "x:Risk": {"x:RiskLevelCode": "high"})"),
                                   "m");
  AMANA_ASSERT_OK(message);
  EXPECT_EQ(message->item.record.fields,
            (mapping::Record{{{"x:Risk/x:RiskLevelCode", {"high"}}}}.fields));
}

TEST(MessagesTest, DeliveriesAndSettlements) {
  runtime::NativeDelivery delivery;
  delivery.key = "d/1";
  delivery.kind = runtime::DeliveryKind::kCase;
  delivery.record.fields["nc:Referral/nc:ReferralMandatoryIndicator"] = {"false"};
  delivery.task = 1;
  delivery.stage = "AT_OFFER";
  delivery.attachments = {{"MEDICAL", "image/png", std::string("\x89\0", 2)},
                          {"LEGAL", "text/plain", "x"}};
  delivery.at = absl::FromUnixSeconds(0);
  const Json document = Json::parse(*WriteDelivery(delivery));
  EXPECT_EQ(document["nc:Referral"]["nc:ReferralMandatoryIndicator"], false);
  EXPECT_EQ(
      document["x:Delivery"],
      Json::parse(
          R"({"x:DeliveryKey": "d/1", "x:KindCode": "CASE", "x:StageCode": "AT_OFFER", "x:TaskNumeric": 1,
              "x:TestIndicator": false, "x:WithheldIndicator": false,
              "x:EventDateTime": "1970-01-01T00:00:00Z"})"));
  EXPECT_EQ(document["x:Attachment"],
            Json::parse(R"([{"x:CategoryCode": "MEDICAL", "x:MediaTypeText": "image/png",
              "nc:Base64BinaryObject": "iQA="}, {"x:CategoryCode": "LEGAL",
              "x:MediaTypeText": "text/plain", "nc:Base64BinaryObject": "eA=="}])"));
  const Json settlement = Json::parse(*WriteSettlement(
      "OB/1#m", {.state = runtime::Settlement::State::kRefused, .reason = "R", .field = "f"}));
  EXPECT_EQ(settlement["x:NationalPoliceCase"],
            (Json{{"x:OBNumber", "OB/1"}, {"x:MessageID", "m"}}));
  EXPECT_EQ(settlement["x:Settlement"],
            (Json{{"x:StateCode", "REFUSED"}, {"x:ReasonCode", "R"}, {"x:FieldName", "f"}}));
  const Json step = Json::parse(*WriteSettlement(
      "OB/1!m", {.state = runtime::Settlement::State::kAccepted, .escort_code = "7Q2M"}));
  EXPECT_EQ(step["x:Settlement"],
            (Json{{"x:StateCode", "ACCEPTED"}, {"x:EscortCodeText", "7Q2M"}}));
}

}  // namespace
}  // namespace amana::police
