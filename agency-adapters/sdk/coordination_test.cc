#include "agency-adapters/sdk/coordination.h"

#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/sender_for_test.h"
#include "amana/v1/coordination_service.pb.h"
#include "base/status.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

const Address kIntake = *ParseAddress("shelter-a/intake", "unit");
const Address kIom = *ParseAddress("iom-a/protection", "unit");

class CoordinationTest : public SenderTest {
 protected:
  static Identity WithPerson(const testing::FakeBroker& broker, crypto::Role role) {
    const tests::TestIdentity& person = tests::TestSigner("police-a", role, "desk", "officer-1");
    const tests::TestIdentity& tls = tests::TestTls("police-a", crypto::Role::kSystem, "desk");
    const tests::TestIdentity& system =
        tests::TestSigner("police-a", crypto::Role::kSystem, "desk");
    return *Identity::Create({.agency = *AgencyId::Create("police-a"),
                              .unit = *UnitId::Create("desk"),
                              .trust_domain = std::string(tests::kTestTrustDomain),
                              .broker = "localhost:1",
                              .broker_agency = *AgencyId::Create("amana"),
                              .tls = {tls.certificate, crypto::Secret(tls.key_pem)},
                              .signing = SigningIdentity{system.certificate, system.key},
                              .person = SigningIdentity{person.certificate, person.key},
                              .sealing = {},
                              .authorities = tests::TestVerifier({"police-a", "amana"}),
                              .log = broker.log()});
  }
  envelope::CandidateOrderStatement OrderIn(int64_t entry) {
    v1::SetCandidatesRequest request;
    EXPECT_TRUE(request.ParseFromString(sender_->outbox().Get(entry)->request));
    return envelope::ParseCandidateOrder(request.order()).value();
  }
  template <class Message, class Request>
  Message Said(int64_t entry, const v1::SignedEnvelope& (Request::*slot)() const) {
    Request request;
    EXPECT_TRUE(request.ParseFromString(sender_->outbox().Get(entry)->request));
    const SigningIdentity& person = **officer_.PersonSigner();
    AMANA_EXPECT_OK(envelope::VerifyEnvelope((request.*slot)(), person.certificate.public_key()));
    Message message;
    EXPECT_TRUE(message.ParseFromString((request.*slot)().payload()));
    return message;
  }

  const Identity officer_ = WithPerson(broker_, crypto::Role::kPerson);
  Coordination acts_{officer_, *mailbox_, clock_};
};

TEST_F(CoordinationTest, OrdersAreNumberedInTurn) {
  const QueuedReferral referral = Queue();
  const int64_t first = acts_.SetCandidates(referral.key, {{0, {kIntake, kIom}}}).value();
  EXPECT_EQ(OrderIn(first).number, 1u);
  EXPECT_EQ(acts_.SetCandidates(referral.key, {{0, {kIntake, kIom}}}).value(), first);
  const int64_t second = acts_.SetCandidates(referral.key, {{0, {kIom}}}).value();
  EXPECT_EQ(OrderIn(second).number, 2u);
  EXPECT_EQ(OrderIn(second).tasks.at(0), std::vector<Address>{kIom});
  // Back to the first one is a third.
  const int64_t third = acts_.SetCandidates(referral.key, {{0, {kIntake, kIom}}}).value();
  EXPECT_EQ(OrderIn(third).number, 3u);
}

TEST_F(CoordinationTest, AnOrderFollowsTheOneThatTheReferralBrought) {
  AMANA_ASSERT_OK(sender_->AddCandidate(CandidateOf("shelter-a/intake")));
  ReferralDraft draft = Draft();
  draft.order = {{1, {kIom}}};
  const auto queued = sender_->Queue(draft);
  ASSERT_TRUE(queued.ok()) << queued.status();
  const int64_t entry = acts_.SetCandidates(queued->key, {{1, {kIom}}}).value();
  EXPECT_EQ(OrderIn(entry).number, 2u);
}

TEST_F(CoordinationTest, WhatTheBrokerRefusedDoesNotCount) {
  const QueuedReferral referral = Queue();
  const int64_t first = acts_.SetCandidates(referral.key, {{0, {kIntake}}}).value();
  AMANA_ASSERT_OK(sender_->outbox().Refuse(
      first, MakeError(absl::StatusCode::kFailedPrecondition, "STATEMENT_TOO_OLD", "", "")));
  clock_.Advance(absl::Seconds(1));
  const int64_t again = acts_.SetCandidates(referral.key, {{0, {kIntake}}}).value();
  EXPECT_NE(again, first);
  EXPECT_EQ(OrderIn(again).number, 1u);
}

TEST_F(CoordinationTest, ARerouteNamesTheOfferThatIsOver) {
  const QueuedReferral referral = Queue();
  const int64_t next = acts_.Reroute(referral.key, 0, 2, std::nullopt).value();
  const auto said = Said<v1::Reroute>(next, &v1::RerouteTaskRequest::reroute);
  EXPECT_EQ(said.offer_epoch(), 2u);
  EXPECT_EQ(said.header_digest(), referral.digest.view());
  EXPECT_FALSE(said.has_recipient());
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(acts_.Reroute(referral.key, 0, 2, std::nullopt).value(), next);
  EXPECT_NE(acts_.Reroute(referral.key, 0, 2, kIom).value(), next);
  EXPECT_NE(acts_.Reroute(referral.key, 0, 3, std::nullopt).value(), next);
}

TEST_F(CoordinationTest, CallsAndActsAreAPersons) {
  const QueuedReferral referral = Queue();
  v1::CallRecord call;
  *call.mutable_referral() = ToWire(referral.key);
  call.set_outcome(v1::CALL_OUTCOME_WILL_TAKE);
  const auto called =
      Said<v1::CallRecord>(acts_.RecordCall(call).value(), &v1::RecordCallRequest::call);
  EXPECT_EQ(called.by().agency(), "police-a");
  EXPECT_EQ(called.by().unit(), "desk");
  v1::CoordinatorAct act;
  act.set_item(7);
  act.set_kind(v1::COORDINATOR_ACT_KIND_CLOSE);
  *act.mutable_referral() = ToWire(referral.key);
  const auto acted = Said<v1::CoordinatorAct>(acts_.Act(act).value(), &v1::ActOnItemRequest::act);
  EXPECT_EQ(acted.coordinator().unit(), "desk");

  Coordination system(identity_, *mailbox_, clock_);
  EXPECT_EQ(ErrorReason(system.RecordCall(call).status()), "PERSON_KEY_MISSING");
  EXPECT_EQ(ErrorReason(system.Act(act).status()), "PERSON_KEY_MISSING");
  EXPECT_EQ(ErrorReason(system.Reroute(referral.key, 0, 1, std::nullopt).status()),
            "PERSON_KEY_MISSING");
}

TEST_F(CoordinationTest, OnlyOfAReferralThatThisMailboxSent) {
  const StatementKey other{*AgencyId::Create("police-a"),
                           *ReferralId::FromBytes(std::string(16, 'x')), 1};
  EXPECT_EQ(ErrorReason(acts_.SetCandidates(other, {{0, {kIom}}}).status()), "ENTRY_UNKNOWN");
  EXPECT_EQ(ErrorReason(acts_.Reroute(other, 0, 1, std::nullopt).status()), "ENTRY_UNKNOWN");
}

}  // namespace
}  // namespace amana::sdk
