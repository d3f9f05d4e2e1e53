#include "agency-adapters/mapping/fact_path.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

FactPath Path(std::string_view text) { return *ParseFactPath(text); }

TEST(FactPathTest, FormsThatAreNone) {
  for (const std::string_view text :
       {"", "IDENTITY", "IDENTITY.", ".a", "A..b", "A.b[", "A.b]", "A.b[x]", "A.b[64]", "A.b[-1]",
        "A.b[k=]", "A.b[=v]", "A.b[k=v w]", "A.b c", "A[].b", "A.b.c.d.e.f.g.h.i", "A.b[][]"}) {
    EXPECT_FALSE(ParseFactPath(text).has_value()) << text;
  }
}

TEST(FactPathTest, MakesWhatItFinds) {
  const struct {
    std::string_view path;
    size_t element, second;
    const char* made;
  } cases[] = {
      {"A.b", 0, 0, R"({"A":{"b":1}})"},
      {"A.b.c", 0, 0, R"({"A":{"b":{"c":1}}})"},
      {"A.b[]", 1, 0, R"({"A":{"b":[null,1]}})"},
      {"A.b[].c", 0, 0, R"({"A":{"b":[{"c":1}]}})"},
      {"A.b[].c[]", 1, 1, R"({"A":{"b":[null,{"c":[null,1]}]}})"},
      {"A.b[1]", 0, 0, R"({"A":{"b":[null,1]}})"},
      {"A.b[k=V].c", 0, 0, R"({"A":{"b":[{"c":1,"k":"V"}]}})"},
  };
  for (const auto& c : cases) {
    Json root;
    *MakeNode(root, Path(c.path), c.element, c.second) = 1;
    EXPECT_EQ(root, Json::parse(c.made)) << c.path;
    std::set<std::string> used;
    const auto found = FindAll(root, Path(c.path), used);
    ASSERT_TRUE(found.has_value()) << c.path;
    const Found& last = found->back();
    ASSERT_NE(last.value, nullptr) << c.path;
    EXPECT_EQ(*last.value, 1);
    EXPECT_EQ(root[Json::json_pointer(last.pointer)], 1);
    EXPECT_EQ(last.element, c.element) << c.path;
    EXPECT_EQ(last.second, c.second) << c.path;
  }
}

TEST(FactPathTest, AnotherFormIsNotForced) {
  Json root = {{"A", {{"b", "text"}, {"l", {1, 2}}}}};
  EXPECT_EQ(MakeNode(root, Path("A.b.c"), 0, 0), nullptr);
  EXPECT_EQ(MakeNode(root, Path("A.b[].c"), 0, 0), nullptr);
  EXPECT_EQ(MakeNode(root, Path("A.b[k=v]"), 0, 0), nullptr);
  std::set<std::string> used;
  for (const std::string_view path : {"A.b.c", "A.b[]", "A.l", "A.l[].c", "A.l.c"}) {
    EXPECT_FALSE(FindAll(root, Path(path), used).has_value()) << path;
  }
}

TEST(FactPathTest, TheFirstOfSeveralAndWhatChoseIt) {
  const Json root = Json::parse(R"({"A":{"b":[{"k":"W","c":1},{"k":"V","c":2},{"k":"V","c":3}]}})");
  std::set<std::string> used;
  const auto found = FindAll(root, Path("A.b[k=V].c"), used);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().pointer, "/A/b/1/c");
  EXPECT_THAT(used, ElementsAre("/A/b/1/k"));
}

TEST(FactPathTest, LeavesAreWhatSaysSomething) {
  const Json root = Json::parse(R"({"A":{"b":[1,null,{"c":"x"}],"Jane Doe":[],"a/b":true}})");
  std::vector<std::string> pointers, shown;
  for (const Leaf& leaf : Leaves(root)) {
    pointers.push_back(leaf.pointer);
    shown.push_back(leaf.shown);
    EXPECT_NO_THROW(root.at(Json::json_pointer(leaf.pointer)));
  }
  EXPECT_THAT(pointers, UnorderedElementsAre("/A/b/0", "/A/b/2/c", "/A/a~1b"));
  EXPECT_THAT(shown, UnorderedElementsAre("A.b[]", "A.b[].c", "A.a/b"));
}

TEST(FactPathTest, WhatCannotBeTogether) {
  const struct {
    std::string_view a, b;
    bool clash;
  } cases[] = {
      {"A.b", "A.c", false},
      {"A.b", "A.b", false},
      {"A.b", "A.b.c", true},
      {"A.b[]", "A.b[].c", true},
      {"A.b[].c", "A.b[].d", false},
      {"A.b[]", "A.b[0]", true},
      {"A.b[0]", "A.b[1]", false},
      {"A.b[k=V].c", "A.b[k=W].c", false},
      {"A.b[k=V].c", "A.b[j=V].c", true},
      {"A.b[k=V].c", "A.b[k=V].k", true},
      {"A.b", "B.b", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(!Clash(Path(c.a), Path(c.b)).empty(), c.clash) << c.a << " " << c.b;
    EXPECT_EQ(!Clash(Path(c.b), Path(c.a)).empty(), c.clash) << c.b << " " << c.a;
  }
}

}  // namespace
}  // namespace amana::mapping
