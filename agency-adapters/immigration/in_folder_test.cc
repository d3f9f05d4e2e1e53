#include "agency-adapters/immigration/in_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "agency-adapters/immigration/rows_for_test.h"
#include "agency-adapters/net/remote_files_for_test.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::immigration {
namespace {

using net::MemoryFiles;
using runtime::Settlement;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::InFileText;
using testing::InRow;
using ::testing::IsEmpty;
using ::testing::Not;

const InFolders kFolders = {"in", "done", "quarantine"};
const Settlement kTaken = {.state = Settlement::State::kTaken, .referral = "dis/0011/1"};
const Settlement kAccepted = {.state = Settlement::State::kAccepted, .referral = "dis/0011/1"};
const Settlement kRefused = {
    .state = Settlement::State::kRefused, .reason = "FACT_MISSING", .field = "header.county"};

class InFolderTest : public ::testing::Test {
 protected:
  void Drop(const std::string& name, const std::string& text) {
    files_.Put("in/" + name, text);
    files_.Put("in/" + name + ".sha256", crypto::Sha256(text).hex() + "  " + name + "\n");
  }
  std::vector<std::string> Poll(size_t limit = 100) {
    const auto items = folder_.Poll(limit);
    EXPECT_TRUE(items.ok()) << items.status();
    std::vector<std::string> keys;
    if (items.ok()) {
      for (const auto& item : *items) keys.push_back(item.key);
    }
    return keys;
  }
  void Settle(const std::string& key, const Settlement& settlement) {
    const absl::Status settled = folder_.Settle(key, settlement);
    EXPECT_TRUE(settled.ok()) << settled;
  }

  MemoryFiles files_;
  InFolder folder_{files_, kFolders};
};

TEST_F(InFolderTest, AFileGoesFromItsDigestToDone) {
  files_.Put("in/a.csv", InFileText({InRow("DIS-1"), InRow("DIS-2")}));
  EXPECT_THAT(Poll(), IsEmpty());  // its digest is not there yet
  Drop("a.csv", InFileText({InRow("DIS-1"), InRow("DIS-2")}));
  EXPECT_THAT(Poll(1), ElementsAre("DIS-1"));
  EXPECT_THAT(Poll(), ElementsAre("DIS-1", "DIS-2"));
  Settle("DIS-1", kTaken);
  Settle("DIS-1", kTaken);
  EXPECT_THAT(Poll(), ElementsAre("DIS-2"));
  Settle("DIS-1", kAccepted);
  Settle("DIS-2", kRefused);
  const std::string digest = crypto::Sha256(InFileText({InRow("DIS-1"), InRow("DIS-2")})).hex();
  EXPECT_EQ(files_.Get("in/a.csv.ack"),
            "#profile=DIS-VOT-ACK;v=1;charset=UTF-8;tz=Africa/Nairobi;sha256=" + digest +
                "\r\nROW,REF_NO,STATE,REFERRAL\r\n1,DIS-1,TAKEN,dis/0011/1\r\n"
                "1,DIS-1,ACCEPTED,dis/0011/1\r\n");
  EXPECT_THAT(files_.Get("in/a.csv.rej"),
              HasSubstr("ROW,REF_NO,REASON,FIELD\r\n2,DIS-2,FACT_MISSING,header.county\r\n"));
  EXPECT_THAT(files_.Names("in"), ElementsAre("a.csv.ack", "a.csv.rej"));
  EXPECT_THAT(files_.Names("done"), ElementsAre("a.csv." + digest.substr(0, 16),
                                                "a.csv." + digest.substr(0, 16) + ".sha256"));
}

TEST_F(InFolderTest, ABadRowIsRefusedBesideTheGoodOnesWithoutItsContent) {
  Drop("a.csv", InFileText({InRow("DIS-1"), InRow("DIS-2", "SYNTHETIC,more"), InRow("DIS-3")}));
  EXPECT_THAT(Poll(), ElementsAre("DIS-1", "DIS-3"));
  EXPECT_THAT(files_.Get("in/a.csv.rej"), HasSubstr("\r\n2,,COLUMN_COUNT,row\r\n"));
  EXPECT_THAT(files_.Get("in/a.csv.rej"), Not(HasSubstr("SYNTHETIC")));
}

TEST_F(InFolderTest, WhatCannotBeReadIsPutIntoQuarantine) {
  const std::string text = "#profile=DIS-VOT-IN;v=2\r\nSYNTHETIC\r\n";
  std::string lines;
  const ScopedLogSink sink([&](std::string_view line) { lines += line; });
  Drop("a.csv", text);
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_THAT(files_.Names("in"), ElementsAre("a.csv.rej"));
  EXPECT_THAT(files_.Get("in/a.csv.rej"), HasSubstr("\r\n0,,PROFILE_INVALID,v"));
  EXPECT_EQ(files_.Get("quarantine/a.csv." + crypto::Sha256(text).hex().substr(0, 16)), text);
  EXPECT_THAT(lines, HasSubstr("PROFILE_INVALID"));
  EXPECT_THAT(lines, Not(HasSubstr("SYNTHETIC")));
  EXPECT_THAT(lines, Not(HasSubstr("a.csv")));
}

TEST_F(InFolderTest, ADigestThatDoesNotFitIsGivenTimeAndThenRefused) {
  const std::string text = InFileText({InRow("DIS-1")});
  Drop("a.csv", text);
  files_.Put("in/a.csv.sha256", std::string(64, 'a'));
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_TRUE(files_.Has("in/a.csv"));
  files_.Put("in/a.csv.sha256", "nonsense");  // another one, and again time
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_TRUE(files_.Has("in/a.csv"));
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_FALSE(files_.Has("in/a.csv"));
  EXPECT_THAT(files_.Get("in/a.csv.rej"), HasSubstr("SHA256_MISMATCH"));
  Drop("a.csv", text);
  EXPECT_THAT(Poll(), ElementsAre("DIS-1"));
}

TEST_F(InFolderTest, AFileThatChangesWhileItIsReadIsLeftForLater) {
  Drop("a.csv", InFileText({InRow("DIS-1")}));
  bool once = false;
  files_.on_read = [&](const std::string& path) {
    if (path == "in/a.csv" && !std::exchange(once, true)) {
      Drop("a.csv", InFileText({InRow("DIS-1"), InRow("DIS-2")}));
    }
  };
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_THAT(Poll(), ElementsAre("DIS-1", "DIS-2"));
}

TEST_F(InFolderTest, OneThatIsTooLargeIsNotReadTwice) {
  Drop("a.csv", std::string(kMaxFileSize + 1, 'x'));
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_THAT(files_.Get("in/a.csv.rej"), HasSubstr("0,,FILE_TOO_LARGE,file"));
  EXPECT_THAT(files_.Names("in"), ElementsAre("a.csv.rej"));
}

TEST_F(InFolderTest, NamesThatLeadElsewhereAreNotLookedAt) {
  for (const char* name : {"../a.csv", "..", ".a.csv", "a b.csv", "a\nb.csv", "x/../../a.csv"}) {
    Drop(name, InFileText({InRow("DIS-1")}));
  }
  const size_t before = files_.files.size();
  std::string lines;
  const ScopedLogSink sink([&](std::string_view line) { lines += line; });
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_EQ(files_.files.size(), before);
  EXPECT_THAT(lines, HasSubstr("\"count\":12"));
  EXPECT_THAT(lines, Not(HasSubstr("..")));
}

TEST_F(InFolderTest, TheSameFileAgainIsToldNothingNewAndPutAway) {
  const std::string text = InFileText({InRow("DIS-1")});
  for (int i = 0; i < 2; ++i) {
    Drop("a.csv", text);
    // The second time its .ack says how it stands.
    EXPECT_EQ(Poll().size(), i == 0 ? 1u : 0u);
    Settle("DIS-1", kAccepted);
    EXPECT_FALSE(files_.Has("in/a.csv"));
  }
  EXPECT_EQ(files_.Names("done").size(), 2u);
}

TEST_F(InFolderTest, TheSameRowInAnotherFileIsTheSameItem) {
  Drop("a.csv", InFileText({InRow("DIS-1")}));
  Drop("b.csv", InFileText({InRow("DIS-1"), InRow("DIS-2")}));
  EXPECT_THAT(Poll(), ElementsAre("DIS-1", "DIS-2"));
  Settle("DIS-1", kAccepted);
  EXPECT_THAT(files_.Get("in/a.csv.ack"), HasSubstr("1,DIS-1,ACCEPTED"));
  EXPECT_THAT(files_.Get("in/b.csv.ack"), HasSubstr("1,DIS-1,ACCEPTED"));
  Drop("c.csv", InFileText({InRow("DIS-1")}));
  // Shown again: the runtime knows it, and tells again how it stands.
  EXPECT_THAT(Poll(), ElementsAre("DIS-2", "DIS-1"));
}

TEST_F(InFolderTest, ANumberThatIsUnderWayWithAnotherContentIsRefused) {
  Drop("a.csv", InFileText({InRow("DIS-1")}));
  EXPECT_THAT(Poll(), ElementsAre("DIS-1"));
  Settle("DIS-1", kTaken);
  Drop("b.csv", InFileText({InRow("DIS-1", "OTHER")}));
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_THAT(files_.Get("in/b.csv.rej"), HasSubstr("1,DIS-1,REF_NO_REUSED,REF_NO"));
  EXPECT_FALSE(files_.Has("in/b.csv"));
}

TEST_F(InFolderTest, ACorrectionComesInThePlaceOfARefusedRow) {
  Drop("a.csv", InFileText({InRow("DIS-1"), InRow("DIS-2")}));
  EXPECT_THAT(Poll(), ElementsAre("DIS-1", "DIS-2"));
  Settle("DIS-1", kRefused);
  Drop("b.csv", InFileText({InRow("DIS-1", "CORRECTED")}));
  EXPECT_THAT(Poll(), ElementsAre("DIS-2", "DIS-1"));
  Settle("DIS-1", kTaken);
  Settle("DIS-1", kAccepted);
  EXPECT_THAT(files_.Get("in/a.csv.ack"), Not(HasSubstr("DIS-1")));
  EXPECT_THAT(files_.Get("in/b.csv.ack"), HasSubstr("1,DIS-1,ACCEPTED"));
}

TEST_F(InFolderTest, AReportAboutAnotherFileOfTheSameNameIsReplaced) {
  Drop("a.csv", InFileText({InRow("DIS-1")}));
  Poll();
  Settle("DIS-1", kAccepted);
  Drop("a.csv", InFileText({InRow("DIS-2")}));
  EXPECT_THAT(Poll(), ElementsAre("DIS-2"));
  Settle("DIS-2", kTaken);
  EXPECT_THAT(files_.Get("in/a.csv.ack"), HasSubstr("DIS-2,TAKEN"));
  EXPECT_THAT(files_.Get("in/a.csv.ack"), Not(HasSubstr("DIS-1")));
}

TEST_F(InFolderTest, WhatIsSettledAfterAStartIsFound) {
  Drop("a.csv", InFileText({InRow("DIS-1")}));
  Settle("DIS-1", kTaken);
  Settle("DIS-1", kAccepted);
  EXPECT_FALSE(files_.Has("in/a.csv"));
  Settle("DIS-1", kAccepted);  // there is nobody to tell any more
}

// Each call of the server's in turn fails, does its work and loses the answer, or does half of it;
// after each the adapter starts anew. Every good row is taken once, and every row is answered.
class RuntimeForTest {
 public:
  // False when a call failed.
  bool Pass(InFolder& folder) {
    const auto items = folder.Poll(2);
    if (!items.ok()) return false;
    for (const auto& item : *items) {
      if (stands_.emplace(item.key, 0).second) ++taken_[item.key];
      told_[item.key] = -1;
    }
    for (auto& [key, state] : stands_) {
      state = std::min(state + 1, 2);
      if (told_[key] == state) continue;
      if (!folder.Settle(key, state == 1 ? kTaken : kAccepted).ok()) return false;
      told_[key] = state;
    }
    return true;
  }
  const std::map<std::string, int>& taken() const { return taken_; }

 private:
  std::map<std::string, int> stands_, told_, taken_;
};

TEST(InFolderFaults, NothingIsLostOrDoubledWhicheverCallFails) {
  for (const auto fault : {MemoryFiles::Fault::kNothingDone, MemoryFiles::Fault::kDone,
                           MemoryFiles::Fault::kHalfDone}) {
    bool failed = true;
    int nth = 1;
    for (; failed; ++nth) {
      SCOPED_TRACE(nth);
      MemoryFiles files;
      for (const auto& [name, text] :
           {std::pair<std::string, std::string>(
                "a.csv", InFileText({InRow("DIS-1"), InRow("DIS-2", "x,y"), InRow("DIS-3")})),
            {"b.csv", InFileText({InRow("DIS-4"), InRow("DIS-1")})},
            {"c.csv", "nonsense\r\n"}}) {
        files.Put("in/" + name, text);
        files.Put("in/" + name + ".sha256", crypto::Sha256(text).hex());
      }
      files.FailAt(nth, fault);
      RuntimeForTest runtime;
      auto folder = std::make_unique<InFolder>(files, kFolders);
      for (int pass = 0; pass < 20; ++pass) {
        if (!runtime.Pass(*folder)) folder = std::make_unique<InFolder>(files, kFolders);
      }
      failed = files.Failed();
      EXPECT_EQ(runtime.taken(),
                (std::map<std::string, int>{{"DIS-1", 1}, {"DIS-3", 1}, {"DIS-4", 1}}));
      EXPECT_THAT(files.Get("in/a.csv.ack"), HasSubstr("\r\n1,DIS-1,ACCEPTED,dis/0011/1\r\n"));
      EXPECT_THAT(files.Get("in/a.csv.ack"), HasSubstr("\r\n3,DIS-3,ACCEPTED,dis/0011/1\r\n"));
      EXPECT_THAT(files.Get("in/a.csv.rej"), HasSubstr("\r\n2,,COLUMN_COUNT,row\r\n"));
      EXPECT_THAT(files.Get("in/b.csv.ack"), HasSubstr("\r\n2,DIS-1,ACCEPTED,dis/0011/1\r\n"));
      EXPECT_THAT(files.Get("in/c.csv.rej"), HasSubstr("\r\n0,,PROFILE_INVALID,profile\r\n"));
      for (const char* name : {"in/a.csv", "in/b.csv", "in/c.csv"}) EXPECT_FALSE(files.Has(name));
      // A digest that was not moved with its file stays, and says nothing.
      const auto done = files.Names("done");
      EXPECT_EQ(std::count_if(done.begin(), done.end(),
                              [](const auto& name) { return !name.ends_with(".sha256"); }),
                2);
      if (HasFailure()) return;
    }
    EXPECT_GT(nth, 25);
  }
}

}  // namespace
}  // namespace amana::immigration
