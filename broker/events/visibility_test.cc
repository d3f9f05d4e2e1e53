#include "broker/events/visibility.h"

#include <string>

#include "gtest/gtest.h"

namespace amana::events {
namespace {

AgencyId Agency(std::string_view id) { return AgencyId::Create(id).value(); }

Event SampleEvent(v1::EventKind kind) {
  Event e;
  e.kind = kind;
  e.referral = StatementKey{Agency("police"), ReferralId(), 1};
  e.recipient = Address{Agency("haven"), UnitId::Create("intake").value()};
  e.actor_agency = Agency("iom");
  return e;
}

TEST(EventVisibility, SenderAndActorSeeEverythingOfEveryKind) {
  for (int kind = 1; kind <= v1::EventKind_MAX; ++kind) {
    if (!v1::EventKind_IsValid(kind) || kind == v1::EVENT_KIND_DIRECTORY_CHANGED) continue;
    const Event e = SampleEvent(static_cast<v1::EventKind>(kind));
    EXPECT_TRUE(VisibleFields(e, Agency("police")).all());
    EXPECT_TRUE(VisibleFields(e, Agency("iom")).all());
    EXPECT_TRUE(IsParty(e, Agency("police")));
    EXPECT_FALSE(IsParty(e, Agency("shelter-2")));
    EXPECT_FALSE(IsParty(e, AgencyId()));
  }
}

TEST(EventVisibility, NobodyIsPartyToAnEventOfTheBrokerAlone) {
  Event e;
  e.kind = v1::EVENT_KIND_LOG_OPENED;
  EXPECT_FALSE(IsParty(e, AgencyId()));  // an empty actor is the broker, not the nameless
  EXPECT_FALSE(IsParty(e, Agency("police")));
}

TEST(EventVisibility, WhatAnAgencyOffersIsEverybodys) {
  Event e;
  e.kind = v1::EVENT_KIND_DIRECTORY_CHANGED;
  e.actor_agency = Agency("haven");
  for (const char* agency : {"haven", "police", "oversight"}) {
    EXPECT_TRUE(VisibleFields(e, Agency(agency)).all());
    EXPECT_TRUE(IsParty(e, Agency(agency)));
  }
  EXPECT_TRUE(VisibleFields(e, AgencyId()).none());
  for (const auto own : {v1::EVENT_KIND_CAPACITY_REPORTED, v1::EVENT_KIND_DUTY_ROSTER_SET}) {
    e.kind = own;
    EXPECT_TRUE(VisibleFields(e, Agency("haven")).all());
    EXPECT_FALSE(IsParty(e, Agency("police")));
  }
}

TEST(EventVisibility, ARecipientSeesWhatHappensAtItButNotWhatWasWithheld) {
  for (const v1::EventKind kind :
       {v1::EVENT_KIND_DELIVERY_LEASED, v1::EVENT_KIND_DELIVERY_NATIVE_ACKED,
        v1::EVENT_KIND_TASK_ACCEPTED, v1::EVENT_KIND_TASK_INFO_REQUESTED,
        v1::EVENT_KIND_TASK_COMPLETED, v1::EVENT_KIND_TASK_REMINDED,
        v1::EVENT_KIND_DELIVERY_RECALL_SENT}) {
    const FieldSet seen = VisibleFields(SampleEvent(kind), Agency("haven"));
    EXPECT_EQ(seen.count(), 21u);
    EXPECT_FALSE(seen[kWithheld]);
    EXPECT_FALSE(seen[kConsentRules]);
    EXPECT_FALSE(seen[kSenderCounter]);
  }
}

// Both sides of a handover, whoever of them acts, and who was the sender.
TEST(EventVisibility, AHandoverIsTheOtherSidesBusinessToo) {
  for (int kind = 1; kind <= v1::EventKind_MAX; ++kind) {
    if (!v1::EventKind_IsValid(kind)) continue;
    const std::string name = v1::EventKind_Name(static_cast<v1::EventKind>(kind));
    if (name.find("_HANDOVER_") == std::string::npos && name.find("_CUSTODY_") == std::string::npos)
      continue;
    const Event e = SampleEvent(static_cast<v1::EventKind>(kind));
    EXPECT_EQ(VisibleFields(e, Agency("haven")).count(), 21u) << name;
    EXPECT_FALSE(IsParty(e, Agency("shelter-2"))) << name;
  }
}

TEST(EventVisibility, ARecipientDoesNotLearnWhatWasDecidedAboutIt) {
  for (const v1::EventKind kind :
       {v1::EVENT_KIND_SUBMISSION_ACCEPTED, v1::EVENT_KIND_TASK_SUBMITTED,
        v1::EVENT_KIND_TASK_ROUTED, v1::EVENT_KIND_TASK_BLOCKED_CONSENT,
        v1::EVENT_KIND_TASK_NEEDS_WRAP, v1::EVENT_KIND_GRANT_ADDED, v1::EVENT_KIND_DELIVERY_QUEUED,
        v1::EVENT_KIND_DELIVERY_WITHHELD, v1::EVENT_KIND_DELIVERY_RECALLED,
        v1::EVENT_KIND_TASK_REVOKED, v1::EVENT_KIND_TASK_REROUTED, v1::EVENT_KIND_TASK_ESCALATED,
        v1::EVENT_KIND_TASK_ALERTED, v1::EVENT_KIND_CANDIDATES_SET}) {
    EXPECT_FALSE(IsParty(SampleEvent(kind), Agency("haven"))) << v1::EventKind_Name(kind);
  }
  Event own = SampleEvent(v1::EVENT_KIND_TASK_ACCEPTED);
  own.actor_agency = Agency("haven");
  EXPECT_TRUE(VisibleFields(own, Agency("haven")).all());
}

TEST(EventVisibility, AnAuditorSeesWhatAndWhenButNotWho) {
  const FieldSet& seen = AuditorFields();
  for (const Field field :
       {kKind, kTime, kStage, kUrgency, kReason, kConsentRules, kDelivered, kWithheld, kAttempt}) {
    EXPECT_TRUE(seen[field]) << FieldName(field);
  }
  for (const Field field :
       {kReferral, kStatementDigest, kActorAgency, kActorUnit, kActorPerson, kCertId, kRecipient,
        kConsentId, kSenderCounter, kRecipientCounter, kDetail}) {
    EXPECT_FALSE(seen[field]) << FieldName(field);
  }
}

TEST(EventVisibility, OfAnOpenedCaseAnAuditorSeesWhoAndNotWhatTheBrokerKeepsForItself) {
  const FieldSet seen = AuditorFields() | CaseFields();
  for (const Field field : {kReferral, kActorAgency, kRecipient, kCertId, kTask, kConsentId}) {
    EXPECT_TRUE(seen[field]) << FieldName(field);
  }
  for (const Field field : {kSenderCounter, kRecipientCounter, kDetail}) {
    EXPECT_FALSE(seen[field]) << FieldName(field);
  }
  EXPECT_EQ(seen.count(), kFieldCount - 3);
  EXPECT_TRUE((AuditorFields() & CaseFields()).none());
}

}  // namespace
}  // namespace amana::events
