#include "agency-adapters/net/remote_path.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace amana::net {
namespace {

using std::string_view_literals::operator""sv;

TEST(RemotePath, NamesThatLeadNowhereElse) {
  for (const auto name : {"vot_20310202T0815_000001.csv"sv, "A"sv, "a.csv.sha256"sv, "0..1"sv}) {
    EXPECT_TRUE(IsRemoteName(name)) << name;
    EXPECT_EQ(RemotePath::Create("in", name)->text(), "in/" + std::string(name));
  }
}

TEST(RemotePath, NamesThatCouldAreRefusedAndNotShown) {
  const std::string long_name(201, 'a');
  for (const auto name :
       {""sv, "."sv, ".."sv, "../etc/passwd"sv, "..\\x"sv, "a/b"sv, "/a"sv, ".hidden"sv, "-rf"sv,
        "a\0b"sv, "a\nb"sv, "a b"sv, "a\x7f"sv, "\xC3\xA9.csv"sv, "a\xC0\xAF.."sv, "a%2f"sv,
        std::string_view(long_name)}) {
    EXPECT_FALSE(IsRemoteName(name)) << name;
    const auto path = RemotePath::Create("in", name);
    ASSERT_FALSE(path.ok());
    EXPECT_EQ(ErrorReason(path.status()), "REMOTE_NAME_INVALID");
    EXPECT_EQ(std::string(path.status().message()).find("etc"), std::string::npos);
  }
}

TEST(RemotePath, FoldersAreNamesBelowOneAnother) {
  for (const auto folder : {"in"sv, "dis/in"sv, "/srv/dis/in"sv, "a/b/c/d/e/f/g/h"sv}) {
    EXPECT_TRUE(IsRemoteFolder(folder)) << folder;
  }
  for (const auto folder : {""sv, "/"sv, "."sv, "in/"sv, "in/../out"sv, "//in"sv, "in//out"sv,
                            "a/b/c/d/e/f/g/h/i"sv, "~"sv}) {
    EXPECT_FALSE(IsRemoteFolder(folder)) << folder;
    EXPECT_FALSE(RemotePath::Create(folder, "a").ok());
  }
}

}  // namespace
}  // namespace amana::net
