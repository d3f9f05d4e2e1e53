#include "agency-adapters/immigration/out_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agency-adapters/net/remote_files_for_test.h"
#include "base/durable_file_fault.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"

namespace amana::immigration {
namespace {

using net::MemoryFiles;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::unique_ptr<SentNames> OpenSent(const TempDir& folder) {
  auto sent = SentNames::Open(RealFileSystem(), folder.File("sent.txt"));
  AMANA_EXPECT_OK(sent);
  return std::move(*sent);
}

// What the department's program does: takes what has a digest that fits.
class Department {
 public:
  explicit Department(MemoryFiles& files) : files_(files) {}

  void Take() {
    for (const std::string& name : files_.Names("out")) {
      const std::string path = "out/" + name;
      if (!name.ends_with(".csv") || !files_.Has(path + ".sha256")) continue;
      const std::string bytes = files_.Get(path);
      EXPECT_EQ(files_.Get(path + ".sha256").substr(0, 64), crypto::Sha256(bytes).hex());
      taken.push_back(bytes);
      files_.files.erase(path);
      files_.files.erase(path + ".sha256");
    }
  }
  std::vector<std::string> taken;

 private:
  MemoryFiles& files_;
};

TEST(OutFolder, LaysOutOnceAndKnowsWhatWasTaken) {
  const TempDir local;
  MemoryFiles files;
  auto sent = OpenSent(local);
  OutFolder folder(files, "out", *sent);
  EXPECT_EQ(folder.Find("K")->has_value(), false);
  const auto name = folder.Write("K", "one");
  AMANA_ASSERT_OK(name);
  EXPECT_EQ(files.Get("out/" + *name), "one");
  EXPECT_THAT(files.Names("out"), ElementsAre(*name, *name + ".sha256"));
  EXPECT_EQ(*folder.Find("K"), *name);
  EXPECT_EQ(*folder.Write("K", "one"), *name);
  Department(files).Take();
  sent = OpenSent(local);  // a new start
  OutFolder again(files, "out", *sent);
  EXPECT_EQ(*again.Find("K"), *name);
  EXPECT_EQ(*again.Write("K", "one"), *name);
  EXPECT_THAT(files.Names("out"), IsEmpty());
}

TEST(OutFolder, TakesBackWhatIsStillThere) {
  const TempDir local;
  MemoryFiles files;
  const auto sent = OpenSent(local);
  OutFolder folder(files, "out", *sent);
  const auto name = folder.Write("K", "one");
  AMANA_ASSERT_OK(name);
  files.Put("out/other.csv", "not ours");
  for (const std::string& one : {*name, *name, std::string("other.csv"), std::string("../x")}) {
    AMANA_EXPECT_OK(folder.TakeBack(one));
  }
  EXPECT_THAT(files.Names("out"), ElementsAre("other.csv"));
  EXPECT_TRUE(folder.Find("K")->has_value());  // it was written
}

// Each call in turn fails, loses its answer or does half; the department takes what it sees after
// every step, and has had each row once.
TEST(OutFolder, NothingIsLostOrDoubledWhicheverCallFails) {
  for (const auto fault : {MemoryFiles::Fault::kNothingDone, MemoryFiles::Fault::kDone,
                           MemoryFiles::Fault::kHalfDone}) {
    bool failed = true;
    int nth = 1;
    for (; failed; ++nth) {
      SCOPED_TRACE(nth);
      const TempDir local;
      MemoryFiles files;
      Department department(files);
      auto sent = OpenSent(local);
      files.FailAt(nth, fault);
      for (const std::string key : {"K1", "K2"}) {
        for (int attempt = 0; attempt < 3; ++attempt) {
          OutFolder folder(files, "out", *sent);
          const auto found = folder.Find(key);
          const bool written = found.ok() && found->has_value();
          const bool done = written || (found.ok() && folder.Write(key, "row of " + key).ok());
          department.Take();
          if (done) break;
          sent = OpenSent(local);
        }
      }
      failed = files.Failed();
      EXPECT_THAT(department.taken, ElementsAre("row of K1", "row of K2"));
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(nth, 10);
  }
}

TEST(SentNames, ACutLineIsNothingAndAFailedFsyncEndsIt) {
  const TempDir local;
  const std::string path = local.File("sent.txt");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(path, "one\ntw", 0600));
  FaultFileSystem faulty(RealFileSystem());
  auto sent = SentNames::Open(faulty, path);
  AMANA_ASSERT_OK(sent);
  EXPECT_TRUE((*sent)->Has("one"));
  EXPECT_FALSE((*sent)->Has("tw"));
  AMANA_EXPECT_OK((*sent)->Add("two"));
  EXPECT_EQ(RealFileSystem().Read(path).value(), "one\ntwo\n");
  faulty.Fail(FaultFileSystem::kSync, 1, absl::InternalError("fsync"));
  EXPECT_FALSE((*sent)->Add("three").ok());
  EXPECT_FALSE((*sent)->Has("three"));
  EXPECT_FALSE((*sent)->Add("four").ok());
}

}  // namespace
}  // namespace amana::immigration
