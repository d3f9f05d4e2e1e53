// A person is referred onward, and not back to where they came from unless a person says so. With a
// case transfer the responsibility goes on as well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/delivery/wire.h"
#include "broker/operations/testing_offers.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using testing::ElementsAre;

Hand Of(const Shelter& shelter) {
  return {&shelter.person(), shelter.agency, "intake", &shelter.sealer()};
}

// police refers to haven, haven onward: to refuge or safehouse, or back.
class Loop : public ::testing::Test {
 protected:
  Loop() {
    AppointOfficer(world);
    AddShelter(world, kRefuge);
    AddShelter(world, kSafehouse);
    ChangeEntry(world, "police", [](v1::DirectoryEntry& entry) {
      entry.mutable_units(0)->add_services(v1::SERVICE_TYPE_ACCOMMODATION);
      std::ranges::sort(*entry.mutable_units(0)->mutable_services());
    });
    for (const char* agency : {"police", "refuge", "safehouse"}) {
      consent.add_recipients()->set_agency(agency);
    }
    consent.set_onward(true);
    AMANA_EXPECT_OK(world.Register(consent));
  }

  // The referral of `from` that follows `parent`, ACCOMMODATION of whoever takes it, sealed to
  // `sealed`; submitted, whatever comes of it.
  absl::Status Onward(const Shelter& from, const StatementKey& parent,
                      const std::vector<Shelter>& sealed, const tests::TestIdentity& signer,
                      const Edit<envelope::SubmissionDraft>& edit = {}) {
    envelope::SubmissionDraft draft = world.Draft(consent);
    *draft.header.mutable_sender() = delivery::ToWire(from.address());
    *draft.header.mutable_parent() = delivery::ToWire(parent);
    v1::RouteRequest& route = *draft.header.mutable_services(0)->mutable_route();
    route.set_county(47);
    route.set_age_class(v1::SUBJECT_CLASS_ADULT);
    route.set_sex(v1::SEX_CONSTRAINT_FEMALE);
    draft.header.set_referral_id(std::string(16, next_++));
    draft.recipients.clear();
    for (const Shelter& shelter : sealed) {
      draft.recipients.push_back({{shelter.address(), shelter.sealer().certificate}, {}});
    }
    if (edit) edit(draft);
    auto submission = envelope::SealSubmission(draft, signer.key, signer.certificate);
    AMANA_EXPECT_OK(submission.status());
    last = Sent{consent, std::move(submission->submission), std::move(submission->keys), {}, {}};
    last.key = envelope::ReferralStatement::Create(last.submission.header())->key();
    last.digest = envelope::PayloadDigest(last.submission.header()).bytes();
    return world.Submit(last.submission, from.agency).status();
  }
  static Edit<envelope::SubmissionDraft> To(std::string_view unit) {
    return [unit](envelope::SubmissionDraft& draft) {
      *draft.header.mutable_services(0)->mutable_recipient() =
          delivery::ToWire(*ParseAddress(unit, "unit"));
    };
  }
  std::string With() {
    const store::TaskRecord task = TaskOf(world, last);
    return task.recipient.has_value() ? task.recipient->agency.value() : "";
  }

  World world;
  v1::ConsentRecord consent = world.Consent();
  Sent last;
  char next_ = 'A';
};

TEST_F(Loop, WhoHasReferredThePersonIsNoCandidate) {
  // Full, so that police would come next.
  ReportFree(world, kSafehouse, 0);
  const Sent first = SendUnder(world, consent);
  AcceptAt(world, kHaven);
  AMANA_ASSERT_OK(Onward(kHaven, first.key, {kRefuge}, kHaven.system()));
  EXPECT_EQ(With(), "refuge");
  const Sent second = last;
  AcceptAt(world, kRefuge);
  // Neither haven nor police, at the second step.
  AMANA_ASSERT_OK(Onward(kRefuge, second.key, {kHaven, kSafehouse}, kRefuge.system()));
  EXPECT_EQ(TaskOf(world, last).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_EQ(TaskOf(world, last).missing, v1::ROUTE_GAP_CAPACITY);
  // The way is longer than its last step, and is known after a restart.
  world.Restart();
  world.clock().Advance(absl::Minutes(1));
  ReportFree(world, kSafehouse, 3);
  world.Reconsider();
  EXPECT_EQ(With(), "safehouse");
  // A referral that begins anew has no way behind it.
  AMANA_ASSERT_OK(Onward(kRefuge, second.key, {kHaven}, kRefuge.system(),
                         [](auto& draft) { draft.header.clear_parent(); }));
  EXPECT_EQ(With(), "haven");
}

TEST_F(Loop, NamedItIsAPersonsDecision) {
  const Sent first = SendUnder(world, consent);
  AcceptAt(world, kHaven);
  const absl::Status refused = Onward(kHaven, first.key, {}, kHaven.system(), To("police/desk"));
  EXPECT_EQ(ErrorReason(refused), "ROUTE_LOOP");
  EXPECT_EQ(ErrorField(refused), "services[0].recipient");
  EXPECT_EQ((*world.store().Read())->referrals().Find(last.key).value(), std::nullopt);
  AMANA_ASSERT_OK(Onward(kHaven, first.key, {kRefuge}, kHaven.system(), To("refuge/intake")));
  const Sent second = last;
  AcceptAt(world, kRefuge);
  // Both of those before it.
  for (const char* unit : {"police/desk", "haven/intake"}) {
    EXPECT_EQ(ErrorReason(Onward(kRefuge, second.key, {}, kRefuge.system(), To(unit))),
              "ROUTE_LOOP")
        << unit;
  }
  AMANA_ASSERT_OK(Onward(kRefuge, second.key, {kHaven}, kRefuge.person(), To("haven/intake")));
  EXPECT_EQ(TaskOf(world, last).state, v1::TASK_STATE_ROUTED);
}

// An exclusion reads in a loop as anywhere else, and a way that is not one's own tells nothing.
TEST_F(Loop, TellsNobodyWhatTheyDoNotKnow) {
  const Sent first = SendUnder(world, consent);
  // Not received yet: what stands behind the reference is not looked at.
  AMANA_ASSERT_OK(Onward(kHaven, first.key, {}, kHaven.system(), To("police/desk")));
  EXPECT_EQ(TaskOf(world, last).reason, v1::REASON_ONWARD_NOT_COVERED);
  AcceptAt(world, kHaven);
  AMANA_ASSERT_OK(Exclude(world, 's', "police").status());
  EXPECT_EQ(ErrorReason(Onward(kHaven, first.key, {}, kHaven.system(), To("police/desk"))),
            "ROUTE_LOOP")
      << "as without the exclusion";
  AMANA_ASSERT_OK(Onward(kHaven, first.key, {}, kHaven.person(), To("police/desk")));
  EXPECT_EQ(TaskOf(world, last).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(TaskOf(world, last).reason, v1::REASON_RECIPIENT_NOT_COVERED);
}

TEST_F(Loop, ACaseTransferMovesResponsibilityFromOneToTheNext) {
  const Sent first = SendUnder(world, consent);
  AcceptOffer(world, first);
  Handing(world, first).UpTo(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  ASSERT_EQ(ToString(CustodyOf(world).responsible), "haven/intake");

  ChangeShelter(world, kRefuge,
                [](v1::DirectoryUnit& unit) { unit.add_services(v1::SERVICE_TYPE_CASE_TRANSFER); });
  AMANA_ASSERT_OK(Onward(kHaven, first.key, {kRefuge}, kHaven.system(), [](auto& draft) {
    draft.header.mutable_services(0)->set_service(v1::SERVICE_TYPE_CASE_TRANSFER);
  }));
  const Sent onward = last;
  AcceptAt(world, kRefuge);
  EXPECT_EQ(ToString(CustodyOf(world).responsible), "haven/intake") << "accepted is not moved";
  // Only who is responsible hands over.
  EXPECT_FALSE(Handing(world, onward, Police(), Of(kRefuge))
                   .Take(v1::HANDOVER_STATE_OFFERED, Police())
                   .ok());
  const Handing handing(world, onward, Haven(), Of(kRefuge));
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  EXPECT_EQ(CustodyOf(world).holder.value(), "refuge");
  EXPECT_EQ(ToString(CustodyOf(world).responsible), "haven/intake");
  world.Restart();
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Of(kRefuge)).status());
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Haven()).status());
  EXPECT_EQ(ToString(CustodyOf(world).responsible), "refuge/intake");
  EXPECT_EQ(CustodyOf(world).referral, onward.key);
  EXPECT_EQ(TaskOf(world, onward).state, v1::TASK_STATE_IN_PROGRESS);
  // The history stands: both referrals, each with its handover.
  EXPECT_EQ(Handing(world, first).State(), v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_EQ((*world.store().Read())->referrals().Find(onward.key).value()->parent, first.key);
  // Who has handed over can do it no more.
  EXPECT_FALSE(Handing(world, first, 2).Take(v1::HANDOVER_STATE_OFFERED, Police()).ok());
}

}  // namespace
}  // namespace amana::operations
