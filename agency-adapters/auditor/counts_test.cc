#include "agency-adapters/auditor/counts.h"

#include <gtest/gtest.h>

#include "agency-adapters/auditor/bundle_events.h"
#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/testing.h"

namespace amana::auditor {
namespace {

using sdk::EventField;

std::string TimeBytes(absl::Time time) {
  std::string bytes(8, '\0');
  uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(time));
  for (size_t i = 8; i-- > 0; millis >>= 8) bytes[i] = static_cast<char>(millis & 0xff);
  return bytes;
}

class CountsTest : public ::testing::Test {
 protected:
  void Add(v1::EventKind kind, int referral, absl::Duration after, const std::string& recipient,
           v1::Reason reason = v1::REASON_UNSPECIFIED) {
    std::string id(16, 'r');
    id[0] = static_cast<char>(referral);
    sdk::testing::SampleEvent event{
        kind,
        {},
        StatementKey{AgencyId::Create("police-a").value(), ReferralId::FromBytes(id).value(), 1},
        {{EventField::kTime, TimeBytes(envelope::SampleTime() + after)}}};
    if (!recipient.empty()) event.more[EventField::kRecipient] = recipient;
    if (reason != 0) event.more[EventField::kReason] = std::string(1, static_cast<char>(reason));
    const v1::EventOpening opening = sdk::testing::MakeOpening(event, static_cast<char>(next_));
    MirroredEvent mirrored{next_++, true, opening.SerializeAsString()};
    if (fields_.has_value()) {
      const auto narrowed = Narrowed(mirrored, *fields_);
      AMANA_ASSERT_OK(narrowed.status());
      mirrored = {mirrored.index, false, narrowed->partial().SerializeAsString()};
    }
    const auto view = ViewOf(mirrored);
    AMANA_ASSERT_OK(view.status());
    AMANA_ASSERT_OK(book_->Add({{mirrored, *view}}, next_));
  }

  // Ten referrals, each delivered after as many minutes as it has a number, and answered.
  void TenReferrals() {
    for (int i = 1; i <= 10; ++i) {
      Add(v1::EVENT_KIND_SUBMISSION_ACCEPTED, i, absl::Minutes(0), "");
    }
    for (int i = 1; i <= 10; ++i) {
      Add(v1::EVENT_KIND_DELIVERY_NATIVE_ACKED, i, absl::Minutes(i), "shelter-a/intake");
    }
    for (int i = 1; i <= 10; ++i) {
      const absl::Duration after = absl::Hours(i <= 7 ? 1 : 30);
      if (i % 10 != 0) {
        Add(v1::EVENT_KIND_TASK_ACCEPTED, i, after, i <= 7 ? "shelter-a/intake" : "shelter-b/x");
      } else {
        Add(v1::EVENT_KIND_TASK_REJECTED, i, after, "shelter-a/intake", v1::REASON_NO_CAPACITY);
      }
    }
  }

  std::string Text(Counted counted, const std::vector<CountBy>& by, const EventQuery& query = {}) {
    const auto counts = CountEvents(*book_, query, counted, by);
    EXPECT_TRUE(counts.ok()) << counts.status();
    counts_ = *counts;
    std::string text;
    for (const CountRow& row : counts->rows) {
      for (const std::string& part : row.key) text += part + " ";
      text += CellText(row.count);
      if (row.times.has_value()) {
        for (const auto& time : {row.times->p50, row.times->p90, row.times->p99}) {
          if (time.has_value()) text += " " + absl::FormatDuration(*time);
        }
      }
      text += "\n";
    }
    return text;
  }

  TempDir dir_;
  const std::unique_ptr<MirrorBook> book_ = MirrorBook::Open(dir_.path()).value();
  std::optional<transparency::FieldSet> fields_;  // what is shown; all
  uint64_t next_ = 0;
  Counts counts_;
};

TEST_F(CountsTest, TimesRunFromTheSubmission) {
  TenReferrals();
  EXPECT_EQ(Text(Counted::kDeliveries, {CountBy::kAgency}),
            "shelter-a 10 5m\n"
            "all 10 5m\n");
  const std::string day = absl::FormatTime("%Y-%m-%d", envelope::SampleTime(), absl::UTCTimeZone());
  EXPECT_EQ(Text(Counted::kDeliveries, {CountBy::kDay, CountBy::kAgency}).substr(0, 26),
            day + " shelter-a 10 5m");
  EXPECT_EQ(counts_.unmeasured, 0u);
}

TEST_F(CountsTest, OfFewNeitherNumberNorTimeIsShown) {
  TenReferrals();
  // Two accepted at shelter-b: the total would tell, beside the seven of shelter-a.
  EXPECT_EQ(Text(Counted::kAcceptances, {CountBy::kAgency}),
            "shelter-a n/s\n"
            "shelter-b <5\n"
            "all 9 1h\n");
  EXPECT_EQ(Text(Counted::kRefusals, {CountBy::kReason}), "NO_CAPACITY <5\nall <5\n");
}

TEST_F(CountsTest, WhatIsAskedIsCounted) {
  TenReferrals();
  EXPECT_EQ(
      Text(Counted::kEvents, {CountBy::kKind}, {.kinds = {v1::EVENT_KIND_SUBMISSION_ACCEPTED}}),
      "SUBMISSION_ACCEPTED 10\nall 10\n");
  // Times begin at a submission also where submissions are not asked for.
  EXPECT_EQ(Text(Counted::kDeliveries, {CountBy::kReason},
                 {.from = envelope::SampleTime() + absl::Minutes(3)}),
            "(none) 8\nall 8\n");
  EXPECT_EQ(Text(Counted::kEvents, {CountBy::kKind},
                 {.referral = ReferralId::FromBytes(std::string(16, 'z')).value()}),
            "all 0\n");
}

TEST_F(CountsTest, WhatIsNotShownIsNotGuessed) {
  fields_ = transparency::FieldSet(0b100'0000'0000'0011);  // kind, time and reason
  TenReferrals();
  EXPECT_EQ(Text(Counted::kDeliveries, {CountBy::kAgency}), "(not shown) 10\nall 10\n");
  EXPECT_EQ(counts_.unmeasured, 10u);
  EXPECT_EQ(counts_.without_key, 10u);
  EXPECT_EQ(
      Text(Counted::kEvents, {CountBy::kKind}, {.agency = AgencyId::Create("shelter-a").value()}),
      "all 0\n");
  EXPECT_EQ(counts_.unsure, 30u);
}

}  // namespace
}  // namespace amana::auditor
