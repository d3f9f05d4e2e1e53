// A handover from the offer to the exit: who answers for the person, where they are, what the log
// and the task say.
#include <gmock/gmock.h>

#include "broker/delivery/wire.h"
#include "broker/events/custody_detail.h"
#include "broker/operations/get_custody.h"
#include "broker/operations/get_handover.h"
#include "broker/operations/testing_offers.h"
#include "gtest/gtest.h"

namespace amana::operations {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class HandoverPath : public testing::Test {
 protected:
  HandoverPath() { AppointOfficer(world_); }

  std::string Responsible(char subject = 's') {
    return ToString(CustodyOf(world_, subject).responsible);
  }
  std::string Holder(char subject = 's') { return CustodyOf(world_, subject).holder.value(); }
  std::vector<v1::EventKind> HandoverEvents() {
    std::vector<v1::EventKind> kinds;
    for (const store::StoredEvent& each : EventsFrom(world_)) {
      if (each.event.kind >= v1::EVENT_KIND_HANDOVER_OFFERED) kinds.push_back(each.event.kind);
    }
    return kinds;
  }
  // What the coordinator has of handovers that stand still: alerted or not.
  std::vector<bool> Queued() {
    std::vector<bool> alerted;
    const auto open = (*world_.store().Read())->queue().List(std::nullopt, {});
    AMANA_EXPECT_OK(open.status());
    for (const store::QueueItem& item : open->items) {
      if (item.reason != v1::QUEUE_REASON_HANDOVER_OVERDUE) continue;
      const store::StoredEvent opened = EventsFrom(world_)[item.item];
      EXPECT_EQ(opened.event.kind, v1::EVENT_KIND_TASK_ESCALATED);
      EXPECT_EQ(opened.event.reason, v1::REASON_NO_RESPONSE);
      alerted.push_back(item.alerted);
    }
    return alerted;
  }
  store::StoredEvent LastEvent(v1::EventKind kind) {
    store::StoredEvent found;
    for (const store::StoredEvent& each : EventsFrom(world_)) {
      if (each.event.kind == kind) found = each;
    }
    EXPECT_EQ(found.event.kind, kind);
    return found;
  }

  World world_;
};

TEST_F(HandoverPath, TheSenderAnswersFromTheFirstReferralOn) {
  Send(world_, 's');
  EXPECT_EQ(Responsible(), "police/desk");
  EXPECT_EQ(Holder(), "police");
  const store::CustodyRecord custody = CustodyOf(world_);
  const store::StoredEvent accepted = EventsFrom(world_)[custody.log_index];
  EXPECT_EQ(accepted.event.kind, v1::EVENT_KIND_SUBMISSION_ACCEPTED);
  EXPECT_EQ(accepted.event.detail, events::kBeginsCustody);
  // The next referral changes nothing.
  SendUnder(world_, world_.Consent('s'));
  EXPECT_EQ(CustodyOf(world_).log_index, custody.log_index);
  EXPECT_EQ(LastEvent(v1::EVENT_KIND_SUBMISSION_ACCEPTED).event.detail, "");
}

TEST_F(HandoverPath, ThePersonIsWhereTheHeaderSays) {
  Send(world_, 'a', [](auto& draft) {
    draft.header.mutable_physical_custody()->set_none(v1::NO_CUSTODY_HOTLINE);
  });
  EXPECT_EQ(Responsible('a'), "police/desk");
  EXPECT_EQ(Holder('a'), "");
  EXPECT_EQ(CustodyOf(world_, 'a').none, v1::NO_CUSTODY_HOTLINE);
  Send(world_, 'b',
       [](auto& draft) { draft.header.mutable_physical_custody()->set_agency("hospital"); });
  EXPECT_EQ(Holder('b'), "hospital");
}

TEST_F(HandoverPath, BothSignAndTheRecipientAnswers) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_OFFERED, Police()).status());
  EXPECT_EQ(CustodyOf(world_).under_way, handing.key());
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_AGREED, Haven()).status());
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_IN_TRANSIT, Police()).status());
  EXPECT_EQ(Holder(), "police") << "with the escort";
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven()).status());
  EXPECT_EQ(Holder(), "haven");
  EXPECT_EQ(Responsible(), "police/desk") << "until both have signed";
  const auto first = handing.Take(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Police());
  AMANA_ASSERT_OK(first.status());
  EXPECT_EQ(first->handover().state(), v1::HANDOVER_STATE_ARRIVED);
  EXPECT_EQ(first->handover().signed_by().agency(), "police");
  EXPECT_EQ(Responsible(), "police/desk");
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_ACCEPTED);

  const auto second = handing.Take(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Haven());
  AMANA_ASSERT_OK(second.status());
  EXPECT_EQ(second->handover().state(), v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_FALSE(second->handover().has_signed_by());
  EXPECT_EQ(Responsible(), "haven/intake");
  EXPECT_EQ(CustodyOf(world_).under_way, std::nullopt);
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_IN_PROGRESS);
  const store::StoredEvent moved = LastEvent(v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED);
  EXPECT_EQ(CustodyOf(world_).log_index, moved.index);
  EXPECT_EQ(events::ResponsibleFrom(moved.event.detail), CustodyOf(world_).responsible);
  EXPECT_EQ(moved.event.attempt, 1u);
  EXPECT_EQ(moved.event.recipient, *ParseAddress("police/desk", "unit")) << "the other side";
  EXPECT_THAT(HandoverEvents(),
              ElementsAre(v1::EVENT_KIND_HANDOVER_OFFERED, v1::EVENT_KIND_HANDOVER_AGREED,
                          v1::EVENT_KIND_HANDOVER_IN_TRANSIT, v1::EVENT_KIND_HANDOVER_ARRIVED,
                          v1::EVENT_KIND_HANDOVER_SIGNED_BY_ONE,
                          v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED));
}

TEST_F(HandoverPath, TheRecipientMayEndItsCareAndStaysResponsible) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  AMANA_ASSERT_OK(handing
                      .Take(v1::HANDOVER_STATE_ENDED, Haven(),
                            [](auto& step) { step.set_exit(v1::EXIT_CODE_PERSON_LEFT); })
                      .status());
  EXPECT_EQ(Responsible(), "haven/intake");
  EXPECT_EQ(Holder(), "");
  EXPECT_EQ(CustodyOf(world_).none, v1::NO_CUSTODY_LEFT);
  EXPECT_EQ(CustodyOf(world_).exit, v1::EXIT_CODE_PERSON_LEFT);
}

TEST_F(HandoverPath, ReturnedThePersonIsWhereTheyWere) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_RETURNED, Haven()).status());
  EXPECT_EQ(Holder(), "police");
  EXPECT_EQ(Responsible(), "police/desk");
  EXPECT_EQ(CustodyOf(world_).under_way, std::nullopt);
}

TEST_F(HandoverPath, AbortedOnTheWayThePersonMayBeGone) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  AMANA_ASSERT_OK(handing
                      .Take(v1::HANDOVER_STATE_ABORTED, Police(),
                            [](auto& step) { step.set_reason(v1::REASON_PERSON_LEFT); })
                      .status());
  EXPECT_EQ(Holder(), "");
  EXPECT_EQ(CustodyOf(world_).none, v1::NO_CUSTODY_LEFT);
  EXPECT_EQ(Responsible(), "police/desk");
}

TEST_F(HandoverPath, AttemptsAreNumberedAndChained) {
  const Sent sent = SendAccepted(world_);
  const Handing first(world_, sent);
  first.UpTo(v1::HANDOVER_STATE_OFFERED);
  AMANA_ASSERT_OK(first.Take(v1::HANDOVER_STATE_DECLINED, Haven()).status());
  EXPECT_EQ(
      ErrorReason(Handing(world_, sent, 3).Take(v1::HANDOVER_STATE_OFFERED, Police()).status()),
      "ATTEMPT_OUT_OF_ORDER");
  const Handing second(world_, sent, 2);
  EXPECT_EQ(ErrorReason(second
                            .Take(v1::HANDOVER_STATE_OFFERED, Police(),
                                  [&](auto& step) { step.set_previous(sent.digest); })
                            .status()),
            "HANDOVER_STEP_OUTDATED")
      << "names not the last step of the attempt before";
  second.UpTo(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_EQ(Responsible(), "haven/intake");
  EXPECT_EQ(first.State(), v1::HANDOVER_STATE_DECLINED);
}

TEST_F(HandoverPath, WhoDidNotComeMayComeLater) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  EXPECT_EQ(ErrorReason(handing.Take(v1::HANDOVER_STATE_NO_SHOW, Haven()).status()),
            "GUARD_NOT_MET");
  world_.clock().Advance(absl::Hours(3) + world_.context().policy.handover_grace);
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_NO_SHOW, Haven()).status());
  EXPECT_EQ(Responsible(), "police/desk");
  EXPECT_EQ(ErrorReason(handing.Take(v1::HANDOVER_STATE_IN_TRANSIT, Police()).status()),
            "GUARD_NOT_MET")
      << "without a new window";
  AMANA_ASSERT_OK(handing
                      .Take(v1::HANDOVER_STATE_IN_TRANSIT, Police(),
                            [this](auto& step) {
                              const int64_t now = ToUnixMillis(world_.clock().Now());
                              step.mutable_window()->set_from_unix_ms(now);
                              step.mutable_window()->set_until_unix_ms(now + 1000);
                            })
                      .status());
  AMANA_EXPECT_OK(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven()).status());
}

TEST_F(HandoverPath, AMinorIsAccompanied) {
  v1::ConsentRecord consent = world_.Consent('s');
  consent.set_given_by(v1::CONSENT_GIVER_GUARDIAN);
  consent.set_authority_evidence_sha256(std::string(32, 'a'));
  consent.set_child_assent(v1::CHILD_ASSENT_GIVEN);
  AMANA_ASSERT_OK(world_.Register(consent));
  const Sent sent = SendUnder(world_, consent, [](auto& draft) {
    draft.header.set_subject_class(v1::SUBJECT_CLASS_MINOR);
    draft.header.mutable_assertions()->set_majority_month(12 * 65);
  });
  AcceptOffer(world_, sent);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_AGREED);
  EXPECT_EQ(ErrorReason(handing.Take(v1::HANDOVER_STATE_IN_TRANSIT, Police()).status()),
            "GUARD_NOT_MET");
  AMANA_EXPECT_OK(handing
                      .Take(v1::HANDOVER_STATE_IN_TRANSIT, Police(),
                            [](auto& step) { step.add_named(v1::HANDOVER_DETAIL_COMPANION); })
                      .status());
}

TEST_F(HandoverPath, BothSidesAndTheSenderReadIt) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_AGREED);
  v1::GetHandoverRequest request;
  *request.mutable_handover()->mutable_referral() = delivery::ToWire(sent.key);
  const auto read = [&](std::string_view agency) {
    return GetHandover(world_.context(), World::CallerOf(agency), request);
  };
  for (const std::string_view agency : {"police", "haven"}) {
    const auto found = read(agency);
    AMANA_ASSERT_OK(found.status());
    EXPECT_EQ(found->handover().state(), v1::HANDOVER_STATE_AGREED);
    EXPECT_EQ(found->handover().last_step(), handing.Record().last_step.bytes());
    ASSERT_THAT(found->steps(), SizeIs(2));
    EXPECT_EQ(found->steps(1).certificate(), HavenPerson().certificate.der());
    EXPECT_EQ(found->steps(1).log_index(), LastEvent(v1::EVENT_KIND_HANDOVER_AGREED).index);
  }
  EXPECT_EQ(ErrorReason(read("consulate").status()), "NOT_FOUND");
  v1::ListHandoversRequest list;
  list.set_open_only(true);
  EXPECT_EQ(ListHandovers(world_.context(), World::CallerOf("haven"), list)->handovers_size(), 1);
  EXPECT_EQ(ListHandovers(world_.context(), World::CallerOf("consulate"), list)->handovers_size(),
            0);
}

TEST_F(HandoverPath, CustodyIsToldToWhomItConcerns) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  v1::GetCustodyRequest request;
  *request.mutable_referral() = delivery::ToWire(sent.key);
  const auto read = [&](std::string_view agency) {
    return GetCustody(world_.context(), World::CallerOf(agency), request);
  };
  auto seen = read("police");
  AMANA_ASSERT_OK(seen.status());
  EXPECT_EQ(seen->responsible().agency(), "police");
  EXPECT_EQ(seen->physical().agency(), "haven");
  EXPECT_EQ(seen->open_handover().attempt(), 1u);
  seen = read("haven");
  AMANA_ASSERT_OK(seen.status());
  EXPECT_EQ(seen->responsible().agency(), "police");
  EXPECT_EQ(seen->physical().agency(), "haven");
  EXPECT_FALSE(seen->has_open_handover());
  EXPECT_EQ(ErrorReason(read("consulate").status()), "NOT_FOUND");
}

TEST_F(HandoverPath, ASurvivorOfARestartGoesOn) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Haven()).status());
  world_.Restart();
  EXPECT_EQ(Responsible(), "police/desk");
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Police()).status());
  world_.Restart();
  EXPECT_EQ(Responsible(), "haven/intake");
}

TEST_F(HandoverPath, WhatStandsStillIsTold) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_AGREED);
  const absl::Duration grace = world_.context().policy.handover_grace;
  const auto overdue = [this] {
    std::vector<int> levels;
    for (const store::StoredEvent& each : EventsFrom(world_)) {
      if (each.event.kind == v1::EVENT_KIND_HANDOVER_OVERDUE)
        levels.push_back(each.event.detail[0]);
    }
    return levels;
  };
  world_.clock().Advance(absl::Hours(3) + grace - absl::Seconds(1));
  world_.RunTimers();
  EXPECT_THAT(overdue(), ElementsAre());
  world_.clock().Advance(absl::Seconds(1));
  world_.RunTimers();
  EXPECT_THAT(overdue(), ElementsAre(1));
  EXPECT_EQ(LastEvent(v1::EVENT_KIND_HANDOVER_OVERDUE).event.recipient,
            *ParseAddress("police/desk", "unit"))
      << "who is to bring them";
  EXPECT_THAT(Queued(), ElementsAre());
  world_.Restart();
  world_.clock().Advance(grace);
  world_.RunTimers();
  EXPECT_THAT(overdue(), ElementsAre(1, 2));
  EXPECT_THAT(Queued(), ElementsAre(false));
  world_.Restart();
  for (int i = 0; i < 2; ++i) {
    world_.clock().Advance(grace);
    world_.RunTimers();
  }
  EXPECT_THAT(overdue(), ElementsAre(1, 2, 3)) << "and no more";
  EXPECT_THAT(Queued(), ElementsAre(true));
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_IN_TRANSIT, Police()).status());
  EXPECT_EQ(handing.Record().overdue, 0u);
  EXPECT_THAT(Queued(), ElementsAre()) << "somebody has stepped";
}

// The window and the grace are over, and nobody has said that the person came, or did not.
TEST_F(HandoverPath, WhoDidNotArriveIsTheRecipientsToTell) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  const absl::Duration grace = world_.context().policy.handover_grace;
  world_.Restart();
  world_.clock().Advance(absl::Hours(3) + grace);
  world_.RunTimers();
  EXPECT_EQ(LastEvent(v1::EVENT_KIND_HANDOVER_OVERDUE).event.recipient,
            *ParseAddress("haven/intake", "unit"));
  world_.clock().Advance(grace);
  world_.RunTimers();
  EXPECT_THAT(Queued(), ElementsAre(false));
  EXPECT_EQ(Responsible(), "police/desk");
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven()).status());
  EXPECT_THAT(Queued(), ElementsAre());
  // One of two signatures is a step as well.
  for (int i = 0; i < 2; ++i) {
    world_.clock().Advance(grace);
    world_.RunTimers();
  }
  EXPECT_THAT(Queued(), ElementsAre(false));
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Haven()).status());
  EXPECT_THAT(Queued(), ElementsAre());
}

}  // namespace
}  // namespace amana::operations
