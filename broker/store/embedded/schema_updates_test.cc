#include "broker/store/embedded/schema_updates.h"

#include <algorithm>
#include <span>

#include "base/sqlite.h"
#include "base/testing.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/schema.h"
#include "broker/store/suite.h"
#include "gtest/gtest.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

// The row as it was, and the digest over it still the right one: the referral's own.
TEST(UpdatesScript, TakesOverDeliveriesFromBeforeThereWereUpdates) {
  const TempDir dir;
  const auto db = sqlite::Database::Open(dir.File("store.db"), {}).value();
  const std::span<const std::string_view> scripts = SchemaScripts();
  const auto updates = std::find(scripts.begin(), scripts.end(), kUpdatesScript);
  ASSERT_NE(updates, scripts.end());
  AMANA_ASSERT_OK(
      sqlite::Migrate(*db, scripts.first(static_cast<size_t>(updates - scripts.begin()))));
  const DeliveryRecord d = SampleDelivery(1);
  const RowDigest digest = DigestOf(d);
  AMANA_ASSERT_OK(db->Run(
      "INSERT INTO delivery (referral, task, offer_epoch, stage, agency, unit, recipient_cert, "
      "state, reason, urgency, subject, disclosed, attempts, lease_epoch, queued, expires, "
      "changed, due, digest) VALUES (7, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
      "?14, ?15, ?16, ?17, ?18)",
      d.key.task.task, d.key.offer_epoch, d.key.stage, d.recipient.agency.value(),
      d.recipient.unit.value(), Blob(d.recipient_cert.view()), d.state, d.reason, d.urgency,
      Blob(d.subject.view()), d.disclosed, d.attempts, d.lease_epoch, TimeToRow(d.queued),
      TimeToRow(d.expires), TimeToRow(d.changed), DueToRow(d.due), digest.blob()));
  AMANA_ASSERT_OK(sqlite::Migrate(*db, scripts));

  const std::string id = d.key.task.referral.referral.bytes();
  auto row = db->Prepare(
                   "SELECT ?1, ?2, ?3, d.task, d.offer_epoch, d.stage, d.update_number, "
                   "d.agency, d.unit, d.recipient_cert, d.state, d.reason, d.urgency, "
                   "d.subject, d.disclosed, d.attempts, d.lease_epoch, d.queued, d.expires, "
                   "d.changed, d.due, d.digest FROM delivery d WHERE d.referral = 7")
                 .value();
  row.Bind(d.key.task.referral.sender.value(), Blob(id), d.key.task.referral.version);
  ASSERT_TRUE(row.Step().value());
  const auto read = ReadDelivery(row);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->key, d.key);
  EXPECT_EQ(Print(*read), Print(d));
  EXPECT_FALSE(row.Step().value());
  auto indexes = db->Prepare(
                       "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND "
                       "tbl_name = 'delivery' AND sql IS NOT NULL")
                     .value();
  ASSERT_TRUE(indexes.Step().value());
  EXPECT_EQ(indexes.Int(0), 5) << "what is looked for is found as before";
}

}  // namespace
}  // namespace amana::store::embedded
