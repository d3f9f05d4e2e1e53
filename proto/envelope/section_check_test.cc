#include "proto/envelope/section_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/status.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/section.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

class CheckSectionsTest : public testing::Test {
 protected:
  // Runs `change` on a good submission; expects the refusal to name the slot of opening `index`.
  void Refused(const std::function<void(v1::Submission&)>& change, int index,
               const std::string& reason = "SECTION_MISMATCH") {
    v1::Submission submission = good_;
    change(submission);
    const absl::Status status =
        CheckSections(submission.openings(), submission.sections(), referral_);
    EXPECT_EQ(ErrorReason(status), reason) << status;
    EXPECT_EQ(ErrorField(status), SlotField(good_.openings(index).slot())) << status;
  }

  const v1::Submission good_ = SampleSubmission().submission;
  const ReferralStatement referral_ = ReferralStatement::Create(good_.header()).value();
};

TEST_F(CheckSectionsTest, AcceptsWhatWasSigned) {
  EXPECT_TRUE(CheckSections(good_.openings(), good_.sections(), referral_).ok());
  EXPECT_TRUE(CheckSections({}, {}, referral_).ok());
}

TEST_F(CheckSectionsTest, AcceptsSomeOfThem) {
  for (int left_out = 0; left_out < 3; ++left_out) {
    v1::Submission some = good_;
    some.mutable_openings()->DeleteSubrange(left_out, 1);
    some.mutable_sections()->DeleteSubrange(left_out, 1);
    EXPECT_TRUE(CheckSections(some.openings(), some.sections(), referral_).ok());
  }
}

TEST_F(CheckSectionsTest, RefusesWhatDoesNotPair) {
  Refused([](auto& s) { s.mutable_sections()->RemoveLast(); }, 2);
  Refused([](auto& s) { s.mutable_openings()->RemoveLast(); }, 2);
  Refused([](auto& s) { s.mutable_sections()->SwapElements(0, 1); }, 0);
  Refused([](auto& s) { *s.add_sections() = s.sections(1); }, 1);
}

TEST_F(CheckSectionsTest, RefusesOtherOrders) {
  Refused(
      [](auto& s) {
        s.mutable_openings()->SwapElements(0, 1);
        s.mutable_sections()->SwapElements(0, 1);
      },
      0);
  Refused(
      [](auto& s) {
        *s.mutable_openings(1) = s.openings(0);
        *s.mutable_sections(1) = s.sections(0);
      },
      0);
}

TEST_F(CheckSectionsTest, RefusesAnotherOpening) {
  Refused([](auto& s) { s.mutable_openings(1)->mutable_salt()->front() ^= 1; }, 1);
  Refused(
      [](auto& s) {
        auto* opening = s.mutable_openings(0);
        opening->set_stage(opening->stage() == v1::DISCLOSURE_STAGE_AT_OFFER
                               ? v1::DISCLOSURE_STAGE_AT_ACCEPT
                               : v1::DISCLOSURE_STAGE_AT_OFFER);
      },
      0);
  Refused([](auto& s) { s.mutable_openings(2)->set_media_type("text/html"); }, 2);
}

TEST_F(CheckSectionsTest, RefusesAnotherCiphertext) {
  Refused([](auto& s) { s.mutable_sections(0)->mutable_ciphertext()->back() ^= 1; }, 0);
  Refused([](auto& s) { s.mutable_sections(1)->mutable_ciphertext()->pop_back(); }, 1);
  Refused([](auto& s) { s.mutable_sections(2)->mutable_ciphertext()->push_back('x'); }, 2);
  Refused([](auto& s) { s.mutable_sections(2)->clear_ciphertext(); }, 2);
}

TEST_F(CheckSectionsTest, RefusesUnknownFields) {
  Refused([](auto& s) { s.mutable_sections(1)->MergeFromString("\x98\x06\x01"); }, 1,
          "UNKNOWN_FIELD");
}

TEST_F(CheckSectionsTest, RefusesMalformedOpenings) {
  v1::Submission submission = good_;
  submission.mutable_openings(0)->clear_category();
  EXPECT_EQ(ErrorReason(CheckSections(submission.openings(), submission.sections(), referral_)),
            "SECTION_FIELD_INVALID");
}

TEST_F(CheckSectionsTest, RefusesACategoryTwiceButNotAttachments) {
  const auto twice = [](v1::Category category) {
    SubmissionDraft draft = SampleDraft();
    for (SectionDraft& section : draft.sections) section.category = category;
    return ErrorReason(
        SealSubmission(draft, SampleSigner().key, SampleSigner().certificate).status());
  };
  EXPECT_EQ(twice(v1::CATEGORY_RISK), "SECTION_MISMATCH");
  EXPECT_EQ(twice(v1::CATEGORY_ATTACHMENTS), "");
}

}  // namespace
}  // namespace amana::envelope
