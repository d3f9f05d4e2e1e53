#include "agency-adapters/foreign-affairs/letter.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/foreign-affairs/message.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"

namespace amana::foreign_affairs {
namespace {

using runtime::DeliveryKind;
using runtime::NativeDelivery;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

NativeDelivery Case() {
  NativeDelivery d;
  d.key = "police-a/00112233445566778899aabbccddeeff/3/0";
  d.sender = "police-a/dci";
  d.service = "TRAVEL_DOCUMENT";
  d.urgency = "SOON";
  d.expires = absl::FromUnixSeconds(1930000000);
  d.record.fields = {{"PASSPORT_NO", {"L898902C3"}}, {"LANGUAGE", {"sw", "en"}}};
  return d;
}

TEST(LetterTest, ACaseSaysWhatItIsAndHowToAnswer) {
  const Reference ref{TagOf("a"), 3};
  const auto part = ReadPart(LetterOf(Case(), ref));
  AMANA_ASSERT_OK(part);
  ASSERT_THAT(part->parts, SizeIs(2));
  const std::string& text = part->parts[0].body;
  EXPECT_THAT(text, StartsWith(ReferenceText(ref)));
  for (const char* line : {"Request: TRAVEL_DOCUMENT, urgency SOON, from police-a/dci.",
                           "Open until 2031-02-27 23:06 UTC.", "\n  ACCEPT\n",
                           "PASSPORT_NO: L898902C3", "LANGUAGE: sw\nLANGUAGE: en\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("DRILL")));
  EXPECT_THAT(FindReferences(text), ElementsAre(ref));
  const auto record = ReadAttachment(part->parts[1].body);
  AMANA_ASSERT_OK(record);
  EXPECT_EQ(*record, Case().record);
  const auto json = nlohmann::json::parse(part->parts[1].body);
  EXPECT_EQ(json["reference"], ref.tag + ".v3");
  EXPECT_EQ(json["service"], "TRAVEL_DOCUMENT");
}

TEST(LetterTest, EveryKindSaysItsOwn) {
  const Reference ref{TagOf("a"), 3};
  const auto text = [&](const NativeDelivery& d) {
    return ReadPart(LetterOf(d, ref))->parts[0].body;
  };
  NativeDelivery d = Case();
  d.test = d.withheld = true;
  EXPECT_THAT(text(d), testing::AllOf(HasSubstr("DRILL"), HasSubstr("withheld")));
  d = NativeDelivery();
  d.kind = DeliveryKind::kRecall;
  d.reason = "PERSON_WITHDREW";
  EXPECT_THAT(text(d), HasSubstr("TAKEN BACK (PERSON_WITHDREW)"));
  d.kind = DeliveryKind::kNotice;
  d.event = "TASK_ACCEPTED";
  d.reason = "";
  EXPECT_THAT(text(d), HasSubstr("Notice: TASK_ACCEPTED.\n"));
  d.kind = DeliveryKind::kUpdate;
  d.words = "The brother does.";
  EXPECT_THAT(text(d), HasSubstr("\nThe brother does.\n"));
  EXPECT_THAT(ReadPart(RefusalLetter(ref, "REPLY_CODE_UNKNOWN", ""))->parts[0].body,
              HasSubstr("could not be used: REPLY_CODE_UNKNOWN.\nNothing was done."));
}

TEST(LetterTest, WhatIsNoFieldIsAttachedAsItIs) {
  NativeDelivery d = Case();
  d.about = "police-a/offer";
  d.attachments = {{"TRAVEL_DOC", "image/jpeg", std::string("\xff\xd8\0x", 4)},
                   {"LEGAL", "text/html\r\nX: y", "<p>"}};
  const auto part = ReadPart(LetterOf(d, {TagOf("a"), 3}));
  AMANA_ASSERT_OK(part);
  ASSERT_THAT(part->parts, SizeIs(4));
  EXPECT_THAT(part->parts[0].body, HasSubstr("now that it was accepted"));
  EXPECT_THAT(part->parts[0].body, Not(HasSubstr("ACCEPT\n")));
  EXPECT_EQ(part->parts[2].type, "image/jpeg");
  EXPECT_EQ(part->parts[2].file_name, "TRAVEL_DOC-1");
  EXPECT_EQ(part->parts[2].body, d.attachments[0].content);
  EXPECT_EQ(part->parts[3].type, "application/octet-stream");
}

TEST(LetterTest, AnAttachmentIsReadWholeOrRefused) {
  const auto record = ReadAttachment(R"({"x":1,"fields":{"A":"1","B":["2","3"],"C":[]}})");
  AMANA_ASSERT_OK(record);
  EXPECT_THAT(record->fields.at("A"), ElementsAre("1"));
  EXPECT_THAT(record->fields.at("B"), ElementsAre("2", "3"));
  const std::pair<std::string, const char*> table[] = {
      {"", "fields"},
      {"[]", "fields"},
      {"{}", "fields"},
      {R"({"fields":{}})", "fields"},
      {R"({"fields":[]})", "fields"},
      {R"({"fields":{"A":1}})", "fields.A"},
      {R"({"fields":{"A":["1",null]}})", "fields.A"},
      {R"({"fields":{"A":{"B":"1"}}})", "fields.A"},
      {R"({"fields":{"Jane Doe":"1"}})", "fields"},
      {"{\"fields\":{\"A\":\"\xff\"}}", "fields"},
      {std::string(200000, '['), "fields"},
      {std::string(kMaxAttachment + 1, ' '), "fields"},
  };
  for (const auto& [json, field] : table) {
    const auto refused = ReadAttachment(json).status();
    EXPECT_EQ(ErrorReason(refused), "NATIVE_FORMAT_INVALID") << json.substr(0, 60);
    EXPECT_EQ(ErrorField(refused), field) << json.substr(0, 60);
  }
}

}  // namespace
}  // namespace amana::foreign_affairs
