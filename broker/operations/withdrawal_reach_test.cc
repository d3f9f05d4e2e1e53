// How far a person's no reaches: to what nobody was chosen for, to what was blocked for another
// reason, to what a recipient has declined or completed, and to every byte that is still here.
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/operations/reconsider.h"
#include "broker/operations/run_erasure.h"
#include "broker/operations/testing_acts.h"
#include "broker/operations/testing_directory.h"
#include "broker/operations/testing_offers.h"

namespace amana::operations {
namespace {

struct Reached {
  World world;

  void Withdraw(const v1::ConsentRecord& consent) {
    AMANA_ASSERT_OK(operations::Withdraw(world, consent).status());
    world.Reconsider();
    EraseWhatIsDue();
  }
  void EraseWhatIsDue() {
    while (RunErasure(world.context()) < world.clock().Now() + absl::Seconds(1)) {
    }
  }
  bool Erased(const Sent& sent) {
    return ErrorReason(world.store().Read().value()->referrals().ReadBody(sent.key).status()) ==
           "ERASED";
  }
  // Takes a task through states that no operation leads to yet.
  void Move(const Sent& sent, std::vector<std::pair<v1::TaskState, v1::Reason>> steps) {
    AMANA_ASSERT_OK(world.store().CommitAndWait([&](store::Transaction& tx) -> absl::Status {
      const store::ReferralRecord referral = **std::as_const(tx).referrals().Find(sent.key);
      delivery::Recorder recorder(tx, referral, world.clock().Now(), {});
      store::TaskRecord task = std::as_const(tx).referrals().Tasks(sent.key)->front();
      for (const auto& [state, reason] : steps) {
        AMANA_RETURN_IF_ERROR(
            recorder.MoveTask(task, state, referral::Actor::kRecipient, reason).status());
      }
      return absl::OkStatus();
    }));
  }
  void Complete(const Sent& sent) {
    const v1::Delivery offer = OfferSeen(world, sent);
    AMANA_ASSERT_OK(world.Decide(offer.delivery(), sent.digest, true));
    AMANA_ASSERT_OK(world.Acknowledge(ReceiveOne(world)));
    Move(sent, {{v1::TASK_STATE_IN_PROGRESS, v1::REASON_UNSPECIFIED},
                {v1::TASK_STATE_COMPLETED, v1::REASON_PROVIDED}});
  }
};

void ToNobodyYet(envelope::SubmissionDraft& draft) {
  v1::RouteRequest& route = *draft.header.mutable_services(0)->mutable_route();
  route.set_county(47);
  route.set_age_class(v1::SUBJECT_CLASS_ADULT);
  route.set_sex(v1::SEX_CONSTRAINT_FEMALE);
}

TEST(WithdrawalReach, WhatNobodyWasChosenForIsRevokedAndErased) {
  Reached t;
  ChangeEntry(t.world, "haven", [](v1::DirectoryEntry& entry) {
    for (v1::DirectoryUnit& unit : *entry.mutable_units()) {
      unit.clear_sexes();
      unit.add_sexes(v1::SEX_CONSTRAINT_MALE);
    }
  });
  const Sent sent = Send(t.world, 's', ToNobodyYet);
  const Sent other = Send(t.world, 'o', ToNobodyYet);
  ASSERT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_UNROUTABLE);
  AMANA_ASSERT_OK(Exclude(t.world, 's').status());  // says nothing of it
  EXPECT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_UNROUTABLE);
  t.Withdraw(sent.consent);
  EXPECT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_REVOKED);
  EXPECT_EQ(TaskOf(t.world, sent).reason, v1::REASON_CONSENT_WITHDRAWN);
  EXPECT_EQ(TaskOf(t.world, sent).consent_rules, std::vector<uint8_t>({6}));
  EXPECT_TRUE(t.Erased(sent));
  EXPECT_EQ(TaskOf(t.world, other).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_FALSE(t.Erased(other));
}

TEST(WithdrawalReach, WhatWasBlockedForAnotherReasonIsRevokedAndErased) {
  Reached t;
  v1::ConsentRecord later = t.world.Consent('l');
  later.set_valid_from_unix_ms(ToUnixMillis(t.world.clock().Now() + absl::Hours(1)));
  AMANA_ASSERT_OK(t.world.Register(later));
  const Sent held = SendUnder(t.world, later);
  ASSERT_EQ(TaskOf(t.world, held).reason, v1::REASON_CONSENT_NOT_YET_VALID);
  const Sent excluded = Send(t.world, 'x');
  AMANA_ASSERT_OK(Exclude(t.world, 'x').status());
  ASSERT_EQ(TaskOf(t.world, excluded).consent_rules, std::vector<uint8_t>({12}));
  for (const Sent& each : {held, excluded}) {
    t.Withdraw(each.consent);
    EXPECT_EQ(TaskOf(t.world, each).state, v1::TASK_STATE_REVOKED);
    EXPECT_EQ(TaskOf(t.world, each).reason, v1::REASON_CONSENT_WITHDRAWN);
    EXPECT_TRUE(t.Erased(each));
  }
  EXPECT_EQ(OfferOf(t.world, excluded).state, v1::DELIVERY_STATE_ERASED);
}

// The first word is not said again of what it has already blocked.
TEST(WithdrawalReach, WhatAWithdrawalHasBlockedStaysSo) {
  Reached t;
  const Sent sent = Send(t.world);
  AMANA_ASSERT_OK(Withdraw(t.world, sent.consent).status());
  ASSERT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  const uint64_t before = LogSize(t.world);
  const v1::ConsentRecord second = t.world.Consent('s');
  AMANA_ASSERT_OK(t.world.Register(second));
  AMANA_ASSERT_OK(Withdraw(t.world, second).status());
  t.world.Reconsider();
  EXPECT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(LogSize(t.world), before + 2);  // the two words
}

TEST(WithdrawalReach, WhatComesUnderAWithdrawnConsentIsErasedAsItComes) {
  Reached t;
  const Sent first = Send(t.world);
  t.Withdraw(first.consent);
  const Sent late = SendUnder(t.world, first.consent);
  EXPECT_EQ(TaskOf(t.world, late).reason, v1::REASON_CONSENT_WITHDRAWN);
  t.EraseWhatIsDue();
  EXPECT_TRUE(t.Erased(late));
  const auto again = t.world.Submit(late.submission);
  AMANA_ASSERT_OK(again.status());
  EXPECT_TRUE(again->replayed());
}

// What the recipient has not had must not wait for the time that what it has had is kept.
TEST(WithdrawalReach, WhatWasDisclosedInPartLeavesNothingHere) {
  Reached t;
  const Sent accepted = Send(t.world);
  const v1::Delivery offer = OfferSeen(t.world, accepted);
  AMANA_ASSERT_OK(t.world.Decide(offer.delivery(), accepted.digest, true));
  t.Withdraw(accepted.consent);
  const std::vector<store::DeliveryRecord> both = DeliveriesOf(t.world, accepted);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].state, v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_EQ(both[1].state, v1::DELIVERY_STATE_ERASED);
  EXPECT_FALSE(both[1].disclosed);
  EXPECT_TRUE(t.Erased(accepted));
  // The recall goes on without it.
  const std::vector<v1::ReceiveResponse> out = t.world.Receive();
  ASSERT_EQ(out.size(), 1u);
  AMANA_EXPECT_OK(AnswerRecallAs(t.world, out[0].recall().delivery(), accepted.digest, {}));
}

TEST(WithdrawalReach, WhatWasDeclinedIsRecalledAndErased) {
  Reached t;
  const Sent sent = Send(t.world);
  const v1::Delivery offer = OfferSeen(t.world, sent);
  AMANA_ASSERT_OK(t.world.Decide(offer.delivery(), sent.digest, false));
  t.Withdraw(sent.consent);
  EXPECT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_REVOKED);
  EXPECT_EQ(TaskOf(t.world, sent).consent_rules, std::vector<uint8_t>({8}));
  EXPECT_EQ(OfferOf(t.world, sent).state, v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_TRUE(t.Erased(sent));
}

TEST(WithdrawalReach, WhatWasCompletedIsRecalledThoughItsBodyIsGone) {
  Reached t;
  const Sent here = Send(t.world, 'h');
  t.Complete(here);
  const Sent gone = Send(t.world, 'g');
  t.Complete(gone);
  AMANA_ASSERT_OK(t.world.store().CommitAndWait(
      [&](store::Transaction& tx) { return tx.erasures().Erase(gone.key).status(); }));
  for (const Sent& each : {here, gone}) {
    const auto answer = Withdraw(t.world, each.consent);
    AMANA_ASSERT_OK(answer.status());
    EXPECT_EQ(answer->recalled(), 2u);
    t.world.Reconsider();
    t.EraseWhatIsDue();
    EXPECT_EQ(TaskOf(t.world, each).state, v1::TASK_STATE_COMPLETED);
    EXPECT_EQ(TaskOf(t.world, each).decide_at, absl::InfiniteFuture());
    for (const store::DeliveryRecord& delivery : DeliveriesOf(t.world, each)) {
      EXPECT_EQ(delivery.state, v1::DELIVERY_STATE_RECALL_SENT);
      EXPECT_EQ(delivery.reason, v1::REASON_CONSENT_WITHDRAWN);
    }
    EXPECT_TRUE(t.Erased(each));
  }
  std::vector<v1::ReceiveResponse> out = t.world.Receive();
  EXPECT_EQ(out.size(), 4u);
  for (const v1::ReceiveResponse& each : out) EXPECT_TRUE(each.recall().has_cause());
}

// Nor does it stop at what cannot be read, nor hold up the rest.
TEST(WithdrawalReach, WhatWasCompletedIsRecalledThoughTheConsentCannotBeReadAnyMore) {
  Reached t;
  const v1::ConsentRecord consent = t.world.Consent();
  AMANA_ASSERT_OK(t.world.Register(consent));
  std::vector<Sent> all;
  for (size_t i = 0; i <= kSlice; ++i) {
    all.push_back(SendUnder(t.world, consent));
    t.Complete(all.back());
  }
  AMANA_ASSERT_OK(Withdraw(t.world, consent).status());
  t.world.ChangeDatabase("UPDATE consent SET facts = zeroblob(9)");
  t.world.Reconsider();
  EXPECT_TRUE((*t.world.store().Read())->reconsiderations().Pending(9)->empty());
  for (const Sent& each : all) {
    for (const store::DeliveryRecord& delivery : DeliveriesOf(t.world, each)) {
      EXPECT_EQ(delivery.state, v1::DELIVERY_STATE_RECALL_SENT);
    }
  }
}

// Only a no reaches what is over: neither time nor a consent to something else does.
TEST(WithdrawalReach, WhatWasCompletedIsLeftAloneByAnyOtherWord) {
  Reached t;
  const Sent sent = Send(t.world);
  t.Complete(sent);
  v1::ConsentRecord other = t.world.Consent('s');
  other.mutable_recipients(0)->set_unit("coast");
  AMANA_ASSERT_OK(t.world.Register(other));
  t.world.clock().Advance(absl::Hours(31 * 24));
  AMANA_ASSERT_OK(Exclude(t.world, 's', "consulate").status());
  t.world.Reconsider();
  t.world.RunTimers();
  for (const store::DeliveryRecord& delivery : DeliveriesOf(t.world, sent)) {
    EXPECT_NE(delivery.state, v1::DELIVERY_STATE_RECALL_SENT);
  }
  AMANA_ASSERT_OK(Exclude(t.world, 's').status());
  t.world.Reconsider();
  for (const store::DeliveryRecord& delivery : DeliveriesOf(t.world, sent)) {
    EXPECT_EQ(delivery.state, v1::DELIVERY_STATE_RECALL_SENT);
    EXPECT_EQ(delivery.reason, v1::REASON_RECIPIENT_NOT_COVERED);
  }
}

// Whoever has referred the person is responsible for them, and can be told.
TEST(WithdrawalReach, AnAgencyThatHasReferredThePersonMayTakeTheNo) {
  Reached t;
  v1::ConsentRecord theirs = t.world.Consent();
  *theirs.mutable_meta() = t.world.Meta(HavenSigner());
  theirs.mutable_recorder()->set_agency("haven");
  theirs.mutable_recorder()->set_unit("intake");
  theirs.set_onward(true);
  const Sent sent = SendUnder(t.world, theirs);
  AMANA_ASSERT_OK(RegisterAs(t.world, theirs, "haven", HavenSigner()).status());
  ASSERT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_ROUTED);
  AMANA_ASSERT_OK(Withdraw(t.world, theirs, "police").status());
  EXPECT_EQ(TaskOf(t.world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
}

// One was disclosed to two agencies, and in their order another task stands between.
TEST(WithdrawalReach, WhoWasDeclinedByOneAndIsWithAnotherIsTakenBackOnce) {
  World world;
  AddShelter(world, kRefuge);
  const v1::ConsentRecord consent = ConsentTo(world, {kHaven, kRefuge});
  const Sent rerouted = SendRoute(world, consent, {kHaven, kRefuge});
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeeAt(world, kHaven)).status());
  SeeAt(world, kRefuge);
  const Sent other = SendRoute(world, consent, {kHaven}, [](envelope::SubmissionDraft& draft) {
    draft.order[0] = {kHaven.address()};
  });
  SeeAt(world, kHaven);
  AMANA_ASSERT_OK(operations::Withdraw(world, consent).status());
  world.Reconsider();
  for (const Sent& sent : {rerouted, other}) {
    EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_REVOKED);
  }
}

}  // namespace
}  // namespace amana::operations
