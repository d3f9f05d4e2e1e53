// fsck finds nothing in a store where all is well, and each kind of damage by its name.
#include "broker/main/fsck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/sqlite.h"
#include "base/testing.h"
#include "broker/events/commit.h"
#include "broker/main/fsck_testing.h"
#include "broker/store/embedded/embedded_store.h"
#include "broker/store/embedded/log_rows.h"
#include "broker/store/embedded/row.h"
#include "broker/store/suite.h"
#include "proto/transparency/checkpoint.h"

namespace amana::broker {
namespace {

using store::SampleAddress;
using store::SampleId;
using store::SampleKey;
using store::Transaction;
using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

// One store, made once, of which every test damages a copy.
class FsckTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    whole_ = new WholeStore;
    whole_->Make();
  }
  static void TearDownTestSuite() { delete std::exchange(whole_, nullptr); }
  void SetUp() override {
    std::filesystem::copy(whole_->dir.path(), dir_.File("d"),
                          std::filesystem::copy_options::recursive);
  }

  Config ConfigOf() const {
    Config config;
    config.data_dir = dir_.File("d/data");
    config.log_key = dir_.File("d/log.key");
    config.log_origin = kOrigin;
    config.guard = guard_;
    return config;
  }
  CheckReport Check() const {
    const auto report = CheckStore(ConfigOf());
    AMANA_EXPECT_OK(report.status());
    return report.value_or(CheckReport());
  }
  Names Found() const {
    const CheckReport report = Check();
    Names names;
    for (const auto& [name, kind] : report.findings.kinds()) names.push_back(name);
    return names;
  }
  // Behind the store's back.
  void Sql(const std::string& text) {
    auto db = sqlite::Database::Open(dir_.File("d/data/store/store.db"), {}).value();
    AMANA_ASSERT_OK(db->Exec(text));
  }
  // By the store itself, which does as it is told.
  void Do(store::Work work) {
    const auto store =
        *store::OpenEmbeddedStore(WholeStore::Options(dir_.File("d"), whole_->clock, whole_->key));
    AMANA_ASSERT_OK(store->CommitAndWait(std::move(work)));
    store->Close();
  }
  // An event, rewritten by somebody who knows how rows are sealed; `leaf`: its leaf as well.
  void Rewrite(uint64_t index, const std::function<void(events::Event&)>& how, bool leaf = false) {
    auto db = sqlite::Database::Open(dir_.File("d/data/store/store.db"), {}).value();
    store::embedded::StoreHealth health;
    store::embedded::Session session(std::move(db), health);
    store::StoredEvent stored;
    std::string commitment;
    {
      auto query = session.Query("SELECT " AMANA_EVENT_COLUMNS
                                 " FROM event e WHERE "
                                 "e.log_index = ?1",
                                 index);
      ASSERT_TRUE(*session.Next(*query));
      stored = *store::embedded::ReadEvent(session, *query);
      commitment = std::string(query->Bytes(3));
    }
    how(stored.event);
    const events::CommittedEvent changed = events::Commit(stored.event, stored.seed);
    if (leaf) commitment = changed.leaf_data.substr(1);
    const std::string fields = store::embedded::FieldsToRow(changed.fields);
    const auto digest = store::embedded::RowHasher("event")
                            .Add(index)
                            .Add(std::string_view(fields))
                            .Add(stored.seed.view())
                            .Add(std::string_view(commitment))
                            .Finish();
    AMANA_ASSERT_OK(session.Run(
        "UPDATE event SET fields = ?2, commitment = ?3, digest = ?4 WHERE log_index = ?1", index,
        sqlite::Blob(fields), sqlite::Blob(commitment), digest.blob()));
  }
  void ChangeFile(const std::string& name, const std::function<void(std::string&)>& how) {
    const std::string path = dir_.File("d/data/" + name);
    std::string bytes = *RealFileSystem().Read(path);
    how(bytes);
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(path, bytes, kPrivateFile));
  }
  // As the log would sign it.
  std::string Signed(uint64_t size) const {
    const auto checkpoint =
        transparency::Checkpoint::Create(kOrigin, size, SampleId<Digest>(7)).value();
    const auto signer = transparency::NoteSigner::Create(kOrigin, whole_->key).value();
    return transparency::SignCheckpoint(checkpoint, signer).value();
  }

  static inline WholeStore* whole_ = nullptr;
  TempDir dir_;
  std::string guard_;
};

TEST_F(FsckTest, NothingWhereAllIsWell) {
  const std::string before = *RealFileSystem().Read(dir_.File("d/data/store/store.db"));
  const CheckReport report = Check();
  EXPECT_THAT(Found(), IsEmpty());
  EXPECT_EQ(report.events, 1 + 2 * kReferrals + 1 + 4 + 1 + 300);
  EXPECT_EQ(report.referrals, kReferrals);
  EXPECT_EQ(report.tasks, kReferrals);
  EXPECT_EQ(report.deliveries, kReferrals);
  EXPECT_EQ(report.persons, kReferrals);
  EXPECT_EQ(report.consents, 4u);
  EXPECT_EQ(*RealFileSystem().Read(dir_.File("d/data/store/store.db")), before);
}

TEST_F(FsckTest, NotBesideABrokerAndNotWithoutAStore) {
  const auto store =
      *store::OpenEmbeddedStore(WholeStore::Options(dir_.File("d"), whole_->clock, whole_->key));
  EXPECT_EQ(ErrorReason(CheckStore(ConfigOf()).status()), "ALREADY_RUNNING");
  store->Close();
  std::filesystem::remove_all(dir_.File("d/data"));
  EXPECT_EQ(ErrorReason(CheckStore(ConfigOf()).status()), "FILE_NOT_FOUND");
}

struct SqlRow {
  const char* damage;
  Names found;
};

class FsckSqlTest : public FsckTest, public testing::WithParamInterface<SqlRow> {};

TEST_P(FsckSqlTest, IsFound) {
  Sql(GetParam().damage);
  EXPECT_THAT(Found(), testing::ElementsAreArray(GetParam().found)) << GetParam().damage;
}

// Event 1 accepts referral 1, event 2 routes its task; 9 is the lease of referral 2, 10 to 13 are
// the words of consent, 14 is the erasure.
INSTANTIATE_TEST_SUITE_P(
    Damages, FsckSqlTest,
    testing::Values(
        SqlRow{"UPDATE event SET fields = (SELECT fields FROM event WHERE log_index = 1) WHERE "
               "log_index = 201",
               {"EVENT_DAMAGED"}},
        SqlRow{"UPDATE event SET seed = randomblob(32) WHERE log_index = 200", {"EVENT_DAMAGED"}},
        SqlRow{"UPDATE event SET commitment = randomblob(32) WHERE log_index = 299",
               {"EVENT_DAMAGED", "FILE_DAMAGED", "ROOT_NOT_OF_LEAVES"}},
        SqlRow{"DELETE FROM event WHERE log_index = 200", {"EVENT_DAMAGED", "LEAF_MISSING"}},
        SqlRow{"INSERT INTO event SELECT max(log_index) + 1, referral, fields, seed, commitment, "
               "digest FROM event",
               {"EVENT_BEYOND_TREE"}},
        SqlRow{"UPDATE tile SET hashes = zeroblob(8192)", {"TILE_DAMAGED"}},
        SqlRow{"UPDATE tile SET root = randomblob(32)", {"TILE_DAMAGED"}},
        SqlRow{"UPDATE log_head SET time = time + 1", {"CHECKPOINT_NOT_SIGNED"}},
        SqlRow{"DELETE FROM counter", {"COUNTER_NOT_OF_LOG"}},
        SqlRow{"UPDATE counter SET value = value + 1", {"COUNTER_NOT_OF_LOG", "ROW_DAMAGED"}},
        SqlRow{"UPDATE task SET reason = 1 WHERE referral = 1", {"ROW_DAMAGED"}},
        SqlRow{"DELETE FROM task WHERE referral = 1", {"TASK_MISSING"}},
        SqlRow{"DELETE FROM delivery WHERE referral = 2", {"DELIVERY_MISSING"}},
        SqlRow{"UPDATE delivery SET attempts = 9 WHERE referral = 2", {"ROW_DAMAGED"}},
        SqlRow{"DELETE FROM referral WHERE row = 4",
               {"CUSTODY", "REFERRAL_MISSING", "ROW_DAMAGED"}},
        SqlRow{"UPDATE referral SET urgency = 1 WHERE row = 4", {"CUSTODY", "ROW_DAMAGED"}},
        SqlRow{"UPDATE referral SET body = x'00' WHERE row = 1", {"BODY_UNREADABLE"}},
        SqlRow{"UPDATE statement SET envelope = x'00' WHERE row = 1",
               {"CONSENT_NOT_OF_LOG", "CONSENT_WITHOUT_EVENT", "ROW_DAMAGED"}},
        SqlRow{"DELETE FROM consent WHERE id IN (SELECT id FROM consent LIMIT 1)",
               {"CONSENT_NOT_OF_LOG"}},
        SqlRow{"UPDATE consent SET facts = x'00'", {"CONSENT_NOT_OF_LOG", "ROW_DAMAGED"}},
        SqlRow{"DELETE FROM withdrawal", {"CONSENT_NOT_OF_LOG"}},
        SqlRow{"UPDATE withdrawal SET at = 0", {"CONSENT_NOT_OF_LOG", "ROW_DAMAGED"}},
        SqlRow{"UPDATE exclusion SET facts = x'00'", {"ROW_DAMAGED"}},
        SqlRow{"DELETE FROM custody WHERE subject IN (SELECT subject FROM custody LIMIT 1)",
               {"CUSTODY"}},
        SqlRow{"INSERT INTO event_index VALUES (0, 0, x'', x'00')", {"ROW_DAMAGED"}},
        SqlRow{"INSERT INTO settled VALUES (1, 1, 0, 0, x'00')", {"ROW_DAMAGED"}},
        SqlRow{"INSERT INTO queue_item SELECT 1, 1, 0, 1, 1, 1, 0, 0, 0, '', '', '', 1, x'00'",
               {"ROW_DAMAGED"}},
        SqlRow{"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
               "'WHERE state = 1', 'WHERE state = 2') WHERE name = 'delivery_queue'",
               {"DATABASE_DAMAGED"}}));

TEST_F(FsckTest, AnEventThatWasRewrittenWithItsSums) {
  Rewrite(200, [](events::Event& event) { event.kind = v1::EVENT_KIND_REFUSALS; });
  EXPECT_THAT(Found(), ElementsAre("LEAF_NOT_OF_EVENT"));
  Rewrite(
      201, [](events::Event& event) { event.kind = v1::EVENT_KIND_REFUSALS; }, /*leaf=*/true);
  EXPECT_THAT(Found(), ElementsAre("FILE_DAMAGED", "LEAF_NOT_OF_EVENT", "ROOT_NOT_OF_LEAVES",
                                   "TILE_DAMAGED"));
}

TEST_F(FsckTest, TimeAndCountersOfAnEvent) {
  Rewrite(200, [](events::Event& event) { event.time -= absl::Seconds(1); });
  EXPECT_THAT(Found(), ElementsAre("LEAF_NOT_OF_EVENT", "TIME_BACKWARDS"));
  Rewrite(9, [](events::Event& event) { ++event.sender_counter; });
  EXPECT_THAT(Found(), testing::IsSupersetOf({"COUNTER_GAP"}));
  EXPECT_EQ(Check().findings.count("COUNTER_GAP"), 2u);  // a step too far, and the one after it
}

TEST_F(FsckTest, StatesThatNoEventSaysSo) {
  Do([](Transaction& tx) -> absl::Status {
    store::TaskRecord task = store::SampleTask(1);
    task.state = v1::TASK_STATE_RECEIVED;
    AMANA_RETURN_IF_ERROR(tx.referrals().MoveTask(v1::TASK_STATE_ROUTED, task));
    store::DeliveryRecord delivery = store::SampleDelivery(4);
    delivery.state = v1::DELIVERY_STATE_WITHHELD;
    AMANA_RETURN_IF_ERROR(tx.deliveries().Move(v1::DELIVERY_STATE_QUEUED, delivery));
    delivery = store::SampleDelivery(kLeased);
    delivery.state = v1::DELIVERY_STATE_LEASED;
    return tx.deliveries().Move(v1::DELIVERY_STATE_LEASED, delivery);
  });
  EXPECT_THAT(Found(), ElementsAre("DELIVERY_DISCLOSED", "DELIVERY_STATE", "TASK_STATE"));
  Do([](Transaction& tx) {
    return WholeStore::Append(tx, v1::EVENT_KIND_TASK_RECEIVED, 1).status();
  });
  EXPECT_THAT(Found(), ElementsAre("DELIVERY_DISCLOSED", "DELIVERY_STATE"));
}

TEST_F(FsckTest, RowsThatTheLogDidNotAccept) {
  Do([](Transaction& tx) -> absl::Status {
    store::ReferralRecord record = store::SampleReferral(9);
    record.log_index = 1;
    AMANA_RETURN_IF_ERROR(tx.referrals().Accept(record, store::SampleBody(9), {}));
    store::StatementRecord statement = store::SampleStatement(9);
    statement.log_index = 1;
    return tx.consents().Register(store::SampleConsent(9, 1), statement);
  });
  EXPECT_THAT(Found(), ElementsAre("CONSENT_WITHOUT_EVENT", "REFERRAL_WITHOUT_EVENT"));
}

TEST_F(FsckTest, ErasuresAreAccountedFor) {
  Do([](Transaction& tx) { return tx.erasures().Erase(SampleKey(4)).status(); });
  EXPECT_THAT(Found(), ElementsAre("ERASED_WITHOUT_EVENT"));
  Do([](Transaction& tx) {
    return WholeStore::Append(tx, v1::EVENT_KIND_REFERRAL_ERASED, 1).status();
  });
  EXPECT_THAT(Found(), ElementsAre("ERASED_WITHOUT_EVENT", "ERASURE_NOT_DONE"));
}

TEST_F(FsckTest, AKeyThatCameBackAndOneThatIsGone) {
  std::filesystem::copy(whole_->dir.File("keys-before"), dir_.File("d/data/store/keys.amana"),
                        std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(Found(), ElementsAre("KEY_NOT_DESTROYED"));
  ChangeFile("store/keys.amana", [](std::string& bytes) {
    for (size_t at = 64; at < bytes.size(); ++at) bytes[at] = 0;
  });
  EXPECT_THAT(Found(), ElementsAre("BODY_UNREADABLE"));
}

TEST_F(FsckTest, FilesOfTheLog) {
  const std::string tile = "tiles/tile/0/000";
  ChangeFile(tile, [](std::string& bytes) { bytes[77] = static_cast<char>(bytes[77] ^ 1); });
  EXPECT_THAT(Found(), ElementsAre("FILE_DAMAGED"));
  std::filesystem::remove(dir_.File("d/data/" + tile));
  EXPECT_THAT(Found(), ElementsAre("FILE_MISSING"));
  std::filesystem::remove_all(dir_.File("d/data/tiles/tile/entries"));
  EXPECT_EQ(Check().findings.count("FILE_MISSING"), 3u);  // the full bundle, and the partial one
  ChangeFile("tiles/checkpoint", [](std::string& bytes) { bytes.back() = '!'; });
  EXPECT_THAT(Found(), ElementsAre("FILE_DAMAGED"));
  ChangeFile("tiles/checkpoint", [this](std::string& bytes) { bytes = Signed(200); });
  EXPECT_THAT(Found(), testing::IsSupersetOf({"FILE_DAMAGED"}));  // another root
  ChangeFile("tiles/checkpoint", [this](std::string& bytes) { bytes = Signed(5000); });
  EXPECT_THAT(Found(), ElementsAre("FILES_AHEAD"));
  std::filesystem::remove_all(dir_.File("d/data/tiles"));  // they may lag
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(FsckTest, WhatTheGuardHasSeen) {
  guard_ = dir_.File("guard");
  EXPECT_THAT(Found(), IsEmpty());
  AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(guard_));
  const auto seen = [&](const std::string& note) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(guard_ + "/checkpoint", note, kPublicFile));
  };
  seen(Signed(5000));
  EXPECT_THAT(Found(), ElementsAre("LOG_BEHIND_GUARD"));
  seen(Signed(20));
  EXPECT_THAT(Found(), ElementsAre("LOG_FORKED_AT_GUARD"));
  seen("nonsense");
  EXPECT_THAT(Found(), ElementsAre("GUARD_FOREIGN"));
}

TEST(FsckNames, ThoseOfTheLogItself) {
  EXPECT_TRUE(IsOfLog("ROOT_NOT_OF_LEAVES"));
  EXPECT_FALSE(IsOfLog("FILE_DAMAGED"));
  EXPECT_FALSE(IsOfLog("ROW_DAMAGED"));
}

}  // namespace
}  // namespace amana::broker
