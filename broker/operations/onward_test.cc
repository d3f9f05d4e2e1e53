// A person is referred onward, from one agency to the next, and says no to the first.
#include <gtest/gtest.h>

#include "broker/delivery/wire.h"
#include "broker/operations/receive.h"
#include "broker/operations/testing_offers.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

// police and haven, each of which may receive; a consent that either may refer the person onward.
// What is referred back to who sent it is signed by a person.
struct Chain {
  World world;
  v1::ConsentRecord consent = world.Consent();

  Chain() {
    AppointOfficer(world);
    consent.add_recipients()->set_agency("police");
    consent.set_onward(true);
    AMANA_EXPECT_OK(world.Register(consent));
  }

  // From `sender` to the other one.
  Sent Refer(std::string_view sender, const Sent* parent,
             const Edit<envelope::SubmissionDraft>& edit = {}) {
    const bool police = sender == "police";
    const tests::TestIdentity& signer = parent == nullptr ? PoliceSigner()
                                        : police          ? PolicePerson()
                                                          : HavenPerson();
    envelope::SubmissionDraft draft = world.Draft(consent);
    if (!police) {
      const Address desk = *ParseAddress("police/desk", "unit");
      *draft.header.mutable_sender() = delivery::ToWire(*ParseAddress("haven/intake", "unit"));
      *draft.header.mutable_services(0)->mutable_recipient() = delivery::ToWire(desk);
      draft.recipients = {{{desk, PoliceSealer().certificate}, {}}};
    }
    if (parent != nullptr) *draft.header.mutable_parent() = delivery::ToWire(parent->key);
    if (edit) edit(draft);
    auto sealed = envelope::SealSubmission(draft, signer.key, signer.certificate);
    AMANA_EXPECT_OK(sealed.status());
    Sent sent{consent, std::move(sealed->submission), std::move(sealed->keys), {}, {}};
    sent.key = envelope::ReferralStatement::Create(sent.submission.header())->key();
    sent.digest = envelope::PayloadDigest(sent.submission.header()).bytes();
    AMANA_EXPECT_OK(world.Submit(sent.submission, sender).status());
    return sent;
  }
  size_t Deliver(const std::string& unit) {
    size_t count = 0;
    absl::Notification done;
    MakeLeaseFn(world.context())(
        *ParseAddress(unit, "unit"), 10, [](const store::DeliveryKey&) { return false; },
        [&](absl::StatusOr<delivery::LeaseResult> result) {
          AMANA_EXPECT_OK(result.status());
          count = result.ok() ? result->deliveries.size() : 0;
          done.Notify();
        });
    done.WaitForNotification();
    return count;
  }
};

TEST(Onward, ANoToTheFirstReachesTheWholeChain) {
  Chain t;
  const Sent first = t.Refer("police", nullptr);
  ASSERT_EQ(t.Deliver("haven/intake"), 1u);
  const Sent second = t.Refer("haven", &first);
  ASSERT_EQ(TaskOf(t.world, second).state, v1::TASK_STATE_ROUTED);
  ASSERT_EQ(t.Deliver("police/desk"), 1u);
  const Sent third = t.Refer("police", &second);
  ASSERT_EQ(t.Deliver("haven/intake"), 1u);
  const Sent queued = t.Refer("haven", &third);
  ASSERT_EQ(TaskOf(t.world, queued).state, v1::TASK_STATE_ROUTED);
  // One of the chain rests on a consent that haven recorded itself.
  v1::ConsentRecord own = t.consent;
  *own.mutable_meta() = t.world.Meta(HavenSigner());
  own.set_consent_id(std::string(16, 'h'));
  *own.mutable_recorder() = delivery::ToWire(*ParseAddress("haven/intake", "unit"));
  AMANA_ASSERT_OK(RegisterAs(t.world, own, "haven", HavenSigner()).status());
  const v1::ConsentRecord shared = std::exchange(t.consent, own);
  const Sent aside = t.Refer("haven", &first);
  ASSERT_EQ(t.Deliver("police/desk"), 2u);

  AMANA_ASSERT_OK(Withdraw(t.world, shared).status());
  t.world.Reconsider();
  for (const Sent& each : {first, second, third, queued, aside}) {
    EXPECT_EQ(TaskOf(t.world, each).state, v1::TASK_STATE_REVOKED);
    EXPECT_EQ(OfferOf(t.world, each).state, v1::DELIVERY_STATE_RECALL_SENT);
    EXPECT_EQ(OfferOf(t.world, each).reason, v1::REASON_CONSENT_WITHDRAWN);
  }
}

TEST(Onward, WhatWaitsAtTheEndOfTheChainDoesNotLeave) {
  Chain t;
  const Sent first = t.Refer("police", nullptr);
  ASSERT_EQ(t.Deliver("haven/intake"), 1u);
  const Sent second = t.Refer("haven", &first);
  AMANA_ASSERT_OK(Withdraw(t.world, t.consent, "haven").status());
  EXPECT_EQ(t.Deliver("police/desk"), 0u);
  EXPECT_EQ(OfferOf(t.world, second).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_EQ(OfferOf(t.world, first).state, v1::DELIVERY_STATE_RECALL_SENT);
}

TEST(Onward, AChainThatIsNotOneGoesNowhere) {
  Chain t;
  const Sent waiting = t.Refer("police", nullptr);  // never disclosed
  const Sent others = t.Refer("police", nullptr, [](envelope::SubmissionDraft& draft) {
    draft.header.set_subject_pseudonym(std::string(16, 'o'));
  });
  Sent unknown = waiting;
  unknown.key.version = 7;
  const Sent broken[] = {t.Refer("haven", &waiting), t.Refer("haven", &others),
                         t.Refer("haven", &unknown)};
  for (const Sent& each : broken) {
    EXPECT_EQ(TaskOf(t.world, each).state, v1::TASK_STATE_BLOCKED_CONSENT);
    EXPECT_EQ(TaskOf(t.world, each).reason, v1::REASON_ONWARD_NOT_COVERED);
  }
  ASSERT_EQ(t.Deliver("haven/intake"), 1u);
  EXPECT_EQ(TaskOf(t.world, t.Refer("haven", &waiting)).state, v1::TASK_STATE_ROUTED);
  // Nor under another pseudonym, on whatever it rests.
  const Sent renamed = t.Refer("haven", &waiting, [](envelope::SubmissionDraft& draft) {
    draft.header.set_subject_pseudonym(std::string(16, 'r'));
    draft.header.clear_consent();
    draft.header.set_legal_basis(v1::LEGAL_BASIS_COURT_ORDER);
  });
  EXPECT_EQ(TaskOf(t.world, renamed).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_TRUE(std::ranges::count(TaskOf(t.world, renamed).consent_rules, 26) == 1);
}

TEST(Onward, WithoutThePersonsWordForItNothingGoesOn) {
  Chain t;
  v1::ConsentRecord here = t.consent;
  here.set_version(2);
  here.set_onward(false);
  const Sent first = t.Refer("police", nullptr);
  ASSERT_EQ(t.Deliver("haven/intake"), 1u);
  AMANA_ASSERT_OK(RegisterAs(t.world, here).status());
  EXPECT_EQ(OfferOf(t.world, first).state, v1::DELIVERY_STATE_LEASED);
  const Sent second = t.Refer("haven", &first);
  EXPECT_EQ(TaskOf(t.world, second).reason, v1::REASON_ONWARD_NOT_COVERED);
}

}  // namespace
}  // namespace amana::operations
