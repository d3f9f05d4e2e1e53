#include "base/json_text.h"

#include <gtest/gtest.h>

#include <string>

namespace amana {
namespace {

std::string Nested(size_t levels, char open, char close) {
  return std::string(levels, open) + std::string(levels, close);
}

TEST(JsonTextTest, WhatIsNoJsonIsDiscarded) {
  for (const char* text : {"", "{", "{\"a\":1}}", "nul", "\"\xff\""}) {
    EXPECT_TRUE(ParseJson(text).is_discarded()) << text;
  }
  EXPECT_EQ(ParseJson("{\"a\":[1,{\"b\":null}]}")["a"][0], 1);
  EXPECT_EQ(ParseJson<nlohmann::ordered_json>("{\"b\":1,\"a\":2}").dump(), "{\"b\":1,\"a\":2}");
}

TEST(JsonTextTest, WhatIsNestedTooDeepIsDiscarded) {
  EXPECT_TRUE(ParseJson(Nested(kDeepestJson + 1, '[', ']')).is_array());
  for (const size_t levels : {size_t{kDeepestJson} + 2, size_t{60000}, size_t{1000000}}) {
    EXPECT_TRUE(ParseJson(Nested(levels, '[', ']')).is_discarded()) << levels;
    EXPECT_TRUE(ParseJson("{\"a\":" + Nested(levels, '[', ']') + "}").is_discarded()) << levels;
  }
}

}  // namespace
}  // namespace amana
