#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "agency-adapters/runtime/incoming.h"
#include "agency-adapters/sdk/log_succession.h"
#include "agency-adapters/sdk/succession_for_test.h"
#include "amana/v1/coordination_service.pb.h"
#include "base/clock.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/testing.h"

namespace amana::runtime {
namespace {

using sdk::testing::FakeBroker;
using sdk::testing::RecoveredLog;
using testing::ElementsAre;

// Notices as they stand in a mailbox, of a log that is gone on with as another.
class IncomingNoticesTest : public ::testing::Test {
 protected:
  void Log(FakeBroker& broker, v1::EventKind kind, const std::string& statement) {
    broker.Append({kind, crypto::Sha256(statement),
                   StatementKey{AgencyId::Create("police-a").value(),
                                ReferralId::FromBytes(std::string(16, 'r')).value(), 1}});
  }
  // The mailbox has what NoticeBox would have taken of this log by now.
  void Take(const FakeBroker& broker) {
    for (; taken_ < broker.log_size(); ++taken_) {
      v1::Notice notice;
      notice.set_index(taken_);
      *notice.mutable_whole() = broker.opening(taken_);
      const auto view = sdk::ViewOf(notice.whole()).value();
      if (!view.referral.has_value()) continue;
      const std::string bytes = notice.SerializeAsString();
      AMANA_ASSERT_OK(mailbox_->Write([&](sqlite::Database& db) {
        return db.Run(
            "INSERT INTO notice(log_index, kind, sender, referral, time_ms, has_words, notice) "
            "VALUES(?1, ?2, 'police-a', ?3, 0, 0, ?4)",
            taken_, view.kind, sqlite::Blob(view.referral->referral.view()), sqlite::Blob(bytes));
      }));
    }
  }
  // What is told natively from here on, by the index it has in its log.
  std::vector<int64_t> Told(size_t write = 100) {
    AMANA_EXPECT_OK(incoming_->Collect(100).status());
    std::vector<int64_t> told;
    AMANA_EXPECT_OK(journal_->Write([&](sqlite::Database& db) -> absl::Status {
      {
        AMANA_ASSIGN_OR_RETURN(
            sqlite::Statement row,
            db.Prepare("SELECT source FROM delivery WHERE state = 1 ORDER BY id LIMIT ?1"));
        row.Bind(write);
        while (true) {
          AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
          if (!more) break;
          told.push_back(row.Int(0));
        }
      }
      return db.Run(
          "UPDATE delivery SET state = 2 WHERE id IN "
          "(SELECT id FROM delivery WHERE state = 1 ORDER BY id LIMIT ?1)",
          write);
    }));
    return told;
  }
  // `old` ended with all that it has; of it `kept` entries go on, and this agency has accepted it.
  RecoveredLog Recovered(FakeBroker& old, uint64_t kept, const std::string& kept_note,
                         const std::string& origin) {
    RecoveredLog next = Recover(old, kept, kept_note, old.Checkpoint(), origin);
    const sdk::Identity trusting = sdk::testing::PoliceIdentity(old.log());
    const auto checked = sdk::CheckSuccession(next.statement, trusting);
    AMANA_EXPECT_OK(checked.status());
    const auto newest = sdk::CheckKept(*next.log->Connect(), *mailbox_, {*checked});
    AMANA_EXPECT_OK(newest.status());
    AMANA_EXPECT_OK(sdk::TakeSuccessions(*mailbox_, trusting, {*checked}, *newest).status());
    taken_ = kept;
    return next;
  }

  TempDir dir_;
  FakeBroker one_{3, "log.example/one"};
  FakeClock clock_{envelope::SampleTime()};
  std::unique_ptr<sdk::Mailbox> mailbox_ = sdk::Mailbox::Open(dir_.File("data")).value();
  std::unique_ptr<sdk::Client> client_ = one_.Connect();
  sdk::Identity identity_ = sdk::testing::PoliceIdentity(one_.log());
  Endpoint endpoint_{identity_, *client_, *mailbox_, clock_};
  std::unique_ptr<Journal> journal_ = Journal::Open(dir_.File("journal")).value();
  ItemJournal items_{*journal_, RetryPolicy()};
  DeliveryJournal deliveries_{*journal_, RetryPolicy()};
  mapping::Mapping mapping_ = *mapping::Mapping::Parse(
      "[mapping]\nname = \"m\"\nversion = 1\nsource = \"SYNTHETIC\"\n[[field]]\nnative = \"N\"\n"
      "to = \"IDENTITY_MIN.given_name\"\ntype = \"text\"\n",
      "m.mapping.toml");
  std::unique_ptr<Incoming> incoming_ =
      std::make_unique<Incoming>(endpoint_, *journal_, items_, deliveries_, mapping_);
  uint64_t taken_ = 0;
};

TEST_F(IncomingNoticesTest, WhatComesAgainUnderAnotherIndexIsToldOnceAndNothingIsSkipped) {
  Log(one_, v1::EVENT_KIND_TASK_ROUTED, "routed");  // 3
  const std::string kept = one_.Checkpoint();
  Log(one_, v1::EVENT_KIND_TASK_SEEN, "seen");          // 4
  Log(one_, v1::EVENT_KIND_TASK_ACCEPTED, "accepted");  // 5
  Log(one_, v1::EVENT_KIND_TASK_COMPLETED, "done");     // 6
  Take(one_);
  EXPECT_THAT(Told(3), ElementsAre(3, 4, 5));  // the last one is not written yet
  RecoveredLog two = Recovered(one_, 4, kept, "log.example/two");  // 4: LOG_OPENED
  EXPECT_THAT(Told(), ElementsAre());
  Log(*two.log, v1::EVENT_KIND_TASK_ACCEPTED, "accepted");  // 5, as before
  Log(*two.log, v1::EVENT_KIND_TASK_REJECTED, "other");     // 6: nobody was told
  Log(*two.log, v1::EVENT_KIND_TASK_COMPLETED, "done");     // 7: had not been written
  Log(*two.log, v1::EVENT_KIND_TASK_SEEN, "seen");          // 8, again
  Log(*two.log, v1::EVENT_KIND_TASK_SEEN, "seen");          // 9: twice in this log
  Take(*two.log);
  EXPECT_THAT(Told(), ElementsAre(6, 7, 9));
  EXPECT_THAT(Told(), ElementsAre());
}

TEST_F(IncomingNoticesTest, TwoRecoveriesInARow) {
  const std::string kept = one_.Checkpoint();
  Log(one_, v1::EVENT_KIND_TASK_SEEN, "seen");  // 3
  Take(one_);
  EXPECT_THAT(Told(), ElementsAre(3));
  RecoveredLog two = Recovered(one_, 3, kept, "log.example/two");
  Log(*two.log, v1::EVENT_KIND_TASK_SEEN, "seen");  // 4
  const std::string kept_of_two = two.log->Checkpoint();
  Log(*two.log, v1::EVENT_KIND_TASK_ACCEPTED, "accepted");  // 5
  Take(*two.log);
  EXPECT_THAT(Told(), ElementsAre(5));
  RecoveredLog three = Recovered(*two.log, 5, kept_of_two, "log.example/three");  // 5: opened
  Log(*three.log, v1::EVENT_KIND_TASK_REJECTED, "other");                         // 6
  Log(*three.log, v1::EVENT_KIND_TASK_ACCEPTED, "accepted");                      // 7
  Take(*three.log);
  EXPECT_THAT(Told(), ElementsAre(6));
}

}  // namespace
}  // namespace amana::runtime
