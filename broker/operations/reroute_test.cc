// The sender's reroutes, and calls: by whom, when, about which offer.
#include <gtest/gtest.h>

#include "broker/operations/testing_offers.h"

namespace amana::operations {
namespace {

class Reroutes : public ::testing::Test {
 protected:
  Reroutes() {
    AddShelter(world, kRefuge);
    AddShelter(world, kSafehouse);
    AppointOfficer(world);
    sent = SendRouteTo(world, {kHaven, kRefuge, kSafehouse});
  }
  void Declined() {
    AMANA_ASSERT_OK(
        DeclineAt(world, kHaven, SeeAt(world, kHaven), v1::REASON_ALREADY_SERVED).status());
  }
  static Edit<v1::Reroute> To(const Shelter& shelter) {
    return [shelter](v1::Reroute& message) {
      message.mutable_recipient()->set_agency(shelter.agency);
      message.mutable_recipient()->set_unit("intake");
    };
  }
  v1::TaskState State() { return TaskOf(world, sent).state; }

  World world;
  Sent sent;
};

TEST_F(Reroutes, OfWhatWasDeclinedToTheNextOrToWhomTheSenderNames) {
  ASSERT_EQ(TaskOf(world, sent).recipient, kHaven.address());
  Declined();
  const auto named = RerouteBy(world, sent, 1, To(kRefuge));
  AMANA_ASSERT_OK(named.status());
  EXPECT_EQ(named->tasks(0).offer_epoch(), 2u);
  EXPECT_EQ(TaskOf(world, sent).recipient, kRefuge.address());
  // The one who declined deletes what it has.
  EXPECT_EQ(ReceiveAt(world, kHaven).size(), 1u);
  AcceptAt(world, kRefuge);
}

TEST_F(Reroutes, NotWhileSomebodyHasIt) {
  EXPECT_EQ(ErrorReason(RerouteBy(world, sent, 1).status()), "ACTOR_NOT_ALLOWED");
  AcceptAt(world, kHaven);
  EXPECT_EQ(ErrorReason(RerouteBy(world, sent, 1).status()), "ACTOR_NOT_ALLOWED");
}

TEST_F(Reroutes, OnceForEachOffer) {
  Declined();
  AMANA_ASSERT_OK(RerouteBy(world, sent, 1).status());
  const uint64_t size = LogSize(world);
  AMANA_ASSERT_OK(RerouteBy(world, sent, 1).status());  // the same bytes
  EXPECT_EQ(LogSize(world), size);
  EXPECT_EQ(ErrorReason(RerouteBy(world, sent, 1, To(kSafehouse)).status()),
            "OFFER_EPOCH_OUTDATED");
}

TEST_F(Reroutes, BySendersPersonsOnly) {
  Declined();
  EXPECT_EQ(ErrorReason(RerouteBy(world, sent, 1, {}, Haven()).status()), "SENDER_NOT_CALLER");
  const Hand system{&PoliceSigner(), "police", "desk"};
  EXPECT_EQ(ErrorReason(RerouteBy(world, sent, 1, {}, system).status()), "SIGNER_NOT_PERSON");
  EXPECT_EQ(ErrorReason(RerouteBy(world, sent, 1,
                                  [](v1::Reroute& message) {
                                    message.set_header_digest(std::string(32, 'x'));
                                  })
                            .status()),
            "HEADER_DIGEST_MISMATCH");
  EXPECT_EQ(
      ErrorReason(
          RerouteBy(world, sent, 1, [](v1::Reroute& message) { message.set_task(4); }).status()),
      "NOT_FOUND");
  EXPECT_EQ(State(), v1::TASK_STATE_REJECTED);
}

TEST_F(Reroutes, ToNobodyWhomConsentDoesNotCoverAndNothingIsChanged) {
  Declined();
  AMANA_ASSERT_OK(Exclude(world, 's', "refuge").status());
  const auto refused = RerouteBy(world, sent, 1, To(kRefuge));
  EXPECT_EQ(ErrorReason(refused.status()), "NO_CANDIDATE");
  EXPECT_EQ(State(), v1::TASK_STATE_REJECTED);
  AMANA_ASSERT_OK(RerouteBy(world, sent, 1).status());
  EXPECT_EQ(TaskOf(world, sent).recipient, kSafehouse.address());
}

TEST_F(Reroutes, NothingIsOfferedAfterTheTimeThatItsSenderSigned) {
  world.clock().Advance(absl::Hours(14 * 24));
  world.RunTimers();
  ASSERT_EQ(State(), v1::TASK_STATE_EXPIRED);
  const auto late = RerouteBy(world, sent, TaskOf(world, sent).offer_epoch);
  EXPECT_EQ(ErrorReason(late.status()), "REFERRAL_EXPIRED");
}

// --- calls

TEST_F(Reroutes, ACallIsAboutAnOfferBetweenItsTwoSides) {
  TakeAt(world, kHaven);
  AMANA_EXPECT_OK(CallBy(world, sent, kHaven).status());
  const events::Event event = EventsFrom(world).back().event;
  EXPECT_EQ(event.kind, v1::EVENT_KIND_CALL_RECORDED);
  EXPECT_EQ(event.detail, std::string(1, v1::CALL_OUTCOME_WILL_TAKE));
  EXPECT_EQ(event.actor_person.value(), "officer-1");

  AMANA_EXPECT_OK(CallBy(
                      world, sent, kHaven,
                      [](v1::CallRecord& call) {
                        call.mutable_called()->set_agency("police");
                        call.mutable_called()->set_unit("desk");
                        call.set_called_person("officer-1");
                      },
                      Haven())
                      .status());
  // The coordinator may call either.
  const Hand coordinator{&envelope::TestCoordinator(), "secretariat", "desk"};
  EXPECT_EQ(ErrorReason(CallBy(world, sent, kHaven, {}, coordinator).status()), "NOT_FOUND")
      << "CallBy speaks over a system's connection: that is no coordinator's";
  const Hand refuge{&kRefuge.person(), "refuge", "intake"};
  EXPECT_EQ(ErrorReason(CallBy(world, sent, kHaven, {}, refuge).status()), "NOT_FOUND");
}

TEST_F(Reroutes, CallsAreChecked) {
  const struct {
    std::string reason;
    Edit<v1::CallRecord> edit;
  } rows[] = {
      {"FIELD_INVALID", [](v1::CallRecord& m) { m.clear_outcome(); }},
      {"FIELD_INVALID", [](v1::CallRecord& m) { m.set_called_unix_ms(0); }},
      {"FIELD_INVALID",
       [](v1::CallRecord& m) { m.set_called_unix_ms(m.meta().created_unix_ms() + 1); }},
      {"ID_INVALID", [](v1::CallRecord& m) { m.set_called_person("Not An Id"); }},
      {"OFFER_EPOCH_OUTDATED", [](v1::CallRecord& m) { m.set_offer_epoch(2); }},
      {"HEADER_DIGEST_MISMATCH",
       [](v1::CallRecord& m) { m.set_header_digest(std::string(32, 'x')); }},
      {"FIELD_INVALID", [](v1::CallRecord& m) { m.mutable_called()->set_agency("refuge"); }},
      {"NOT_FOUND", [](v1::CallRecord& m) { m.mutable_referral()->set_version(9); }},
  };
  const uint64_t size = LogSize(world);
  for (const auto& row : rows) {
    EXPECT_EQ(ErrorReason(CallBy(world, sent, kHaven, row.edit).status()), row.reason);
  }
  EXPECT_EQ(LogSize(world), size);
}

TEST_F(Reroutes, WhereNothingIsOfferedNobodyCanBeCalledAboutIt) {
  const Sent blocked = SendRoute(world, ConsentTo(world, {{"elsewhere"}}, 'b'), {kSafehouse});
  EXPECT_EQ(ErrorReason(CallBy(world, blocked, kHaven).status()), "NO_OFFER");
}

}  // namespace
}  // namespace amana::operations
