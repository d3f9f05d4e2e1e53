#include "proto/envelope/submission.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

absl::StatusOr<SealedSubmission> Seal(const SubmissionDraft& draft) {
  return SealSubmission(draft, SampleSigner().key, SampleSigner().certificate);
}

TEST(SealSubmission, MakesWhatTheBrokerAccepts) {
  const SealedSubmission sealed = Seal(SampleDraft()).value();
  const v1::Submission& submission = sealed.submission;
  EXPECT_TRUE(VerifyEnvelope(submission.header(), SampleSigner().certificate.public_key()).ok());
  const ReferralStatement referral = ReferralStatement::Create(submission.header()).value();
  EXPECT_EQ(referral.created(), SampleTime());
  EXPECT_EQ(referral.cert_id(), SampleSigner().certificate.id());
  const auto grants = CheckSubmission(submission, referral);
  ASSERT_TRUE(grants.ok()) << grants.status();
  ASSERT_EQ(grants->size(), 2u);
  EXPECT_TRUE((*grants)[0].companion);
  EXPECT_EQ(ToString((*grants)[1].recipient), "iom-a/protection");
  ASSERT_EQ(sealed.keys.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sealed.keys[i].slot, submission.openings(i).slot());
    EXPECT_EQ(sealed.keys[i].stage, submission.openings(i).stage());
  }
}

TEST(SealSubmission, FillsEverySlotAndDrawsThemAtRandom) {
  std::set<uint32_t> first_slots;
  for (int i = 0; i < 40; ++i) {
    const v1::Submission submission = SampleSubmission().submission;
    v1::ReferralHeader header;
    ASSERT_TRUE(header.ParseFromString(submission.header().payload()));
    std::set<std::string> values(header.section_slots().begin(), header.section_slots().end());
    values.insert(header.companion_slots().begin(), header.companion_slots().end());
    EXPECT_EQ(values.size(), 24u);
    first_slots.insert(submission.openings(0).slot());
  }
  EXPECT_GT(first_slots.size(), 3u);
}

TEST(SealSubmission, WrapsOnlyTheChosenSections) {
  SubmissionDraft draft = SampleDraft();
  draft.recipients[1].sections = {1};  // the only RISK section
  const v1::Submission submission = Seal(draft).value().submission;
  EXPECT_EQ(submission.grants(0).wraps_size(), 3);
  ASSERT_EQ(submission.grants(1).wraps_size(), 1);
  for (const v1::SlotOpening& opening : submission.openings()) {
    if (opening.category() != v1::CATEGORY_RISK) continue;
    EXPECT_EQ(submission.grants(1).wraps(0).slot(), opening.slot());
  }
}

TEST(SealSubmission, AcceptsNoneAndAllOfEverything) {
  SubmissionDraft draft = SampleDraft();
  draft.sections.clear();
  draft.recipients.clear();
  EXPECT_TRUE(Seal(draft).ok());
  draft = SampleDraft();
  draft.sections.resize(16, draft.sections[0]);
  for (SectionDraft& section : draft.sections) section.category = v1::CATEGORY_ATTACHMENTS;
  draft.recipients.clear();
  for (const char unit : std::string("abcdefgh")) {
    draft.recipients.push_back({SampleRecipient("shelter-a/" + std::string(1, unit)), {}});
  }
  EXPECT_TRUE(Seal(draft).ok()) << Seal(draft).status();
}

TEST(SealSubmission, RefusesDraftsThatCannotBe) {
  const struct {
    std::function<void(SubmissionDraft&)> change;
    const char* reason;
    const char* field;
  } cases[] = {
      {[](auto& d) { d.header.clear_urgency(); }, "HEADER_FIELD_INVALID", "urgency"},
      {[](auto& d) { d.header.clear_referral_id(); }, "LENGTH_INVALID", "referral_id"},
      {[](auto& d) { d.header.mutable_sender()->set_agency("iom-a"); }, "CERTIFICATE_MISMATCH",
       "meta.cert_id"},
      {[](auto& d) { d.sections.resize(17, d.sections[0]); }, "SECTION_FIELD_INVALID", "sections"},
      {[](auto& d) { d.sections[0].media_type = ""; }, "SECTION_FIELD_INVALID", nullptr},
      {[](auto& d) { d.sections[1].category = v1::CATEGORY_IDENTITY; }, "SECTION_MISMATCH",
       nullptr},
      {[](auto& d) { d.recipients.resize(9, d.recipients[0]); }, "TOO_MANY_GRANTS", "grants"},
      {[](auto& d) { d.recipients.push_back(d.recipients[0]); }, "GRANT_MISMATCH",
       "recipient_cert_id"},
      {[](auto& d) { d.recipients[0].sections = {3}; }, "GRANT_FIELD_INVALID", "wraps"},
      {[](auto& d) { d.recipients[0].to.address = SampleAddress("shelter-b/intake"); },
       "CERTIFICATE_MISMATCH", "recipient_cert_id"},
  };
  for (const auto& one : cases) {
    SubmissionDraft draft = SampleDraft();
    one.change(draft);
    const absl::Status status = Seal(draft).status();
    EXPECT_EQ(ErrorReason(status), one.reason) << status;
    if (one.field != nullptr) {
      EXPECT_EQ(ErrorField(status), one.field);
    }
  }
}

TEST(SealSubmission, RefusesAnotherKeyOrCertificate) {
  const auto& other = tests::TestSigner("police-a", crypto::Role::kSystem, "other");
  EXPECT_EQ(
      ErrorReason(SealSubmission(SampleDraft(), other.key, SampleSigner().certificate).status()),
      "CERTIFICATE_MISMATCH");
  const auto& sealer = tests::TestSealer("police-a", "desk");
  EXPECT_EQ(ErrorReason(SealSubmission(SampleDraft(), sealer.key, sealer.certificate).status()),
            "CERTIFICATE_MISMATCH");
}

TEST(SealSubmission, RefusesWhatIsTooLargeInAll) {
  SubmissionDraft draft = SampleDraft();
  const std::string large(120 * 1024, 'x');
  draft.sections[0].content = draft.sections[1].content = large;
  EXPECT_EQ(ErrorReason(Seal(draft).status()), "SUBMISSION_TOO_LARGE");
  draft.sections[1].content = std::string_view(large).substr(0, 60 * 1024);
  EXPECT_TRUE(Seal(draft).ok()) << Seal(draft).status();
}

class CheckSubmissionTest : public testing::Test {
 protected:
  std::string Check(const SubmissionLimits& limits = {}) const {
    return ErrorReason(CheckSubmission(submission_, referral_, limits).status());
  }

  const SealedSubmission sealed_ = SampleSubmission();
  const ReferralStatement referral_ =
      ReferralStatement::Create(sealed_.submission.header()).value();
  v1::Submission submission_ = sealed_.submission;
};

TEST_F(CheckSubmissionTest, SizeIsOfTheWholeMessage) {
  const size_t size = submission_.ByteSizeLong();
  EXPECT_EQ(Check({size, 8}), "");
  EXPECT_EQ(Check({size - 1, 8}), "SUBMISSION_TOO_LARGE");
  EXPECT_EQ(Check({size, 1}), "TOO_MANY_GRANTS");
}

TEST_F(CheckSubmissionTest, ChecksSectionsAndGrants) {
  submission_.mutable_sections(1)->mutable_ciphertext()->front() ^= 1;
  EXPECT_EQ(Check(), "SECTION_MISMATCH");
  submission_ = sealed_.submission;
  submission_.mutable_grants(1)->mutable_wraps(0)->mutable_enc()->back() ^= 1;
  EXPECT_EQ(Check(), "WRAP_MISMATCH");
  submission_ = sealed_.submission;
  submission_.mutable_grants(1)->mutable_envelope()->mutable_payload()->pop_back();
  EXPECT_EQ(Check(), "TRUNCATED");
  submission_ = sealed_.submission;
  *submission_.add_grants() = submission_.grants(0);
  EXPECT_EQ(Check(), "GRANT_MISMATCH");
}

TEST_F(CheckSubmissionTest, RefusesAWrapWithoutItsSection) {
  submission_.mutable_openings()->RemoveLast();
  submission_.mutable_sections()->RemoveLast();
  EXPECT_EQ(Check(), "WRAP_MISMATCH");
}

TEST_F(CheckSubmissionTest, RefusesUnknownFields) {
  ASSERT_TRUE(submission_.MergeFromString("\x98\x06\x01"));
  EXPECT_EQ(Check(), "UNKNOWN_FIELD");
  submission_ = sealed_.submission;
  ASSERT_TRUE(submission_.mutable_header()->MergeFromString("\x98\x06\x01"));
  EXPECT_EQ(Check(), "UNKNOWN_FIELD");
}

// Who is to get more later is said by AddWraps, which keeps the certificate that signed it.
TEST_F(CheckSubmissionTest, RefusesGrantsThatTheHeaderDoesNotName) {
  *submission_.add_grants() =
      MakeGrant(referral_, SampleRecipient("shelter-b/intake"), sealed_.keys, SampleSigner().key,
                SampleSigner().certificate, SampleTime())
          .value();
  EXPECT_EQ(Check(), "COMPANION_UNKNOWN");
}

}  // namespace
}  // namespace amana::envelope
