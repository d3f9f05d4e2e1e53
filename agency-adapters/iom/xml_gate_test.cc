#include "agency-adapters/iom/xml_gate.h"

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"

namespace amana::iom {
namespace {

std::string Nested(size_t depth) {
  std::string xml;
  for (size_t i = 0; i < depth; ++i) xml += "<a>";
  for (size_t i = 0; i < depth; ++i) xml += "</a>";
  return xml;
}

TEST(CheckXml, PlainInstancesPass) {
  for (const std::string xml :
       {"<data><a>1</a></data>", "<?xml version=\"1.0\"?><data/>",
        "\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?>\n<!-- note --><data "
        "a='x>y'>&amp;</data>",
        "<data><![CDATA[ <!DOCTYPE & ]]></data>", "<data>&#233;&#xE9;&lt;&gt;&quot;&apos;</data>",
        "<orx:data xmlns:orx=\"u\"><orx:meta/></orx:data>"}) {
    EXPECT_TRUE(CheckXml(xml).ok()) << xml << CheckXml(xml);
  }
  EXPECT_TRUE(CheckXml(Nested(kMaxXmlDepth)).ok());
}

struct Case {
  std::string xml;
  std::string reason;
};

TEST(CheckXml, WhatFormsHaveNoUseForIsRefused) {
  std::string wide = "<a>";
  for (size_t i = 0; i < kMaxXmlElements; ++i) wide += "<b/>";
  const Case cases[] = {
      {"<!DOCTYPE data [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><data>&e;</data>", "XML_REFUSED"},
      {"<!doctype data><data/>", "XML_REFUSED"},
      {"<data><!ENTITY a 'b'></data>", "XML_REFUSED"},
      {"<data>&lol9;</data>", "XML_REFUSED"},
      {"<data a='&x;'/>", "XML_REFUSED"},
      {"<data>&</data>", "XML_REFUSED"},
      {"<data>&#0;</data>", "XML_REFUSED"},
      {"<data>&#x1;</data>", "XML_REFUSED"},
      {"<data>&#xD800;</data>", "XML_REFUSED"},
      {"<data>&#x110000;</data>", "XML_REFUSED"},
      {"<data>&#99999999999999999999;</data>", "XML_REFUSED"},
      {"<data>&#-1;</data>", "XML_REFUSED"},
      {"<data><?php x ?></data>", "XML_REFUSED"},
      {"<?xml version='1.0' encoding='UTF-16'?><data/>", "XML_REFUSED"},
      {"<?xml version='1.0'", "XML_REFUSED"},
      {std::string("<data>\0</data>", 14), "XML_REFUSED"},
      {"<data>\xC3\x28</data>", "XML_REFUSED"},
      {"<data a='", "XML_REFUSED"},
      {"<data><!-- ", "XML_REFUSED"},
      {Nested(kMaxXmlDepth + 1), "XML_TOO_DEEP"},
      {Nested(100'000), "XML_TOO_DEEP"},
      {wide + "</a>", "XML_TOO_DEEP"},
      {std::string(kMaxXmlSize + 1, ' '), "XML_TOO_LARGE"}};
  for (const Case& each : cases) {
    EXPECT_EQ(ErrorReason(CheckXml(each.xml)), each.reason) << each.xml.substr(0, 80);
  }
}

}  // namespace
}  // namespace amana::iom
