// What this side believes of a handover that the broker shows, and what not.
#include "agency-adapters/sdk/handover_view.h"

#include <functional>

#include "agency-adapters/sdk/handover_for_test.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using HandoverViewTest = HandoversTest;

TEST_F(HandoverViewTest, AddsUpWhatBothSigned) {
  UpTo(v1::HANDOVER_STATE_ARRIVED);
  Step(shelter_, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  const HandoverView half = Get(police_)->view;
  EXPECT_EQ(half.state, v1::HANDOVER_STATE_ARRIVED);
  EXPECT_EQ(half.signed_by, envelope::SampleAddress("shelter-a/intake"));
  EXPECT_EQ(half.signed_state, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_EQ(half.last_step, half.Find(v1::HANDOVER_STATE_ARRIVED)->statement.digest);

  Step(police_, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  const HandoverView whole = Get(shelter_)->view;
  EXPECT_EQ(whole.state, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_EQ(whole.signed_by, std::nullopt);
  EXPECT_EQ(whole.last_step, half.signed_digest);
  ASSERT_EQ(whole.steps.size(), 6u);
  EXPECT_EQ(whole.steps[0].person.value(), "officer");
  EXPECT_EQ(whole.steps[1].person.value(), "caseworker");
  EXPECT_EQ(whole.responsible, envelope::SampleAddress("police-a/desk"));
  EXPECT_EQ(whole.Find(v1::HANDOVER_STATE_RETURNED), nullptr);
}

// The step at `index`, signed by whoever it says, with one thing changed.
void Resign(v1::GetHandoverResponse& shown, int index, const tests::TestIdentity& signer,
            const std::function<void(v1::HandoverStep&)>& edit) {
  v1::HandoverStepRecord& record = *shown.mutable_steps(index);
  v1::HandoverStep step;
  ASSERT_TRUE(step.ParseFromString(record.step().payload()));
  step.mutable_meta()->set_cert_id(signer.certificate.id().bytes());
  edit(step);
  *record.mutable_step() = *envelope::SignMessage(envelope::kHandoverStepType, step, signer.key);
  record.set_certificate(signer.certificate.der());
}

const tests::TestIdentity& Officer() {
  return tests::TestSigner("police-a", crypto::Role::kPerson, "desk", "officer");
}

struct Lie {
  const char* reason;
  const char* field;
  std::function<void(v1::GetHandoverResponse&)> tell;
};

std::vector<Lie> LiesAboutTheSum() {
  return {
      {"HANDOVER_MISMATCH", "state",
       [](auto& shown) {
         shown.mutable_handover()->set_state(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
       }},
      {"HANDOVER_MISMATCH", "last_step",
       [](auto& shown) { shown.mutable_handover()->set_last_step(std::string(32, 'x')); }},
      {"HANDOVER_MISMATCH", "signed_by",
       [](auto& shown) {
         *shown.mutable_handover()->mutable_signed_by() = shown.handover().recipient();
       }},
      {"HANDOVER_MISMATCH", "steps", [](auto& shown) { shown.clear_steps(); }},
      {"HANDOVER_MISMATCH", "state", [](auto& shown) { shown.mutable_steps()->RemoveLast(); }},
      {"HANDOVER_MISMATCH", "state",
       [](auto& shown) { shown.mutable_steps()->DeleteSubrange(0, 1); }},
      {"HANDOVER_MISMATCH", "previous",
       [](auto& shown) { shown.mutable_steps()->DeleteSubrange(1, 1); }},
      {"HANDOVER_MISMATCH", "previous",
       [](auto& shown) { shown.mutable_steps()->SwapElements(1, 2); }},
      {"HANDOVER_MISMATCH", "handover",
       [](auto& shown) { shown.mutable_handover()->mutable_handover()->set_attempt(2); }},
      {"HANDOVER_MISMATCH", "handover",
       [](auto& shown) { shown.mutable_handover()->mutable_handover()->set_task(1); }},
      {"HANDOVER_MISMATCH", "handover",
       [](auto& shown) { shown.mutable_handover()->set_header_digest(std::string(32, 'x')); }},
  };
}

std::vector<Lie> LiesAboutTheSteps() {
  const auto& stranger = tests::TestSigner("iom-a", crypto::Role::kPerson, "desk", "caseworker");
  const auto& system = tests::TestSigner("police-a", crypto::Role::kSystem, "desk");
  return {
      {"SIGNATURE_INVALID", "",
       [](auto& shown) {
         (*shown.mutable_steps(2)->mutable_step()->mutable_signature())[40] ^= 1;
       }},
      {"CERTIFICATE_MISMATCH", "meta.cert_id",
       [](auto& shown) { shown.mutable_steps(0)->set_certificate(shown.steps(1).certificate()); }},
      {"CERTIFICATE_MISMATCH", "certificate",
       [&](auto& shown) { Resign(shown, 2, stranger, [](auto&) {}); }},
      {"CERTIFICATE_MISMATCH", "certificate",
       [&](auto& shown) { Resign(shown, 2, system, [](auto&) {}); }},
      {"HANDOVER_MISMATCH", "actor",
       [&](auto& shown) {
         Resign(shown, 2, stranger, [](auto& step) { step.mutable_actor()->set_agency("iom-a"); });
       }},
      {"HANDOVER_MISMATCH", "previous",
       [](auto& shown) {
         Resign(shown, 2, Officer(), [](auto& step) { step.set_previous(std::string(32, 'x')); });
       }},
      {"HANDOVER_MISMATCH", "handover",
       [](auto& shown) {
         Resign(shown, 2, Officer(),
                [](auto& step) { step.mutable_handover()->set_offer_epoch(2); });
       }},
      {"CERTIFICATE_UNPINNED", "certificate",
       [](auto& shown) {
         const tests::TestIdentity foreign = tests::MakeForeignCert(
             tests::TestSpiffe("police-a", crypto::Role::kPerson, "desk", "officer"),
             crypto::CertUsage::kSigning);
         Resign(shown, 2, foreign, [](auto&) {});
       }},
  };
}

TEST_F(HandoverViewTest, BelievesNoLie) {
  UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  std::vector<Lie> lies = LiesAboutTheSum();
  for (Lie& lie : LiesAboutTheSteps()) lies.push_back(std::move(lie));
  for (size_t i = 0; i < lies.size(); ++i) {
    lie_ = lies[i].tell;
    const auto seen = Get(shelter_);
    EXPECT_EQ(ErrorReason(seen.status()), lies[i].reason) << i << ' ' << seen.status();
    EXPECT_EQ(ErrorField(seen.status()), lies[i].field) << i << ' ' << seen.status();
  }
  lie_ = nullptr;
  AMANA_EXPECT_OK(Get(shelter_).status());
}

// A first signature that two may not share: over another thing, or by one side twice.
TEST_F(HandoverViewTest, TwoSignaturesOfOneSideMoveNothing) {
  UpTo(v1::HANDOVER_STATE_ARRIVED);
  Step(shelter_, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  lie_ = [](v1::GetHandoverResponse& shown) {
    *shown.add_steps() = shown.steps(shown.steps_size() - 1);
    shown.mutable_handover()->set_state(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
    shown.mutable_handover()->set_last_step(shown.handover().signed_digest());
    shown.mutable_handover()->clear_signed_by();
  };
  EXPECT_EQ(ErrorReason(Get(police_).status()), "HANDOVER_MISMATCH");
}

TEST_F(HandoverViewTest, AnotherAttemptThanTheOneAskedForIsRefused) {
  UpTo(v1::HANDOVER_STATE_OFFERED);
  EXPECT_EQ(ErrorReason(police_.handovers.Get({BookReferral(), 0, 2}).status()),
            "HANDOVER_MISMATCH");
  EXPECT_EQ(ErrorReason(police_.handovers.Get({BookReferral(), 1, 0}).status()),
            "HANDOVER_MISMATCH");
}

}  // namespace
}  // namespace amana::sdk
