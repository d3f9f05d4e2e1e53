// The directory in SQLite: what sessions share of it, and rows that cannot be read.
#include "base/sqlite.h"
#include "base/status.h"
#include "broker/store/embedded/directory_cache.h"
#include "broker/store/embedded/testing.h"
#include "gtest/gtest.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/statement.h"

namespace amana::store {
namespace {

using embedded::DirectoryCache;

TEST(DirectoryCache, GivesTheNewestThatIsNotTooNew) {
  DirectoryCache cache;
  EXPECT_FALSE(cache.NotAfter(100).has_value());
  const routing::DirectoryPtr directory = routing::Directory::Empty();
  for (const int64_t change : {5, 3, 9, 5}) cache.Keep({change, directory});
  EXPECT_FALSE(cache.NotAfter(2).has_value());
  EXPECT_EQ(cache.NotAfter(4)->change, 3);
  EXPECT_EQ(cache.NotAfter(8)->change, 5);
  EXPECT_EQ(cache.NotAfter(9)->change, 9);
}

TEST(DirectoryCache, KeepsAFewOfTheNewest) {
  DirectoryCache cache;
  for (int64_t change = 1; change <= 100; ++change) {
    cache.Keep({change, routing::Directory::Empty()});
  }
  EXPECT_EQ(cache.NotAfter(100)->change, 100);
  EXPECT_FALSE(cache.NotAfter(50).has_value());
}

Work SetSample() {
  return [](Transaction& tx) {
    const envelope::SignedEntry entry = envelope::SignEntry(
        envelope::TestEntry("haven", v1::AGENCY_KIND_SHELTER, {{"intake", {}}}), SampleTime());
    const auto record = [](const v1::SignedEnvelope& envelope) {
      return StatementRecord{envelope::PayloadDigest(envelope), SampleId<CertId>(1),
                             envelope.SerializeAsString(), 0};
    };
    return tx.directory().SetEntry(
        {SampleAgency("haven"), 1, SampleTime(), record(entry.entry), record(entry.approval)});
  };
}

TEST(EmbeddedDirectory, ARowThatWasChangedIsNotBelieved) {
  for (const char* sql :
       {"UPDATE directory_agency SET version = 2", "UPDATE directory_agency SET change = 7",
        "UPDATE directory_entry SET accepted = accepted + 1", "DELETE FROM directory_entry",
        "UPDATE statement SET log_index = 9", "DELETE FROM statement"}) {
    EmbeddedWorld world;
    AMANA_ASSERT_OK(world.Open().value()->CommitAndWait(SetSample()));
    {
      const auto db = sqlite::Database::Open(world.database(), {}).value();
      AMANA_ASSERT_OK(db->Run(sql));
    }
    const auto store = world.Open().value();
    const auto look = store->Read().value();
    EXPECT_EQ(ErrorReason(look->directory().Current().status()), "STORE_CORRUPT") << sql;
    EXPECT_FALSE(store->Health().ok()) << sql;
  }
}

TEST(EmbeddedDirectory, IsThereWhenTheStoreIsOpenedAgain) {
  EmbeddedWorld world;
  AMANA_ASSERT_OK(world.Open().value()->CommitAndWait(SetSample()));
  const auto store = world.Open().value();
  EXPECT_EQ(store->Read().value()->directory().Current().value()->agencies().size(), 1u);
}

TEST(EmbeddedDirectory, AnHourLastsForEverybodyAsItWasOpened) {
  EXPECT_EQ(EmbeddedWorld().Open().value()->Read().value()->directory().Hour(), absl::Hours(1));
  EmbeddedWorld world([](EmbeddedOptions& options) { options.hour = absl::Seconds(1); });
  const auto store = world.Open().value();
  EXPECT_EQ(store->Read().value()->directory().Hour(), absl::Seconds(1));
  AMANA_ASSERT_OK(store->CommitAndWait([](Transaction& tx) {
    EXPECT_EQ(tx.directory().Hour(), absl::Seconds(1));
    return absl::OkStatus();
  }));
}

}  // namespace
}  // namespace amana::store
