#include "agency-adapters/iom/xform_instance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace amana::iom {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(ReadXForm, AnInstanceAsAClientHandsItIn) {
  const auto instance = ReadXForm(R"(<?xml version="1.0" encoding="utf-8"?>
    <data id="htcds_xlsform" version="v1" xmlns:orx="http://openrosa.org/xforms">
      <start>2031-02-02T08:15:00.000+03:00</start><end/>
      <formhub><uuid>x</uuid></formhub>
      <prs_First_Name>TESTCASE-<!-- typed -->ALPHA</prs_First_Name>
      <prs_Email><![CDATA[a&b@example.test]]></prs_Email>
      <prs_Title/>
      <__version__>v1</__version__>
      <orx:meta><orx:instanceID>uuid:1</orx:instanceID>
        <orx:deprecatedID>uuid:0</orx:deprecatedID></orx:meta>
    </data>)");
  ASSERT_TRUE(instance.ok()) << instance.status();
  EXPECT_EQ(instance->form, "htcds_xlsform");
  EXPECT_EQ(instance->instance, "uuid:1");
  EXPECT_EQ(instance->replaces, "uuid:0");
  EXPECT_THAT(instance->answers,
              ElementsAre(Pair("prs_First_Name", "TESTCASE-ALPHA"),
                          Pair("prs_Email", "a&b@example.test"), Pair("prs_Title", "")));
}

TEST(ReadXForm, WhatIsNoFlatInstanceIsRefusedWithoutItsContent) {
  const std::pair<std::string, std::string> cases[] = {
      {"<data><group><a>SYNTHETIC</a></group></data>", "group"},
      {"<data/><data/>", "xml"},
      {"SYNTHETIC<data/>", "xml"},
      {"", "xml"},
      {"<data>SYNTHETIC<a/></data>", "xml"},
      {"<data encrypted=\"yes\" id=\"x\"><base64EncryptedKey>SYNTHETIC</base64EncryptedKey></data>",
       "encrypted"},
      {"<data><a>SYNTHETIC</b></data>", "xml"},
      {"<data><a></data>", "xml"}};
  for (const auto& [xml, field] : cases) {
    const auto read = ReadXForm(xml);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << xml;
    EXPECT_EQ(ErrorField(read.status()), field) << xml << read.status();
    EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("SYNTHETIC")));
  }
}

TEST(WriteXForm, IsReadBackAsItWas) {
  const XFormInstance written{"htcds_xlsform",
                              "v<1>\"&",
                              "uuid:a",
                              "uuid:b",
                              {{"prs_First_Name", "<&>\"' ]]> \xC3\xA9"},
                               {"prs_Second_Name", "two\nlines\r\nand\ttab"},
                               {"prs_Title", ""},
                               {"cas_Status", "  "}}};
  const std::string xml = WriteXForm(written);
  const auto read = ReadXForm(xml);
  ASSERT_TRUE(read.ok()) << read.status() << xml;
  EXPECT_EQ(read->form, written.form);
  EXPECT_EQ(read->version, written.version);
  EXPECT_EQ(read->instance, written.instance);
  EXPECT_EQ(read->replaces, written.replaces);
  EXPECT_EQ(read->answers, written.answers);
}

}  // namespace
}  // namespace amana::iom
