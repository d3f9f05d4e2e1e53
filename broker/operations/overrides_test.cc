// Overrides: who may approve and review, what it takes, what it lets go and when it ends. All
// people are SYNTHETIC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "amana/v1/override.pb.h"
#include "broker/operations/approve_override.h"
#include "broker/operations/review_override.h"
#include "broker/operations/testing_directory.h"
#include "proto/crypto/pki.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using crypto::Role;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

struct Officer {
  std::string agency;
  tests::TestIdentity identity;
  std::string unit = "desk";
};

Officer OfficerOf(const std::string& agency, const std::string& person) {
  const std::string unit = agency == "haven" ? "intake" : "desk";
  return {agency, tests::TestSigner(agency, Role::kPerson, unit, person), unit};
}

// A world with approvers: officer-1 and officer-2 of police, matron-1 of haven; clerk-1 is none.
class Overrides : public testing::Test {
 protected:
  Overrides() {
    world_.registry_files().Edit("certificates = \"police\"",
                                 "certificates = \"police\"\n"
                                 "approvers = [\"officer-1\", \"officer-2\"]");
    world_.registry_files().Edit("certificates = \"haven\"",
                                 "certificates = \"haven\"\napprovers = [\"matron-1\"]");
    for (const Officer& each : {officer1_, officer2_, clerk_, matron_}) Register(each);
    world_.ReloadRegistry();
  }

  void Register(const Officer& officer) {
    world_.registry_files().Add(officer.agency, officer.identity.certificate.id().hex(),
                                officer.identity.certificate);
  }

  // PSYCHOSOCIAL help of haven/intake for somebody who cannot be asked, without any
  // consent; `abroad`: with one to cross the border.
  Sent SendVital(v1::Urgency urgency, bool abroad = false) {
    v1::ConsentRecord consent = world_.Consent('v');
    consent.set_cross_border(abroad);
    if (abroad) {
      AMANA_EXPECT_OK(world_.Register(consent));
    }
    return SendUnder(world_, consent, [=](envelope::SubmissionDraft& draft) {
      draft.header.mutable_services(0)->set_service(v1::SERVICE_TYPE_PSYCHOSOCIAL);
      if (!abroad) draft.header.clear_consent();
      draft.header.set_cross_border(abroad);
      draft.header.set_legal_basis(v1::LEGAL_BASIS_VITAL_INTEREST);
      draft.header.mutable_assertions()->set_incapacity(true);
      draft.header.set_urgency(urgency);
    });
  }

  v1::OverrideApproval Approval(const Sent& sent, const Officer& by,
                                v1::LegalBasis basis = v1::LEGAL_BASIS_VITAL_INTEREST) {
    v1::OverrideApproval message;
    *message.mutable_meta() = world_.Meta(by.identity);
    message.mutable_referral()->set_sender_agency(sent.key.sender.value());
    message.mutable_referral()->set_referral_id(sent.key.referral.bytes());
    message.mutable_referral()->set_version(sent.key.version);
    message.set_header_digest(sent.digest);
    message.set_basis(basis);
    message.mutable_approver()->set_agency(by.agency);
    message.mutable_approver()->set_unit(by.unit);
    if (basis != v1::LEGAL_BASIS_VITAL_INTEREST) {
      message.set_citation("CAP-61-S.4(2)");
      for (const v1::Category category :
           {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK}) {
        message.add_categories(category);
      }
    }
    message.set_reason_sha256(std::string(32, 'r'));
    message.set_lapses_unix_ms(ToUnixMillis(world_.clock().Now() + absl::Hours(48)));
    return message;
  }

  absl::StatusOr<v1::ApproveOverrideResponse> Approve(const v1::OverrideApproval& message,
                                                      const Officer& by) {
    v1::ApproveOverrideRequest request;
    *request.mutable_approval() =
        world_.Sign(envelope::kOverrideApprovalType, message, by.identity);
    return Await<v1::ApproveOverrideResponse>([&](auto reply) {
      ApproveOverride(world_.context(), World::CallerOf(by.agency), request, std::move(reply));
    });
  }
  absl::StatusOr<v1::ApproveOverrideResponse> Approve(const Sent& sent, const Officer& by) {
    return Approve(Approval(sent, by), by);
  }

  absl::StatusOr<v1::ReviewOverrideResponse> Review(const Sent& sent, const Officer& by,
                                                    bool upheld,
                                                    const Edit<v1::OverrideReview>& edit = {}) {
    v1::OverrideReview message;
    *message.mutable_meta() = world_.Meta(by.identity);
    *message.mutable_referral() = Approval(sent, by).referral();
    message.set_header_digest(sent.digest);
    message.mutable_reviewer()->set_agency(by.agency);
    message.mutable_reviewer()->set_unit(by.unit);
    message.set_upheld(upheld);
    message.set_reason_sha256(std::string(32, 'f'));
    if (edit) edit(message);
    v1::ReviewOverrideRequest request;
    *request.mutable_review() = world_.Sign(envelope::kOverrideReviewType, message, by.identity);
    return Await<v1::ReviewOverrideResponse>([&](auto reply) {
      ReviewOverride(world_.context(), World::CallerOf(by.agency), request, std::move(reply));
    });
  }

  std::vector<v1::EventKind> KindsSince(uint64_t first) {
    std::vector<v1::EventKind> kinds;
    for (const store::StoredEvent& stored : EventsFrom(world_, first)) {
      kinds.push_back(stored.event.kind);
    }
    return kinds;
  }
  std::vector<store::ReviewTask> Reviews(const Sent& sent) {
    return (*world_.store().Read())->grounds().OpenReviews(sent.key).value();
  }

  World world_;
  const Officer officer1_ = OfficerOf("police", "officer-1");
  const Officer officer2_ = OfficerOf("police", "officer-2");
  const Officer clerk_ = OfficerOf("police", "clerk-1");
  const Officer matron_ = OfficerOf("haven", "matron-1");
};

TEST_F(Overrides, TwoPersonsApproveAndOnlyWhatLifeNeedsGoes) {
  const Sent sent = SendVital(v1::URGENCY_EMERGENCY);
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(TaskOf(world_, sent).reason, v1::REASON_OVERRIDE_UNAPPROVED);

  const auto first = Approve(sent, officer1_);
  AMANA_ASSERT_OK(first.status());
  EXPECT_TRUE(first->incomplete());
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_TRUE(world_.Receive().empty());
  EXPECT_TRUE(Reviews(sent).empty());

  const uint64_t before = LogSize(world_);
  const auto second = Approve(sent, matron_);
  AMANA_ASSERT_OK(second.status());
  EXPECT_FALSE(second->incomplete());
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_ROUTED);
  EXPECT_THAT(TaskOf(world_, sent).consent_rules, Contains(18));
  EXPECT_THAT(KindsSince(before), Contains(v1::EVENT_KIND_OVERRIDE_APPROVED));
  ASSERT_EQ(Reviews(sent).size(), 1u);
  EXPECT_EQ(Reviews(sent)[0].due, world_.clock().Now() + absl::Hours(72));

  // DEMOGRAPHIC is nothing that life depends on; IDENTITY would be released by the acceptance.
  const v1::Delivery delivery = ReceiveOne(world_);
  std::vector<int> categories;
  for (const v1::SlotOpening& opening : delivery.openings())
    categories.push_back(opening.category());
  EXPECT_THAT(categories,
              testing::UnorderedElementsAre(v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_RISK));
  EXPECT_EQ(delivery.withheld_slots_size(), 1);
}

// Both have approved, and something else stands in the way yet: what ends that asks nobody.
TEST_F(Overrides, AReviewIsOwedThoughTheOverrideHasNothingToSendYet) {
  const Sent sent = SendVital(v1::URGENCY_EMERGENCY, /*abroad=*/true);
  AMANA_ASSERT_OK(Approve(sent, officer1_).status());
  EXPECT_TRUE(Reviews(sent).empty());
  const auto second = Approve(sent, officer2_);
  AMANA_ASSERT_OK(second.status());
  EXPECT_FALSE(second->incomplete());
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(Reviews(sent).size(), 1u);
  ChangeEntry(world_, "haven", [&](v1::DirectoryEntry& entry) {
    entry.mutable_qualifications()->set_safeguards("ODPC/1");
    entry.mutable_qualifications()->set_safeguards_until_unix_ms(
        ToUnixMillis(world_.clock().Now() + absl::Hours(24 * 300)));
  });
  world_.Reconsider();
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(Reviews(sent).size(), 1u);
}

TEST_F(Overrides, EachApprovalThatCannotCountIsRefusedByName) {
  const Sent sent = SendVital(v1::URGENCY_EMERGENCY);
  const Sent consented = Send(world_, 'c');
  struct Row {
    const char* reason;
    const Officer& by;
    Edit<v1::OverrideApproval> edit;
  };
  const absl::Time now = world_.clock().Now();
  const Officer system{"police", PoliceSigner()};
  const Row rows[] = {
      {"SIGNER_NOT_PERSON", system, {}},
      {"APPROVER_NOT_LISTED", clerk_, {}},
      {"SIGNER_WRONG_UNIT", officer1_, [](auto& m) { m.mutable_approver()->set_unit("other"); }},
      {"SENDER_NOT_CALLER", officer1_, [](auto& m) { m.mutable_approver()->set_agency("haven"); }},
      {"FIELD_INVALID", officer1_, [](auto& m) { m.set_basis(v1::LEGAL_BASIS_CONSENT); }},
      {"FIELD_INVALID", officer1_,
       [](auto& m) {
         m.set_basis(v1::LEGAL_BASIS_COURT_ORDER);  // the header says another
         m.set_citation("HC-2026-14");
         m.add_categories(v1::CATEGORY_RISK);
       }},
      {"FIELD_INVALID", officer1_, [](auto& m) { m.set_citation("CAP-61"); }},
      {"FIELD_INVALID", officer1_, [](auto& m) { m.add_categories(v1::CATEGORY_RISK); }},
      {"FIELD_INVALID", officer1_, [](auto& m) { m.set_reason_sha256(std::string(32, '\0')); }},
      {"LENGTH_INVALID", officer1_, [](auto& m) { m.clear_reason_sha256(); }},
      {"FIELD_INVALID", officer1_,
       [now](auto& m) { m.set_lapses_unix_ms(ToUnixMillis(now + absl::Hours(73))); }},
      {"FIELD_INVALID", officer1_, [now](auto& m) { m.set_lapses_unix_ms(ToUnixMillis(now)); }},
      {"APPROVAL_LAPSED", officer1_,
       [now](auto& m) {
         m.mutable_meta()->set_created_unix_ms(ToUnixMillis(now - absl::Hours(24)));
         m.set_lapses_unix_ms(ToUnixMillis(now - absl::Hours(1)));
       }},
      {"STATEMENT_TOO_OLD", officer1_,
       [now](auto& m) {
         m.mutable_meta()->set_created_unix_ms(ToUnixMillis(now - absl::Hours(24 * 15)));
         m.set_lapses_unix_ms(ToUnixMillis(now - absl::Hours(24 * 14)));
       }},
      {"NOT_FOUND", officer1_, [](auto& m) { m.set_header_digest(std::string(32, 'x')); }},
      {"NOT_FOUND", officer1_, [](auto& m) { m.mutable_referral()->set_version(2); }},
      {"FIELD_INVALID", officer1_,
       [&](auto& m) {  // of a referral that rests on consent
         m.mutable_referral()->set_referral_id(consented.key.referral.bytes());
         m.set_header_digest(consented.digest);
       }},
  };
  const uint64_t before = LogSize(world_);
  for (const Row& row : rows) {
    v1::OverrideApproval message = Approval(sent, row.by);
    if (row.edit) row.edit(message);
    const auto response = Approve(message, row.by);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << message.ShortDebugString();
  }
  EXPECT_EQ(LogSize(world_), before);
}

TEST_F(Overrides, AnApprovalIsAnsweredAgainAndAPersonApprovesOnce) {
  const Sent sent = SendVital(v1::URGENCY_EMERGENCY);
  const v1::OverrideApproval message = Approval(sent, officer1_);
  const auto first = Approve(message, officer1_);
  AMANA_ASSERT_OK(first.status());
  world_.clock().Advance(absl::Hours(24 * 20));
  const auto again = Approve(message, officer1_);
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_TRUE(again->incomplete());
  EXPECT_EQ(ErrorReason(Approve(sent, officer1_).status()), "ALREADY_APPROVED");
}

TEST_F(Overrides, OneKeyIsOnePersonAndTheSenderIsNone) {
  // A second name on officer-1's key.
  const crypto::Certificate alias =
      crypto::IssueEndEntity(
          tests::TestAgencyCa("police"), officer1_.identity.key.PublicKey(),
          {.spiffe = tests::TestSpiffe("police", Role::kPerson, "desk", "officer-2"),
           .usage = crypto::CertUsage::kSigning,
           .validity = {tests::TestNotBefore(), tests::TestNotAfter()},
           .dns_names = {},
           .ip_addresses = {}})
          .value();
  const Officer twin{"police", {alias, officer1_.identity.key, "", ""}};
  Register(twin);
  world_.ReloadRegistry();
  const Sent sent = SendVital(v1::URGENCY_EMERGENCY);
  AMANA_ASSERT_OK(Approve(sent, officer1_).status());
  EXPECT_EQ(ErrorReason(Approve(sent, twin).status()), "APPROVAL_KEY_REUSED");

  // The header is officer-2's own.
  envelope::SubmissionDraft draft = world_.Draft(world_.Consent('o'));
  draft.header.clear_consent();
  draft.header.set_legal_basis(v1::LEGAL_BASIS_VITAL_INTEREST);
  draft.header.set_urgency(v1::URGENCY_EMERGENCY);
  const auto sealed =
      envelope::SealSubmission(draft, officer2_.identity.key, officer2_.identity.certificate);
  AMANA_ASSERT_OK(sealed.status());
  AMANA_ASSERT_OK(world_.Submit(sealed->submission).status());
  Sent own;
  own.key = sent.key;
  own.key.referral = ReferralId::FromBytes(draft.header.referral_id()).value();
  own.digest = crypto::Sha256(sealed->submission.header().payload()).bytes();
  EXPECT_EQ(ErrorReason(Approve(own, officer2_).status()), "APPROVER_IS_SENDER");
  AMANA_EXPECT_OK(Approve(own, officer1_).status());
}

TEST_F(Overrides, ImmediateNeedsOneApprovalAndAReviewWithinADay) {
  const Sent reviewed = SendVital(v1::URGENCY_IMMEDIATE);
  const Sent forgotten = SendVital(v1::URGENCY_IMMEDIATE);
  for (const Sent& each : {reviewed, forgotten}) {
    const auto approved = Approve(each, officer1_);
    AMANA_ASSERT_OK(approved.status());
    EXPECT_FALSE(approved->incomplete());
    EXPECT_EQ(TaskOf(world_, each).state, v1::TASK_STATE_ROUTED);
    ASSERT_EQ(Reviews(each).size(), 1u);
    EXPECT_EQ(Reviews(each)[0].due, world_.clock().Now() + absl::Hours(24));
  }
  world_.clock().Advance(absl::Hours(23));
  AMANA_ASSERT_OK(Review(reviewed, officer2_, /*upheld=*/true).status());
  EXPECT_TRUE(Reviews(reviewed).empty());

  const uint64_t before = LogSize(world_);
  world_.clock().Advance(absl::Hours(1));
  world_.RunTimers();
  EXPECT_EQ(OfferOf(world_, reviewed).state, v1::DELIVERY_STATE_QUEUED);
  // The task table has no word for this reason: the task goes on, and nothing of it goes out.
  EXPECT_EQ(OfferOf(world_, forgotten).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_THAT(KindsSince(before), Contains(v1::EVENT_KIND_OVERRIDE_REVIEW_MISSED).Times(1));
  ASSERT_EQ(Reviews(forgotten).size(), 1u);
  EXPECT_EQ(Reviews(forgotten)[0].state, store::ReviewState::kMissed);
  // Late is better than never, but brings nothing back.
  world_.clock().Advance(absl::Minutes(1));
  AMANA_ASSERT_OK(Review(forgotten, officer2_, /*upheld=*/true).status());
  EXPECT_TRUE(Reviews(forgotten).empty());
  EXPECT_EQ(OfferOf(world_, forgotten).state, v1::DELIVERY_STATE_WITHHELD);

  // And after 72 hours it is over for the one that was reviewed, too.
  world_.clock().Advance(absl::Hours(48));
  world_.RunTimers();
  EXPECT_EQ(OfferOf(world_, reviewed).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_TRUE(world_.Receive().empty());
}

TEST_F(Overrides, WhatAReviewDoesNotUpholdIsTakenBack) {
  const Sent sent = SendVital(v1::URGENCY_EMERGENCY);
  AMANA_ASSERT_OK(Approve(sent, officer1_).status());
  AMANA_ASSERT_OK(Approve(sent, matron_).status());
  const v1::Delivery delivery = ReceiveOne(world_);
  AMANA_ASSERT_OK(world_.Acknowledge(delivery));

  EXPECT_EQ(ErrorReason(Review(sent, officer1_, false).status()), "REVIEWER_IS_APPROVER");
  EXPECT_EQ(ErrorReason(Review(sent, clerk_, false).status()), "APPROVER_NOT_LISTED");
  EXPECT_EQ(ErrorReason(Review(SendVital(v1::URGENCY_EMERGENCY), officer2_, false).status()),
            "NO_OVERRIDE");
  EXPECT_EQ(ErrorReason(Review(sent, officer2_, false,
                               [](auto& m) { m.set_reason_sha256(std::string(32, '\0')); })
                            .status()),
            "FIELD_INVALID");
  AMANA_ASSERT_OK(Review(sent, officer2_, /*upheld=*/false).status());
  EXPECT_EQ(OfferOf(world_, sent).state, v1::DELIVERY_STATE_RECALL_SENT);
  const std::vector<v1::ReceiveResponse> out = world_.Receive();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_TRUE(out[0].has_recall());
  EXPECT_EQ(ErrorReason(Review(sent, officer2_, true).status()), "ALREADY_REVIEWED");
}

TEST_F(Overrides, ACourtOrderGivesWhatBothApprovalsName) {
  const Sent sent = SendUnder(world_, world_.Consent('k'), [](envelope::SubmissionDraft& draft) {
    draft.header.clear_consent();
    draft.header.set_legal_basis(v1::LEGAL_BASIS_COURT_ORDER);
  });
  AMANA_ASSERT_OK(
      Approve(Approval(sent, officer1_, v1::LEGAL_BASIS_COURT_ORDER), officer1_).status());
  v1::OverrideApproval wider = Approval(sent, officer2_, v1::LEGAL_BASIS_COURT_ORDER);
  wider.clear_categories();
  for (const v1::Category category : {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_IDENTITY,
                                      v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK}) {
    wider.add_categories(category);
  }
  const auto second = Approve(wider, officer2_);
  AMANA_ASSERT_OK(second.status());
  EXPECT_FALSE(second->incomplete());
  const store::TaskRecord task = TaskOf(world_, sent);
  EXPECT_EQ(task.state, v1::TASK_STATE_ROUTED);
  EXPECT_THAT(task.consent_rules, Contains(19));
  EXPECT_THAT(task.withheld, ElementsAre(v1::CATEGORY_IDENTITY));
}

}  // namespace
}  // namespace amana::operations
