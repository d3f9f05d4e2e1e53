#include "broker/operations/notices.h"

#include <gtest/gtest.h>

#include "broker/events/commit.h"
#include "broker/operations/notice_hub.h"
#include "broker/operations/testing_offers.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

const AgencyId kPolice = *AgencyId::Create("police");
const AgencyId kRefugeId = *AgencyId::Create("refuge");
const AgencyId kHavenId = *AgencyId::Create("haven");

class Notices : public ::testing::Test {
 protected:
  Notices() {
    AddShelter(world, kRefuge);
    AppointOfficer(world);
  }
  // Everything there is for the agency from `place` on; `place` moves on.
  std::vector<v1::Notice> All(const AgencyId& agency, NoticePlace& place) {
    std::vector<v1::Notice> notices;
    while (place.next < LogSize(world)) {
      const auto page = ReadNotices(*world.store().Read().value(), agency, place);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      notices.insert(notices.end(), page->response.notices().begin(),
                     page->response.notices().end());
      EXPECT_TRUE(page->response.next_index() > place.next || page->response.notices().empty());
      place = {page->response.next_index(), page->log_size};
    }
    return notices;
  }
  std::vector<v1::Notice> All(const AgencyId& agency) {
    NoticePlace place;
    return All(agency, place);
  }
  v1::EventKind KindOf(const v1::Notice& notice) {
    return EventsFrom(world, notice.index()).at(0).event.kind;
  }
  std::vector<v1::EventKind> KindsOf(const std::vector<v1::Notice>& notices) {
    std::vector<v1::EventKind> kinds;
    for (const v1::Notice& notice : notices) kinds.push_back(KindOf(notice));
    return kinds;
  }

  World world;
};

TEST_F(Notices, TheSenderIsToldOfEveryChangeOfState) {
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge});
  const v1::Delivery offer = SeeAt(world, kHaven);
  AMANA_ASSERT_OK(AskAt(world, kHaven, offer).status());
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, offer, v1::REASON_INSUFFICIENT_INFORMATION).status());
  const v1::Delivery second = AcceptAt(world, kRefuge);
  AMANA_ASSERT_OK(StartAt(world, kRefuge, second).status());
  AMANA_ASSERT_OK(ReportAt(world, kRefuge, second).status());
  const std::vector<v1::Notice> told = All(kPolice);
  std::vector<uint64_t> expected;
  for (const store::StoredEvent& each : EventsFrom(world)) {
    if (each.event.referral.has_value()) expected.push_back(each.index);
  }
  std::vector<uint64_t> indexes;
  for (const v1::Notice& notice : told) indexes.push_back(notice.index());
  EXPECT_EQ(indexes, expected) << "every event about its referral";
}

TEST_F(Notices, WithTheStatementOfTheOtherSide) {
  SendRouteTo(world, {kHaven, kRefuge});
  const v1::Delivery offer = SeeAt(world, kHaven);
  AMANA_ASSERT_OK(AskAt(world, kHaven, offer).status());
  const std::vector<v1::Notice> told = All(kPolice);
  const v1::Notice& asked = told.back();
  ASSERT_EQ(KindOf(asked), v1::EVENT_KIND_TASK_INFO_REQUESTED);
  EXPECT_EQ(asked.statement().payload_type(), envelope::kQuestionType);
  EXPECT_EQ(envelope::PayloadDigest(asked.statement()),
            EventsFrom(world, asked.index()).at(0).event.statement_digest);
  EXPECT_EQ(asked.certificate(), std::string(kHaven.person().certificate.der()));
  for (const v1::Notice& notice : told) {
    if (KindOf(notice) == v1::EVENT_KIND_SUBMISSION_ACCEPTED) {
      EXPECT_FALSE(notice.has_statement()) << "its own";
    }
  }
}

TEST_F(Notices, ARecipientIsToldOfItsOwnOfferAndNothingElse) {
  SendRouteTo(world, {kHaven, kRefuge});
  EXPECT_TRUE(All(kHavenId).empty()) << "nothing was given to it";
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeeAt(world, kHaven)).status());
  const std::vector<v1::Notice> haven = All(kHavenId);
  EXPECT_FALSE(haven.empty());
  for (const v1::Notice& notice : haven) {
    EXPECT_EQ(notice.SerializeAsString().find("refuge"), std::string::npos);
    EXPECT_FALSE(notice.has_statement());
    const events::Event event = EventsFrom(world, notice.index()).at(0).event;
    EXPECT_EQ(event.recipient, kHaven.address());
  }
  EXPECT_TRUE(All(kRefugeId).empty());
  TakeAt(world, kRefuge);
  EXPECT_FALSE(All(kRefugeId).empty());
}

TEST_F(Notices, NoCandidateLearnsThatACoordinatorNamedIt) {
  ReportFree(world, kHaven, 0);
  ReportFree(world, kRefuge, 0);
  const Sent sent = SendRoute(world, ConsentTo(world, {kHaven, kRefuge}), {});
  world.RunTimers();
  AMANA_ASSERT_OK(ActOn(world, QueueOf(world).at(0), v1::COORDINATOR_ACT_KIND_NAME,
                        [](v1::CoordinatorAct& act) {
                          act.mutable_recipient()->set_agency("refuge");
                          act.mutable_recipient()->set_unit("intake");
                        })
                      .status());
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_NEEDS_WRAP);
  EXPECT_TRUE(All(kRefugeId).empty());
}

TEST_F(Notices, APageGoesOnWhereTheLastEnded) {
  for (char subject = 'a'; subject < 'k'; ++subject) SendRouteTo(world, {kHaven}, subject);
  NoticePlace place;
  const size_t first = All(kPolice, place).size();
  EXPECT_GT(first, 10u);
  EXPECT_EQ(place.next, LogSize(world));
  SendRouteTo(world, {kHaven}, 'z');
  const std::vector<v1::Notice> more = All(kPolice, place);
  EXPECT_FALSE(more.empty());
  EXPECT_EQ(All(kPolice).size(), first + more.size());
}

TEST_F(Notices, APlaceBeyondTheLogIsRefused) {
  NoticePlace place;
  place.next = LogSize(world) + 1;
  EXPECT_EQ(ErrorReason(ReadNotices(*world.store().Read().value(), kPolice, place).status()),
            "FIELD_INVALID");
  place = {0, LogSize(world) + 1};
  EXPECT_EQ(ErrorReason(ReadNotices(*world.store().Read().value(), kPolice, place).status()),
            "FIELD_INVALID");
}

}  // namespace
}  // namespace amana::operations
