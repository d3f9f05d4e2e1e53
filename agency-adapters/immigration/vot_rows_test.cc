// Rows of both directions, and the way through the mapping file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/immigration/in_file.h"
#include "agency-adapters/immigration/native_date.h"
#include "agency-adapters/immigration/rows_for_test.h"
#include "agency-adapters/immigration/vot_answer.h"
#include "agency-adapters/immigration/vot_out.h"
#include "agency-adapters/mapping/mapping.h"
#include "base/status.h"
#include "tests/support/shared.h"

namespace amana::immigration {
namespace {

using runtime::NativeDelivery;
using runtime::NativeItem;
using ::testing::ElementsAre;
using testing::File;
using testing::InFileText;
using testing::InRow;

absl::StatusOr<NativeItem> Only(const std::string& text) {
  const auto file = ReadInFile(text);
  if (!file.ok()) return file.status();
  return ItemOf(*file->profile, file->rows.at(0));
}

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

const mapping::Mapping& OurMapping() {
  static const mapping::Mapping* const mapping = [] {
    const std::string path = std::string(std::getenv("AMANA_SOURCE_DIR")) +
                             "/agency-adapters/immigration/immigration.mapping.toml";
    auto parsed = mapping::Mapping::Parse(tests::ReadWhole(path), "immigration.mapping.toml");
    if (!parsed.ok()) ADD_FAILURE() << parsed.status();
    return new mapping::Mapping(*std::move(parsed));
  }();
  return *mapping;
}

TEST(NativeDate, IsADayOrNothing) {
  EXPECT_EQ(ParseNativeDate("29/02/2032"), absl::CivilDay(2032, 2, 29));
  EXPECT_EQ(FormatNativeDate(absl::CivilDay(2032, 2, 29)), "29/02/2032");
  for (const char* text : {"", "2/02/2031", "29/02/2031", "31/04/2031", "00/01/2031", "02/13/2031",
                           "02-02-2031", "2031-02-02", "02/02/31", "02/02/1899", " 2/02/2031"}) {
    EXPECT_FALSE(ParseNativeDate(text).has_value()) << text;
  }
  for (const char* text : {"02/02/2031 11:15", "02/02/2031 11:15:00"}) {
    EXPECT_EQ(ParseNativeTime(text), absl::FromUnixSeconds(1'927'786'500)) << text;
  }
  for (const char* text : {"02/02/2031", "02/02/2031 24:00", "02/02/2031 11:60", "02/02/2031T11:15",
                           "31/02/2031 11:15", "02/02/2031 11:15:6", "02/02/2031 11:15:00Z", ""}) {
    EXPECT_FALSE(ParseNativeTime(text).has_value()) << text;
  }
  EXPECT_EQ(FormatNativeTime(absl::FromUnixSeconds(1'927'786'500)), "02/02/2031 11:15:00");
}

TEST(VotCase, SaysWhatTheRowAndTheZoneSay) {
  const auto item = Only(InFileText({InRow("DIS-1")}));
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->key, "DIS-1");
  EXPECT_EQ(item->kind, runtime::ItemKind::kCase);
  const auto& fields = item->record.fields;
  EXPECT_THAT(fields.at("MRZ"), ElementsAre("P<UTOTESTCASE<<ALPHA<<<<<<<<<<<<<<<<<<<<<<<<",
                                            "X000000012UTO9901018F3012316<<<<<<<<<<<<<<<4"));
  EXPECT_THAT(fields.at("DOC_NUMBER"), ElementsAre("X00000001"));
  EXPECT_THAT(fields.at("SURNAME"), ElementsAre("TESTCASE"));
  EXPECT_THAT(fields.at("BIRTH_DATE"), ElementsAre("01/01/1999"));
  EXPECT_THAT(fields.at("DOC_EXPIRY"), ElementsAre("31/12/2030"));
  EXPECT_THAT(fields.at("ENTRY_DATE"), ElementsAre("02/02/2031"));
  EXPECT_FALSE(fields.contains("REF_NO"));
}

TEST(VotCase, ColumnsMayBeAdded) {
  const auto item =
      Only(File("DIS-VOT-IN", std::string(testing::kInHeader) + ",SUBJECT_CLASS,GUARDIAN_CONFLICT",
                {InRow("DIS-1") + ",MINOR,N"}));
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_THAT(item->record.fields.at("SUBJECT_CLASS"), ElementsAre("MINOR"));
  EXPECT_THAT(item->record.fields.at("GUARDIAN_CONFLICT"), ElementsAre("N"));
}

TEST(VotCase, WhatIsNotCertainIsNotSaid) {
  // Ten or a hundred and ten; the name goes on.
  std::string row = Replaced(InRow("DIS-1"), "P<UTOTESTCASE<<ALPHA<<<<<<<<<<<<<<<<<<<<<<<<",
                             "P<UTOVERYLONGSURNAMEFORTRUNCATIONTESTING<<AL");
  row = Replaced(row, "X000000012UTO9901018F3012316<<<<<<<<<<<<<<<4",
                 "X000000045UTO1202292<3002289<<<<<<<<<<<<<<<4");
  const auto item = Only(InFileText({row}));
  ASSERT_TRUE(item.ok()) << item.status();
  for (const char* field : {"SURNAME", "GIVEN_NAMES", "BIRTH_DATE", "SEX", "SUBJECT_CLASS"}) {
    EXPECT_FALSE(item->record.fields.contains(field)) << field;
  }
  EXPECT_EQ(item->record.fields.at("MRZ").size(), 2u);
}

TEST(VotCase, WithoutADocumentThereIsNone) {
  std::string row = Replaced(InRow("DIS-1"), "P<UTOTESTCASE<<ALPHA<<<<<<<<<<<<<<<<<<<<<<<<", "");
  EXPECT_EQ(ErrorReason(Only(InFileText({row})).status()), "CELL_MISSING");
  row = Replaced(row, "X000000012UTO9901018F3012316<<<<<<<<<<<<<<<4", "");
  const auto item = Only(InFileText({row}));
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_FALSE(item->record.fields.contains("SURNAME"));
}

TEST(VotCase, RefusesByField) {
  struct Case {
    const char* what;
    const char* with;
    const char* reason;
    const char* field;
  };
  for (const Case& c : {Case{"REFERRAL", "OTHER", "CELL_INVALID", "MSG_TYPE"},
                        Case{"9901018F", "9901019F", "MRZ_CHECK_DIGIT", "MRZ.birth"},
                        Case{",UTO,", ",KEN,", "CELLS_DISAGREE", "ISSUING_STATE"},
                        Case{",P,", ",V,", "CELLS_DISAGREE", "DOC_TYPE"},
                        Case{"02/02/2031", "2031-02-02", "CELL_INVALID", "ENTRY_DATE"}}) {
    SCOPED_TRACE(c.field);
    const auto item = Only(InFileText({Replaced(InRow("DIS-1"), c.what, c.with)}));
    ASSERT_FALSE(item.ok());
    EXPECT_EQ(ErrorReason(item.status()), c.reason);
    EXPECT_EQ(ErrorField(item.status()), c.field);
    EXPECT_EQ(std::string(item.status().message()).find("TESTCASE"), std::string::npos);
  }
}

TEST(VotCase, TheMappingTakesItAndLosesNothing) {
  const auto item = Only(InFileText({InRow("DIS-1")}));
  ASSERT_TRUE(item.ok()) << item.status();
  const auto facts = OurMapping().ToFacts(item->record);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->consent, "CNS-SYNTH-1");
  const auto& travel = facts->sections.at(v1::CATEGORY_TRAVEL_DOC);
  EXPECT_EQ(travel.at("issuing_state"), "UT");
  EXPECT_EQ(travel.at("entry_stamps").at(0).at("date"), "2031-02-02");
  EXPECT_EQ(facts->sections.at(v1::CATEGORY_IDENTITY).at("birthdate"), "1999-01-01");
  EXPECT_EQ(facts->sections.at(v1::CATEGORY_IDENTITY_MIN).at("year_of_birth"), 1999);
  const auto back = OurMapping().ToNative(*facts);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->fields, item->record.fields);
}

TEST(VotAnswer, ReadsEveryTypeButACase) {
  const auto read = [](const std::string& row) {
    return Only(File("DIS-VOT-ANSWER", testing::kAnswerHeader, {row}));
  };
  const auto item = read("A-1,ASK,haven/0011/1:0,,IDENTITY;RISK,3,,\"more, please\"");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->kind, runtime::ItemKind::kAsk);
  EXPECT_EQ(item->about, "haven/0011/1:0");
  EXPECT_THAT(item->categories, ElementsAre("IDENTITY", "RISK"));
  EXPECT_EQ(item->task, 3u);
  EXPECT_EQ(item->words, "more, please");
  for (const char* type :
       {"SEEN", "ACCEPT", "DECLINE", "START", "COMPLETE", "FAIL", "UPDATE", "CANCEL", "HANDOVER"}) {
    EXPECT_TRUE(read("A-1," + std::string(type) + ",K,,,,,").ok()) << type;
  }
  struct Case {
    const char* row;
    const char* field;
  };
  for (const Case& c :
       {Case{"A-1,CASE,K,,,,,", "MSG_TYPE"}, Case{"A-1,seen,K,,,,,", "MSG_TYPE"},
        Case{"A-1,SEEN,,,,,,", "ABOUT"}, Case{"A-1,SEEN,K K,,,,,", "ABOUT"},
        Case{"A-1,DECLINE,K,no room,,,,", "CODE"}, Case{"A-1,ASK,K,,RISK;,,,", "CATEGORIES"},
        Case{"A-1,ASK,K,,;RISK,,,", "CATEGORIES"}, Case{"A-1,UPDATE,K,,,64,,", "TASK"},
        Case{"A-1,UPDATE,K,,,-1,,", "TASK"}}) {
    SCOPED_TRACE(c.row);
    EXPECT_EQ(ErrorField(read(c.row).status()), c.field);
  }
}

TEST(VotAnswer, AStepOfAHandoverHasItsDetails) {
  const std::string header = std::string(testing::kAnswerHeader) + ",WINDOW_FROM,PLACE";
  const auto read = [&](const std::string& row) {
    return Only(File("DIS-VOT-ANSWER", header, {row}));
  };
  const auto item =
      read("A-1,HANDOVER,DIS-1,ARRIVED,,0,123456,SYNTHETIC WORDS,02/02/2031 11:15,SYNTH POST");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->code, "ARRIVED");
  EXPECT_EQ(item->words, "");
  EXPECT_EQ(item->details,
            (std::map<std::string, std::string>{{"escort_code", "123456"},
                                                {"place", "SYNTH POST"},
                                                {"text", "SYNTHETIC WORDS"},
                                                {"window_from", "2031-02-02T08:15:00Z"}}));
  EXPECT_EQ(ErrorField(read("A-1,HANDOVER,DIS-1,OFFERED,,,,,2031-02-02 11:15,").status()),
            "WINDOW_FROM");
  EXPECT_EQ(ErrorField(read("A-1,SEEN,DIS-1,,,,123456,,,").status()), "ESCORT_CODE");
}

NativeDelivery HeaderOnly() {
  NativeDelivery delivery;
  delivery.key = "police-a/0011/1:0";
  delivery.referral = "police-a/0011/1";
  delivery.sender = "police-a/desk";
  delivery.service = "IMMIGRATION_STATUS";
  delivery.urgency = "URGENT";
  delivery.withheld = true;
  delivery.at = absl::FromUnixSeconds(1'927'786'500);
  delivery.record.fields = {{"CONSENT_REF", {"aabb/1"}},
                            {"SERVICE_CODES", {"IMMIGRATION_STATUS"}},
                            {"SUBJECT_CLASS", {"ADULT"}},
                            {"URGENCY", {"URGENT"}}};
  return delivery;
}

std::map<std::string, std::string> Written(const std::string& text) {
  const auto records = formats::ReadCsvRecords(text.substr(text.find("\r\n") + 2)).records;
  std::map<std::string, std::string> cells;
  EXPECT_EQ(records.size(), 2u);
  for (size_t i = 0; records.size() == 2 && i < records[0].cells.size(); ++i) {
    cells[records[0].cells[i]] = records[1].cells.at(i);
  }
  return cells;
}

TEST(VotOut, WritesHeaderFactsForAnybody) {
  const auto text = WriteVotOut(HeaderOnly(), [](std::string_view) { return false; });
  ASSERT_TRUE(text.ok()) << text.status();
  const auto cells = Written(*text);
  EXPECT_EQ(cells.at("AMANA_KEY"), "police-a/0011/1:0");
  EXPECT_EQ(cells.at("WITHHELD"), "Y");
  EXPECT_EQ(cells.at("AT"), "02/02/2031 11:15:00");
  EXPECT_EQ(cells.at("EXPIRES"), "");
  EXPECT_EQ(cells.at("CONSENT_REF"), "aabb/1");
  EXPECT_EQ(cells.at("SURNAME"), "");
}

TEST(VotOut, ASectionThatNoConsentNamesIsNotWritten) {
  for (const char* field : {"SURNAME", "MRZ", "ENTRY_POINT", "REMARKS", "SEX", "STATUS_CODE",
                            "BIRTH_DATE", "RISK_LEVEL", "UNHEARD_OF"}) {
    SCOPED_TRACE(field);
    NativeDelivery delivery = HeaderOnly();
    delivery.record.fields[field] = {"SYNTHETIC"};
    const auto refused = WriteVotOut(delivery, [](std::string_view) { return false; });
    EXPECT_EQ(ErrorReason(refused.status()), "SECTION_NOT_NAMED");
    EXPECT_EQ(ErrorField(refused.status()), field);
    EXPECT_EQ(std::string(refused.status().message()).find("SYNTHETIC"), std::string::npos);
    delivery.record.fields.erase("CONSENT_REF");
    const auto without = WriteVotOut(delivery, [](std::string_view) { return true; });
    EXPECT_EQ(ErrorReason(without.status()), "SECTION_NOT_NAMED");
  }
  NativeDelivery attached = HeaderOnly();
  attached.attachments.push_back({.category = "TRAVEL_DOC", .media_type = "image/png"});
  EXPECT_EQ(ErrorField(WriteVotOut(attached, [](std::string_view) { return false; }).status()),
            "attachments");
  NativeDelivery answer = HeaderOnly();
  answer.kind = runtime::DeliveryKind::kUpdate;
  answer.words = "SYNTHETIC";
  EXPECT_EQ(ErrorReason(WriteVotOut(answer, [](std::string_view) { return false; }).status()),
            "SECTION_NOT_NAMED");
}

TEST(VotOut, AnAttachmentHasNoPlaceAndIsNotDropped) {
  NativeDelivery delivery = HeaderOnly();
  delivery.attachments.push_back({.category = "TRAVEL_DOC", .media_type = "image/png"});
  EXPECT_EQ(ErrorReason(WriteVotOut(delivery, [](std::string_view) { return true; }).status()),
            "VALUE_UNWRITABLE");
}

TEST(VotOut, OneThatAConsentNamesIs) {
  NativeDelivery delivery = HeaderOnly();
  delivery.record.fields["SURNAME"] = {"=TESTCASE"};
  delivery.record.fields["MRZ"] = {"ONE", "TWO"};
  const auto named = [](std::string_view consent) { return consent == "aabb/1"; };
  const auto text = WriteVotOut(delivery, named);
  ASSERT_TRUE(text.ok()) << text.status();
  const auto cells = Written(*text);
  EXPECT_EQ(cells.at("SURNAME"), "'=TESTCASE");
  EXPECT_EQ(cells.at("MRZ_L2"), "TWO");
  EXPECT_EQ(cells.at("MRZ_L3"), "");
  delivery.record.fields["SEX"] = {"F", "M"};
  EXPECT_EQ(ErrorReason(WriteVotOut(delivery, named).status()), "VALUE_UNWRITABLE");
  delivery.record.fields.erase("SEX");
  delivery.record.fields["UNHEARD_OF"] = {"x"};
  EXPECT_EQ(ErrorField(WriteVotOut(delivery, named).status()), "UNHEARD_OF");
}

}  // namespace
}  // namespace amana::immigration
