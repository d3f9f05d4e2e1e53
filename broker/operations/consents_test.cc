// Consents, exclusions and withdrawals: who may say what, what it does to what is on its way, and
// what nobody else may learn from it.
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/operations/get_consent.h"
#include "broker/operations/get_referral.h"
#include "broker/operations/testing_acts.h"
#include "proto/crypto/random.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

absl::StatusOr<v1::GetConsentResponse> GetAs(World& world, const v1::ConsentRecord& record,
                                             std::string_view agency, uint32_t version = 0) {
  v1::GetConsentRequest request;
  request.set_consent_id(record.consent_id());
  request.set_version(version);
  return GetConsent(world.context(), World::CallerOf(agency), request);
}

v1::ConsentRecord Narrower(const v1::ConsentRecord& record, uint32_t version) {
  v1::ConsentRecord next = record;
  next.set_version(version);
  next.mutable_recipients(0)->set_unit("coast");
  return next;
}

TEST(Consents, RegistrationIsTheRecordersOnceAndInOrder) {
  World world;
  const v1::ConsentRecord good = world.Consent();
  const auto edited = [&](auto edit) {
    v1::ConsentRecord record = good;
    edit(record);
    return record;
  };
  const struct {
    std::string reason;
    v1::ConsentRecord record;
  } rows[] = {
      {"SENDER_NOT_CALLER", edited([](auto& r) { r.mutable_recorder()->set_agency("haven"); })},
      {"SIGNER_WRONG_UNIT", edited([](auto& r) { r.mutable_recorder()->set_unit("other"); })},
      {"VERSION_OUT_OF_ORDER", edited([](auto& r) { r.set_version(2); })},
      {"STATEMENT_TOO_OLD", edited([](auto& r) { r.mutable_meta()->set_created_unix_ms(1000); })},
  };
  for (const auto& row : rows) {
    const auto response = RegisterAs(world, row.record);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << response.status();
  }
  EXPECT_EQ(ErrorReason(RegisterAs(world, good, "haven").status()), "SENDER_NOT_CALLER");
  const auto first = RegisterAs(world, good);
  AMANA_ASSERT_OK(first.status());
  world.clock().Advance(absl::Hours(20 * 24));
  const auto again = RegisterAs(world, good);
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  const auto other = RegisterAs(world, edited([](auto& r) { r.set_language("eng"); }));
  EXPECT_EQ(ErrorReason(other.status()), "EQUIVOCATION");
}

TEST(Consents, OneAgencyFillsNoPersonsRecordsWithoutEnd) {
  World world;
  v1::ConsentRecord record = world.Consent();
  for (uint32_t version = 1; version <= 255; ++version) {
    record.set_version(version);
    AMANA_ASSERT_OK(world.Register(record));
  }
  AMANA_ASSERT_OK(Exclude(world, 's', "haven").status());
  record.set_version(256);
  EXPECT_EQ(ErrorReason(world.Register(record)), "TOO_MANY_RECORDS");
  EXPECT_EQ(ErrorReason(Exclude(world, 's', "haven").status()), "TOO_MANY_RECORDS");
  record.set_version(255);  // sent again, it gets its receipt
  AMANA_EXPECT_OK(world.Register(record));
  AMANA_EXPECT_OK(Withdraw(world, record).status());
}

TEST(Consents, AnotherAgencyFindsNoConsentToFollowOrToContradict) {
  World world;
  const v1::ConsentRecord record = world.Consent();
  AMANA_ASSERT_OK(world.Register(record));
  for (const uint32_t version : {1u, 2u}) {
    v1::ConsentRecord theirs = record;
    theirs.set_version(version);
    *theirs.mutable_meta() = world.Meta(HavenSigner());
    theirs.mutable_recorder()->set_agency("haven");
    theirs.mutable_recorder()->set_unit("intake");
    const auto response = RegisterAs(world, theirs, "haven", HavenSigner());
    EXPECT_EQ(ErrorReason(response.status()), "NOT_FOUND") << response.status();
  }
}

TEST(Consents, ARecordOfAnotherAgencyTellsItNothingOfWhatItReleases) {
  World world;
  v1::ConsentRecord theirs = world.Consent();
  *theirs.mutable_meta() = world.Meta(HavenSigner());
  theirs.mutable_recorder()->set_agency("haven");
  theirs.mutable_recorder()->set_unit("intake");
  theirs.set_onward(true);
  const Sent sent = SendUnder(world, theirs);  // waits for the consent it pins
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  const uint64_t before = LogSize(world);
  AMANA_ASSERT_OK(RegisterAs(world, theirs, "haven", HavenSigner()).status());
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_ROUTED);
  for (const store::StoredEvent& stored : EventsFrom(world, before)) {
    EXPECT_TRUE(!stored.event.referral.has_value() || stored.event.actor_agency.empty());
  }
}

TEST(Consents, ANarrowerVersionTakesBackAndAWiderOneCannotGiveAgain) {
  World world;
  const Sent waiting = Send(world, 'w');
  const Sent given = Send(world, 'g');
  // Only one of them has been disclosed.
  std::vector<v1::ReceiveResponse> first = world.Receive(1);
  ASSERT_EQ(first.size(), 1u);
  const bool w_first =
      first[0].delivery().delivery().referral().referral_id() == waiting.key.referral.bytes();
  const Sent& disclosed = w_first ? waiting : given;
  const Sent& quiet = w_first ? given : waiting;
  AMANA_ASSERT_OK(RegisterAs(world, Narrower(disclosed.consent, 2)).status());
  AMANA_ASSERT_OK(RegisterAs(world, Narrower(quiet.consent, 2)).status());
  EXPECT_EQ(TaskOf(world, disclosed).state, v1::TASK_STATE_REVOKED);
  EXPECT_EQ(OfferOf(world, disclosed).state, v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_EQ(TaskOf(world, quiet).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(OfferOf(world, quiet).state, v1::DELIVERY_STATE_WITHHELD);
  v1::ConsentRecord wider = quiet.consent;
  wider.set_version(3);
  AMANA_ASSERT_OK(RegisterAs(world, wider).status());
  EXPECT_EQ(TaskOf(world, quiet).state, v1::TASK_STATE_BLOCKED_CONSENT);
}

// docs/decisions/0004
TEST(Consents, WhatIsNarrowedUnderWayReadsWithdrawnOnTheTaskAndPlainlyOnTheDelivery) {
  World world;
  const Sent quiet = Send(world, 'q');
  AMANA_ASSERT_OK(RegisterAs(world, Narrower(quiet.consent, 2)).status());
  EXPECT_EQ(TaskOf(world, quiet).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(TaskOf(world, quiet).reason, v1::REASON_CONSENT_WITHDRAWN);
  EXPECT_NE(OfferOf(world, quiet).reason, v1::REASON_CONSENT_WITHDRAWN);
  const Sent disclosed = Send(world, 'd');
  ReceiveOne(world);
  AMANA_ASSERT_OK(RegisterAs(world, Narrower(disclosed.consent, 2)).status());
  EXPECT_EQ(TaskOf(world, disclosed).state, v1::TASK_STATE_REVOKED);
  EXPECT_EQ(TaskOf(world, disclosed).reason, v1::REASON_CONSENT_WITHDRAWN);
  EXPECT_EQ(OfferOf(world, disclosed).reason, OfferOf(world, quiet).reason);
}

TEST(Consents, DisclosedThenExpiredTheDeliveryIsRecalledAndTheTaskStays) {
  World world;
  v1::ConsentRecord brief = world.Consent('s');
  brief.set_valid_until_unix_ms(ToUnixMillis(world.clock().Now() + absl::Hours(1)));
  AMANA_ASSERT_OK(world.Register(brief));
  const Sent disclosed = SendUnder(world, brief);
  ReceiveOne(world);
  const Sent quiet = SendUnder(world, brief);
  world.clock().Advance(absl::Hours(2));
  world.RunTimers();  // the lease is over; time alone recalls nothing
  EXPECT_EQ(OfferOf(world, disclosed).state, v1::DELIVERY_STATE_QUEUED);
  const std::vector<v1::ReceiveResponse> attempted = world.Receive();
  EXPECT_TRUE(std::none_of(attempted.begin(), attempted.end(),
                           [](const auto& each) { return each.has_delivery(); }));
  EXPECT_EQ(OfferOf(world, disclosed).state, v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_EQ(OfferOf(world, disclosed).reason, v1::REASON_CONSENT_EXPIRED);
  EXPECT_EQ(TaskOf(world, disclosed).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(OfferOf(world, quiet).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_EQ(TaskOf(world, quiet).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(TaskOf(world, quiet).reason, v1::REASON_CONSENT_EXPIRED);
}

TEST(Consents, ABlockedTaskSurvivesEveryFurtherWord) {
  World world;
  const Sent sent = Send(world);
  AMANA_ASSERT_OK(Exclude(world, 's').status());
  AMANA_ASSERT_OK(Exclude(world, 's').status());
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_WITHHELD);
  AMANA_ASSERT_OK(RegisterAs(world, Narrower(sent.consent, 2)).status());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_REVOKED);
  EXPECT_EQ(ErrorReason(Cancel(world, sent).status()), "NOT_CANCELLABLE");
  // Its bytes are still here, and the log must not say otherwise.
  for (const store::StoredEvent& stored : EventsFrom(world)) {
    EXPECT_NE(stored.event.kind, v1::EVENT_KIND_DELIVERY_ERASED);
  }
}

TEST(Consents, AWithdrawalIsForTheRecorderAndWhoReceived) {
  World world;
  const Sent sent = Send(world);
  EXPECT_EQ(ErrorReason(Withdraw(world, sent.consent, "haven").status()), "NOT_FOUND");
  const struct {
    std::string reason;
    Edit<v1::Withdrawal> edit;
  } rows[] = {
      {"NOT_FOUND", [](v1::Withdrawal& m) { m.set_consent_id(std::string(16, 'x')); }},
      {"NOT_FOUND", [](v1::Withdrawal& m) { m.set_subject_pseudonym(std::string(16, 'x')); }},
      {"SIGNER_WRONG_UNIT", [](v1::Withdrawal& m) { m.mutable_recorder()->set_unit("x"); }},
  };
  for (const auto& row : rows) {
    const auto response = Withdraw(world, sent.consent, "police", row.edit);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << response.status();
  }
  ReceiveOne(world);
  const auto first = Withdraw(world, sent.consent, "haven");
  AMANA_ASSERT_OK(first.status());
  EXPECT_EQ(first->recalled(), 1u);
  const auto again = Withdraw(world, sent.consent, "haven");
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_EQ(ErrorReason(Withdraw(world, sent.consent).status()), "ALREADY_WITHDRAWN");
}

TEST(Consents, ARecipientsWithdrawalTellsNobodyWhereThePersonIs) {
  World world;
  const Sent theirs = Send(world);
  ReceiveOne(world);
  const Sent other = SendUnder(world, theirs.consent, [](envelope::SubmissionDraft& draft) {
    draft.header.mutable_services(0)->mutable_recipient()->set_unit("coast");
    draft.recipients.clear();
  });
  const auto response = Withdraw(world, theirs.consent, "haven");
  AMANA_ASSERT_OK(response.status());
  for (const v1::ReceiveResponse& each : world.Receive()) {
    ASSERT_TRUE(each.has_recall());
    EXPECT_FALSE(each.recall().has_cause());
  }
  const auto consent = GetAs(world, theirs.consent, "police");
  AMANA_ASSERT_OK(consent.status());
  EXPECT_TRUE(consent->has_withdrawal());  // the recorder is told by whom
}

TEST(Consents, AWithdrawalIsTakenWhateverTheClockSaysAndTouchesNothingElse) {
  World world;
  const Sent sent = Send(world);
  const Sent other = Send(world, 'o');
  world.clock().SetSynchronised(false);
  EXPECT_TRUE(world.Receive().empty());
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_QUEUED);
  const auto response = Withdraw(world, sent.consent);
  AMANA_ASSERT_OK(response.status());
  EXPECT_EQ(response->withheld(), 1u);
  EXPECT_EQ(TaskOf(world, sent).reason, v1::REASON_CONSENT_WITHDRAWN);
  EXPECT_EQ(TaskOf(world, sent).consent_rules, std::vector<uint8_t>({6}));
  world.clock().SetSynchronised(true);
  EXPECT_EQ(world.Receive().size(), 1u);
  EXPECT_TRUE(OfferOf(world, other).disclosed);
}

TEST(Consents, ARecallIsTiedToTheWithdrawalThatCausedIt) {
  World world;
  const Sent sent = Send(world);
  ReceiveOne(world);
  const uint64_t before = LogSize(world);
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  const std::vector<store::StoredEvent> events = EventsFrom(world, before);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[1].event.kind, v1::EVENT_KIND_DELIVERY_RECALL_SENT);
  EXPECT_EQ(events[2].event.kind, v1::EVENT_KIND_TASK_REVOKED);
  EXPECT_EQ(events[1].event.statement_digest, events[0].event.statement_digest);
  EXPECT_EQ(events[2].event.statement_digest, events[0].event.statement_digest);
}

TEST(Consents, AConsentIsReadByItsRecorderAndWhoReceived) {
  World world;
  const Sent sent = Send(world);
  AMANA_EXPECT_OK(GetAs(world, sent.consent, "police").status());
  AMANA_EXPECT_OK(GetAs(world, sent.consent, "police", 1).status());
  EXPECT_EQ(ErrorReason(GetAs(world, sent.consent, "police", 2).status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(GetAs(world, sent.consent, "haven").status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(GetAs(world, world.Consent(), "police").status()), "NOT_FOUND");
  ReceiveOne(world);
  const auto read = GetAs(world, sent.consent, "haven");
  AMANA_ASSERT_OK(read.status());
  EXPECT_FALSE(read->has_withdrawal());
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  EXPECT_TRUE(GetAs(world, sent.consent, "haven")->has_withdrawal());
}

// Least of all one that is kept out now.
TEST(Consents, ALaterVersionTellsARecipientNothingOfWhereThePersonIs) {
  World world;
  const Sent sent = Send(world);
  ReceiveOne(world);
  v1::ConsentRecord elsewhere = sent.consent;
  elsewhere.set_version(2);
  elsewhere.mutable_recipients(0)->set_agency("consulate");
  AMANA_ASSERT_OK(RegisterAs(world, elsewhere).status());
  const auto version_of = [](const absl::StatusOr<v1::GetConsentResponse>& response) {
    v1::ConsentRecord record;
    return response.ok() && record.ParseFromString(response->consent().payload()) ? record.version()
                                                                                  : 0;
  };
  EXPECT_EQ(version_of(GetAs(world, sent.consent, "police")), 2u);
  EXPECT_EQ(version_of(GetAs(world, sent.consent, "haven")), 1u);
  EXPECT_EQ(version_of(GetAs(world, sent.consent, "haven", 1)), 1u);
  EXPECT_EQ(ErrorReason(GetAs(world, sent.consent, "haven", 2).status()), "NOT_FOUND");
  // Nor is another consent of theirs, though something of them was received.
  const v1::ConsentRecord other = world.Consent('s');
  AMANA_ASSERT_OK(RegisterAs(world, other).status());
  EXPECT_EQ(ErrorReason(GetAs(world, other, "haven").status()), "NOT_FOUND");
}

}  // namespace
}  // namespace amana::operations
