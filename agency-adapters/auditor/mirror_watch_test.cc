#include "agency-adapters/auditor/mirror_watch.h"

#include <gtest/gtest.h>

#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/ed25519.h"
#include "proto/envelope/testing.h"
#include "proto/transparency/cosignature.h"
#include "proto/transparency/note.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::testing::FakeBroker;
using sdk::testing::SampleEvent;

class MirrorWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    mirror_.book = book_.get();
    mirror_.agency = AgencyId::Create("police-a").value();
  }

  void Own(v1::EventKind kind, int counter) {
    broker_.Append(
        {kind,
         {},
         StatementKey{mirror_.agency, ReferralId::FromBytes(std::string(16, 'r')).value(), 1},
         {{EventField::kSenderCounter, std::string(1, static_cast<char>(counter))}}});
  }

  // What is new after the mirror was brought up to date.
  std::string Found(const std::vector<std::string>& others = {}) {
    AMANA_EXPECT_OK(
        Follow(*client_, RealFileSystem(), dir_.path(), broker_.log(), *book_).status());
    return Looked(others);
  }
  std::string Looked(const std::vector<std::string>& others = {}) {
    const auto found = watch_.Look(others);
    EXPECT_TRUE(found.ok()) << found.status();
    std::string text;
    for (const absl::Status& each : *found) text += ErrorReason(each) + ";";
    return text;
  }

  TempDir dir_;
  FakeBroker broker_{300};
  std::unique_ptr<sdk::Client> client_ = broker_.Connect();
  std::unique_ptr<MirrorBook> book_ = MirrorBook::Open(dir_.path()).value();
  Evidence mirror_{RealFileSystem(), dir_.path(), broker_.log(), envelope::SampleTime()};
  MirrorWatch watch_{mirror_};
};

TEST_F(MirrorWatchTest, NothingIsFoundInAnHonestLogAsItGrows) {
  EXPECT_EQ(Found(), "");
  Own(v1::EVENT_KIND_TASK_SUBMITTED, 1);
  EXPECT_EQ(Found(), "");
  const std::string earlier = broker_.Checkpoint();
  for (int i = 0; i < 300; ++i) broker_.Append({});
  Own(v1::EVENT_KIND_TASK_ROUTED, 2);
  EXPECT_EQ(Found({earlier, broker_.Checkpoint()}), "");
}

TEST_F(MirrorWatchTest, AGapIsToldOnce) {
  EXPECT_EQ(Found(), "");
  Own(v1::EVENT_KIND_GRANT_ADDED, 1);
  Own(v1::EVENT_KIND_GRANT_ADDED, 2);
  Own(v1::EVENT_KIND_GRANT_ADDED, 3);
  broker_.shows = [](uint64_t index) { return index != 301; };
  EXPECT_EQ(Found(), "COUNTER_GAP;");
  Own(v1::EVENT_KIND_GRANT_ADDED, 4);
  EXPECT_EQ(Found(), "");
}

TEST_F(MirrorWatchTest, ARuleThatIsBrokenIsTold) {
  Own(v1::EVENT_KIND_TASK_SUBMITTED, 1);
  EXPECT_EQ(Found(), "");
  Own(v1::EVENT_KIND_TASK_COMPLETED, 2);
  EXPECT_EQ(Found(), "ORDER_ILLEGAL;");
}

TEST_F(MirrorWatchTest, AnAuditorIsShownEveryEntry) {
  mirror_.agency = {};
  mirror_.all_events = true;
  broker_.shows = [](uint64_t index) { return index != 299; };
  EXPECT_EQ(Found(), "EVENT_MISSING;");
}

TEST_F(MirrorWatchTest, AnotherHistoryIsTold) {
  EXPECT_EQ(Found(), "");
  broker_.Fork();
  EXPECT_EQ(Looked({broker_.Checkpoint()}), "LOG_FORKED;");
  EXPECT_EQ(Looked({broker_.Checkpoint()}), "");
  FakeBroker other(300);
  EXPECT_EQ(Looked({other.Checkpoint()}), "NOTE_UNTRUSTED;");
}

// What witnesses have cosigned was there before the broker was asked for its newest: a broker that
// goes on showing an old log to one auditor keeps the rest from him.
TEST_F(MirrorWatchTest, ALogThatStandsStillWhileOthersSeeItGrowIsTold) {
  EXPECT_EQ(Found(), "");
  broker_.Append({});
  const std::string witnessed = broker_.Checkpoint();
  EXPECT_EQ(Looked({witnessed}), "");  // it may have come between the two questions
  EXPECT_EQ(Looked({witnessed}), "LOG_INCOMPLETE;");
  EXPECT_EQ(Looked({witnessed}), "");  // told once
  EXPECT_EQ(Found({witnessed}), "");
  broker_.Append({});
  EXPECT_EQ(Looked({broker_.Checkpoint()}), "");
  EXPECT_EQ(Found({broker_.Checkpoint()}), "");
}

// A broker that shows an auditor a history of his own has no witness for it: their silence is what
// he can see of that.
TEST_F(MirrorWatchTest, WitnessesThatNoLongerCosignAreTold) {
  const absl::Time start = absl::FromUnixSeconds(1'900'000'000);
  const auto witness = transparency::Cosigner::Create("witness.example/w1",
                                                      crypto::Ed25519PrivateKey::Generate().value())
                           .value();
  const auto cosigned = [&](absl::Time at) {
    transparency::Note note = transparency::ParseNote(broker_.Checkpoint()).value();
    note.signatures.push_back(
        witness.Cosign(note.text, static_cast<uint64_t>(absl::ToUnixSeconds(at))).value());
    return transparency::FormatNote(note).value();
  };
  const auto looked = [&](const std::string& note, absl::Time now) {
    return ErrorReason(watch_.LookAtWitnesses(note, now));
  };
  EXPECT_EQ(Found(), "");
  EXPECT_EQ(looked("", start + absl::Hours(1000)), "");  // nobody is believed here
  mirror_.witnesses = {witness.verifier()};
  EXPECT_EQ(looked("", start), "");
  EXPECT_EQ(looked(broker_.Checkpoint(), start + absl::Hours(24)), "");
  EXPECT_EQ(looked(broker_.Checkpoint(), start + absl::Hours(25)), "COSIGNATURES_OLD");
  const std::string note = cosigned(start + absl::Hours(25));
  EXPECT_EQ(looked(note, start + absl::Hours(48)), "");
  EXPECT_EQ(looked(note, start + absl::Hours(1000)), "");  // and it has not grown since
  broker_.Append({});
  EXPECT_EQ(Found(), "");
  EXPECT_EQ(looked(note, start + absl::Hours(48)), "");
  EXPECT_EQ(looked(note, start + absl::Hours(50)), "COSIGNATURES_OLD");
  EXPECT_EQ(looked(cosigned(start + absl::Hours(49)), start + absl::Hours(50)), "");
  EXPECT_EQ(looked("nonsense", start), "NOTE_MALFORMED");
}

TEST_F(MirrorWatchTest, EntriesThatDoNotGiveTheSignedTreeAreTold) {
  AMANA_ASSERT_OK(Follow(*client_, RealFileSystem(), dir_.path(), broker_.log(), *book_).status());
  const std::string file = dir_.path() + "/tile/entries/000";
  std::string bundle = RealFileSystem().Read(file).value();
  bundle[20] ^= 1;
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(file, bundle, kPublicFile));
  EXPECT_EQ(Looked(), "LOG_TAMPERED;");
}

}  // namespace
}  // namespace amana::auditor
