#include "proto/envelope/update.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

constexpr std::string_view kWords = "SYNTHETIC: she takes insulin twice a day";

const ReferralStatement& Referral(char which = 'r') {
  static const auto* const both = new std::vector<ReferralStatement>{
      ReferralStatement::Create(SampleSubmission('r').submission.header()).value(),
      ReferralStatement::Create(SampleSubmission('s').submission.header()).value()};
  return (*both)[which == 'r' ? 0 : 1];
}

UpdateDraft SampleUpdate() {
  UpdateDraft draft{.referral = Referral(), .recipient = SampleRecipient("shelter-a/intake")};
  draft.offer_epoch = 1;
  draft.number = 1;
  draft.created = SampleTime() + absl::Hours(1);
  draft.sections = {{v1::CATEGORY_MEDICAL, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER,
                     R"({"needs":"SYNTHETIC insulin"})"},
                    {v1::CATEGORY_FAMILY, "text/plain", v1::DISCLOSURE_STAGE_AT_OFFER,
                     "SYNTHETIC: two children"}};
  draft.words = kWords;
  return draft;
}

v1::UpdateSubmission Sealed(const UpdateDraft& draft = SampleUpdate()) {
  return SealUpdate(draft, SampleSigner().key, SampleSigner().certificate).value();
}

absl::Status Check(const v1::UpdateSubmission& submission) {
  const auto update = UpdateStatement::Create(submission.update());
  if (!update.ok()) return update.status();
  return CheckUpdate(submission, *update).status();
}

v1::UpdateSubmission Resigned(v1::UpdateSubmission submission,
                              const std::function<void(v1::Update&)>& change) {
  v1::Update message;
  EXPECT_TRUE(message.ParseFromString(submission.update().payload()));
  change(message);
  *submission.mutable_update() = SignMessage(kUpdateType, message, SampleSigner().key).value();
  return submission;
}

absl::StatusOr<OpenedDelivery> Open(const v1::UpdateSubmission& submission,
                                    const std::vector<SealingIdentity>& identities,
                                    const ReferralStatement& referral = Referral()) {
  const google::protobuf::RepeatedField<uint32_t> none;
  return OpenUpdate({referral.envelope(), submission.grants(0), submission.openings(),
                     submission.sections(), none},
                    {submission.update(), SampleSigner().certificate,
                     submission.has_note() ? &submission.note() : nullptr},
                    {SampleSigner().certificate, std::nullopt}, identities);
}

const std::vector<SealingIdentity>& Intake() {
  static const auto* const intake =
      new std::vector<SealingIdentity>{SampleSealer("shelter-a/intake")};
  return *intake;
}

TEST(Update, OpensForWhoAskedAndSaysWhatTheSenderSealed) {
  const v1::UpdateSubmission sealed = Sealed();
  EXPECT_TRUE(VerifyEnvelope(sealed.update(), SampleSigner().certificate.public_key()).ok());
  EXPECT_TRUE(Check(sealed).ok()) << Check(sealed);
  const auto opened = Open(sealed, Intake());
  ASSERT_TRUE(opened.ok()) << opened.status();
  ASSERT_TRUE(opened->update.has_value());
  EXPECT_EQ(opened->update->number, 1u);
  EXPECT_EQ(opened->update->task, 0u);
  EXPECT_EQ(opened->update->offer_epoch, 1u);
  EXPECT_EQ(opened->update->created, SampleTime() + absl::Hours(1));
  EXPECT_EQ(opened->update->words, kWords);
  ASSERT_EQ(opened->sections.size(), 2u);
  for (const OpenedSection& section : opened->sections) {
    EXPECT_EQ(section.content, section.category == v1::CATEGORY_MEDICAL
                                   ? R"({"needs":"SYNTHETIC insulin"})"
                                   : "SYNTHETIC: two children");
  }
  EXPECT_EQ(ErrorReason(Open(sealed, {SampleSealer("iom-a/protection")}).status()),
            "SEALING_KEY_MISSING");
}

TEST(Update, MayBeWordsOnlyOrSectionsOnlyButNotNothing) {
  UpdateDraft words = SampleUpdate();
  words.sections.clear();
  const auto opened = Open(Sealed(words), Intake());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(opened->sections.empty());
  EXPECT_EQ(opened->update->words, kWords);

  UpdateDraft sections = SampleUpdate();
  sections.words = {};
  const auto silent = Open(Sealed(sections), Intake());
  ASSERT_TRUE(silent.ok()) << silent.status();
  EXPECT_EQ(silent->update->words, "");

  UpdateDraft nothing = words;
  nothing.words = {};
  EXPECT_EQ(
      ErrorReason(SealUpdate(nothing, SampleSigner().key, SampleSigner().certificate).status()),
      "UPDATE_FIELD_INVALID");
}

TEST(Update, IsRefusedWhereAnythingOfItIsNotWhatWasSigned) {
  using Change = std::function<void(v1::UpdateSubmission&)>;
  const v1::UpdateSubmission other = [] {
    UpdateDraft draft = SampleUpdate();
    draft.words = "SYNTHETIC other words";
    return Sealed(draft);
  }();
  const struct {
    std::string name;
    Change change;
    std::string reason;
  } cases[] = {
      {"another's section", [&](auto& s) { *s.mutable_sections() = other.sections(); },
       "SECTION_MISMATCH"},
      {"a section missing", [](auto& s) { s.mutable_sections()->RemoveLast(); },
       "SECTION_MISMATCH"},
      {"another's grant", [&](auto& s) { *s.mutable_grants() = other.grants(); }, "GRANT_MISMATCH"},
      {"no grant", [](auto& s) { s.clear_grants(); }, "UPDATE_FIELD_INVALID"},
      {"a grant twice", [](auto& s) { *s.add_grants() = v1::Grant(s.grants(0)); },
       "GRANT_MISMATCH"},
      {"another's words", [&](auto& s) { *s.mutable_note() = other.note(); }, "NOTE_MISMATCH"},
      {"no words", [](auto& s) { s.clear_note(); }, "UPDATE_FIELD_INVALID"},
      {"a referral's grant",
       [](auto& s) { *s.mutable_grants(0) = SampleSubmission().submission.grants(0); },
       "GRANT_MISMATCH"},
  };
  for (const auto& each : cases) {
    v1::UpdateSubmission changed = Sealed();
    each.change(changed);
    EXPECT_EQ(ErrorReason(Check(changed)), each.reason) << each.name;
  }
}

TEST(Update, SectionsForAfterTheAcceptanceAreNone) {
  UpdateDraft draft = SampleUpdate();
  draft.sections[0].stage = v1::DISCLOSURE_STAGE_AT_ACCEPT;
  EXPECT_EQ(ErrorReason(SealUpdate(draft, SampleSigner().key, SampleSigner().certificate).status()),
            "SECTION_MISMATCH");
}

TEST(Update, FieldsAreCheckedOnce) {
  using Change = std::function<void(v1::Update&)>;
  const struct {
    std::string name;
    Change change;
    std::string reason;
  } cases[] = {
      {"no number", [](auto& m) { m.set_number(0); }, "UPDATE_FIELD_INVALID"},
      {"no version", [](auto& m) { m.mutable_referral()->set_version(0); }, "UPDATE_FIELD_INVALID"},
      {"no referral", [](auto& m) { m.clear_referral(); }, "ID_INVALID"},
      {"short digest", [](auto& m) { m.set_header_digest("x"); }, "LENGTH_INVALID"},
      {"short note", [](auto& m) { m.set_note_sha256("x"); }, "LENGTH_INVALID"},
      {"15 slots", [](auto& m) { m.mutable_section_slots()->RemoveLast(); },
       "UPDATE_FIELD_INVALID"},
      {"9 companions", [](auto& m) { m.add_companion_slots(std::string(32, 'c')); },
       "UPDATE_FIELD_INVALID"},
      {"a short slot", [](auto& m) { m.set_section_slots(3, "x"); }, "LENGTH_INVALID"},
      {"no meta", [](auto& m) { m.clear_meta(); }, "META_INVALID"},
  };
  for (const auto& each : cases) {
    const auto changed = Resigned(Sealed(), each.change);
    EXPECT_EQ(ErrorReason(UpdateStatement::Create(changed.update()).status()), each.reason)
        << each.name;
  }
}

TEST(Update, OfAnotherHeaderOrBySomebodyElseIsNotOpened) {
  const v1::UpdateSubmission sealed = Sealed();
  EXPECT_EQ(ErrorReason(Open(sealed, Intake(), Referral('s')).status()), "UPDATE_FIELD_INVALID");
  v1::UpdateSubmission forged = sealed;
  forged.mutable_update()->set_signature(forged.update().signature().substr(0, 8));
  EXPECT_EQ(ErrorReason(Open(forged, Intake()).status()), "SIGNATURE_INVALID");
  // The words of another task do not open: what they answer is signed.
  const auto moved = Resigned(sealed, [](v1::Update& message) { message.set_task(1); });
  EXPECT_EQ(ErrorReason(Open(moved, Intake()).status()), "NOTE_OPEN_FAILED");
}

}  // namespace
}  // namespace amana::envelope
