#include "agency-adapters/auditor/question.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "agency-adapters/auditor/bundle_events.h"
#include "agency-adapters/sdk/testing.h"
#include "base/sqlite.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::auditor {
namespace {

using sdk::EventField;

AgencyId Agency(int which) {
  return AgencyId::Create(which == 0 ? "police-a" : "shelter-a").value();
}
template <class Id>
Id IdOf(int which) {
  return Id::FromBytes(std::string(Id::kSize, static_cast<char>('a' + which))).value();
}
std::string Number(int value) { return std::string(1, static_cast<char>(value)); }

class QuestionTest : public ::testing::Test {
 protected:
  int Below(int end) { return static_cast<int>(random_() % static_cast<uint64_t>(end)); }

  absl::Time Time(int second) const { return envelope::SampleTime() + absl::Seconds(second); }

  sdk::testing::SampleEvent Event(int second) {
    constexpr v1::EventKind kKinds[] = {v1::EVENT_KIND_GRANT_ADDED,
                                        v1::EVENT_KIND_HANDOVER_OVERDUE};
    sdk::testing::SampleEvent event{kKinds[Below(2)], {}, {}, {}};
    if (Below(2) == 0) event.referral = {Agency(Below(2)), IdOf<ReferralId>(Below(2)), 1};
    std::string time(8, '\0');
    uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(Time(second)));
    for (size_t i = 8; i-- > 0; millis >>= 8) time[i] = static_cast<char>(millis & 0xff);
    event.more[EventField::kTime] = time;
    if (Below(2) == 0) {
      event.more[EventField::kReason] =
          Number(Below(2) == 0 ? v1::REASON_ACK_SLA_MISSED : v1::REASON_NO_CAPACITY);
    }
    if (Below(2) == 0) event.more[EventField::kRecipient] = Agency(Below(2)).value() + "/intake";
    if (Below(2) == 0) event.more[EventField::kActorAgency] = Agency(Below(2)).value();
    if (Below(2) == 0) event.more[EventField::kConsentRules] = Number(1 + Below(2));
    if (Below(2) == 0) event.more[EventField::kWithheld] = Number(1 + Below(2));
    if (Below(2) == 0) event.more[EventField::kConsentId] = IdOf<ConsentId>(Below(2)).bytes();
    if (Below(2) == 0) event.more[EventField::kCertId] = IdOf<CertId>(Below(2)).bytes();
    return event;
  }

  EventQuery Query() {
    EventQuery query;
    const auto asks = [this] { return Below(5) == 0; };
    if (asks()) query.kinds = {v1::EVENT_KIND_HANDOVER_OVERDUE, v1::EVENT_KIND_LOG_OPENED};
    if (asks()) query.reasons = {v1::REASON_NO_CAPACITY};
    if (asks()) query.from = Time(Below(40));
    if (asks()) query.until = Time(Below(40));
    if (asks()) query.agency = Agency(Below(2));
    if (asks()) query.counterpart = Agency(Below(2));
    if (asks()) query.referral = IdOf<ReferralId>(Below(2));
    if (asks()) query.consent = IdOf<ConsentId>(Below(2));
    if (asks()) query.rule = static_cast<uint8_t>(1 + Below(2));
    if (asks()) query.certificate = IdOf<CertId>(Below(2));
    if (asks()) query.category = static_cast<v1::Category>(1 + Below(2));
    query.sla_breach = asks();
    return query;
  }

  std::mt19937_64 random_{20311201};
};

TEST_F(QuestionTest, AnswersAreThoseThatAMirrorFinds) {
  const TempDir dir;
  const auto book = MirrorBook::Open(dir.path()).value();
  std::vector<NewEvent> events;
  for (int i = 0; i < 40; ++i) {
    const v1::EventOpening opening = sdk::testing::MakeOpening(Event(i), static_cast<char>(i));
    MirroredEvent whole{static_cast<uint64_t>(i), true, opening.SerializeAsString()};
    // Every third as somebody sees it who is not shown all.
    if (i % 3 == 0) {
      const auto narrowed = Narrowed(whole, transparency::FieldSet(random_()));
      AMANA_ASSERT_OK(narrowed.status());
      whole = {whole.index, false, narrowed->partial().SerializeAsString()};
    }
    const auto view = ViewOf(whole);
    AMANA_ASSERT_OK(view.status());
    events.push_back({whole, *view});
  }
  AMANA_ASSERT_OK(book->Add(events, 40));
  size_t answers = 0;
  for (int round = 0; round < 500; ++round) {
    const EventQuery query = Query();
    const auto found = book->Find(query, 0, 100);
    AMANA_ASSERT_OK(found.status());
    std::set<uint64_t> indexes;
    for (const MirroredEvent& event : *found) indexes.insert(event.index);
    answers += indexes.size();
    for (const NewEvent& event : events) {
      const Answer answer = AnswerOf(query, event.view);
      EXPECT_EQ(answer == Answer::kYes, indexes.contains(event.event.index));
      const auto fields = FieldsThatSayNo(query, event.view);
      ASSERT_EQ(fields.has_value(), answer == Answer::kNo);
      if (!fields.has_value()) continue;
      // What says no is enough to say no, and is of the same leaf.
      const auto narrowed = Narrowed(event.event, *fields);
      AMANA_ASSERT_OK(narrowed.status());
      const auto view = ViewOf(*narrowed);
      AMANA_ASSERT_OK(view.status());
      EXPECT_EQ(view->opened, *fields);
      EXPECT_EQ(view->leaf_data, event.view.leaf_data);
      EXPECT_EQ(AnswerOf(query, *view), Answer::kNo);
    }
    const auto again = FromWire(ToWire(query));
    AMANA_ASSERT_OK(again.status());
    EXPECT_EQ(Conditions(*again), Conditions(query));
    EXPECT_EQ(envelope::Serialize(ToWire(*again)), envelope::Serialize(ToWire(query)));
  }
  EXPECT_GT(answers, 500u);
}

// What a mirror from before holds is found by rule and category as well.
TEST_F(QuestionTest, AnOlderMirrorIsIndexedWhenItIsOpened) {
  const TempDir dir;
  std::vector<NewEvent> events;
  for (int i = 0; i < 40; ++i) {
    const v1::EventOpening opening = sdk::testing::MakeOpening(Event(i), static_cast<char>(i));
    const MirroredEvent whole{static_cast<uint64_t>(i), true, opening.SerializeAsString()};
    const auto view = ViewOf(whole);
    AMANA_ASSERT_OK(view.status());
    events.push_back({whole, *view});
  }
  AMANA_ASSERT_OK(MirrorBook::Open(dir.path()).value()->Add(events, 40));
  {
    const auto db = sqlite::Database::Open(dir.File(MirrorBook::kFile), {}).value();
    AMANA_ASSERT_OK(db->Exec("DROP TABLE event_mark; PRAGMA user_version = 2"));
  }
  const auto book = MirrorBook::Open(dir.path()).value();
  size_t found = 0;
  for (const uint8_t code : {1, 2}) {
    for (const EventQuery& query :
         {EventQuery{.rule = code}, EventQuery{.category = static_cast<v1::Category>(code)}}) {
      const auto events_found = book->Find(query, 0, 100);
      AMANA_ASSERT_OK(events_found.status());
      found += events_found->size();
      for (const NewEvent& event : events) {
        const bool is_found = std::ranges::find(*events_found, event.event.index,
                                                &MirroredEvent::index) != events_found->end();
        EXPECT_EQ(is_found, AnswerOf(query, event.view) == Answer::kYes) << event.event.index;
      }
    }
  }
  EXPECT_GT(found, 20u);
}

TEST_F(QuestionTest, AQuestionOfIdsThatAreNoneIsRefused) {
  v1::EvidenceQuestion wire;
  wire.set_referral_id("short");
  EXPECT_EQ(ErrorReason(FromWire(wire).status()), "LENGTH_INVALID");
  wire.Clear();
  wire.set_agency("No Agency");
  EXPECT_EQ(ErrorReason(FromWire(wire).status()), "ID_INVALID");
  wire.Clear();
  wire.set_rule(256);
  EXPECT_EQ(ErrorReason(FromWire(wire).status()), "LENGTH_INVALID");
}

}  // namespace
}  // namespace amana::auditor
