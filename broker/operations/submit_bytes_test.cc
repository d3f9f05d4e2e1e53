// A submission is the bytes that came: they are what is kept, and what is wrong with them is told
// as the envelope's own checks tell it.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>

#include "broker/operations/testing_acts.h"
#include "proto/envelope/header.h"
#include "proto/envelope/submission.h"
#include "tests/fuzz/target.h"

namespace amana::operations {
namespace {

class SubmitBytesTest : public testing::Test {
 protected:
  SubmitBytesTest() : log_(google::protobuf::SetLogHandler(nullptr)) {  // of malformed strings
    const v1::ConsentRecord consent = world_.Consent();
    AMANA_EXPECT_OK(world_.Register(consent));
    submission_ = world_.Seal(world_.Draft(consent));
    key_ = envelope::ReferralStatement::Create(submission_.header())->key();
  }
  ~SubmitBytesTest() override { google::protobuf::SetLogHandler(log_); }

  absl::StatusOr<std::string> Kept() {
    return world_.store().Read().value()->referrals().ReadBody(key_);
  }

  // What parsing and the envelope's checks find wrong, signatures apart.
  static absl::Status Wrong(const std::string& bytes) {
    v1::Submission submission;
    if (!submission.ParseFromString(bytes)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "submission", "");
    }
    const auto referral = envelope::ReferralStatement::Create(submission.header());
    if (!referral.ok()) return referral.status();
    return envelope::CheckSubmission(submission, *referral).status();
  }

  World world_;
  v1::Submission submission_;
  StatementKey key_;

 private:
  google::protobuf::LogHandler* const log_;
};

TEST_F(SubmitBytesTest, WhatCameIsKeptByteForByte) {
  const std::string bytes = SerializeBackwards(submission_);
  ASSERT_NE(bytes, envelope::Serialize(submission_));
  const auto response = world_.SubmitBytes(bytes);
  AMANA_ASSERT_OK(response.status());
  EXPECT_FALSE(response->replayed());
  EXPECT_EQ(Kept().value(), bytes);
  world_.Restart();
  EXPECT_EQ(Kept().value(), bytes);
  const v1::Delivery offer = ReceiveOne(world_);
  EXPECT_EQ(offer.header().SerializeAsString(), submission_.header().SerializeAsString());
  EXPECT_EQ(offer.sections_size(), 3);
  AMANA_EXPECT_OK(world_.Acknowledge(offer));
}

TEST_F(SubmitBytesTest, TheSameStatementInOtherBytesChangesNothing) {
  const std::string bytes = envelope::Serialize(submission_);
  const auto first = world_.SubmitBytes(bytes);
  AMANA_ASSERT_OK(first.status());
  const uint64_t size = LogSize(world_);
  const auto again = world_.SubmitBytes(SerializeBackwards(submission_));
  AMANA_ASSERT_OK(again.status());
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_EQ(Kept().value(), bytes);
  EXPECT_EQ(LogSize(world_), size);
}

TEST_F(SubmitBytesTest, WhatIsCutOffIsRefusedForWhatIsWrongThen) {
  const std::string whole = SerializeBackwards(submission_);
  int unparsed = 0, incomplete = 0;
  for (size_t size = 0; size < whole.size(); size += size < 64 ? 1 : 13) {
    const std::string bytes = whole.substr(0, size);
    const absl::Status wrong = Wrong(bytes);
    ASSERT_FALSE(wrong.ok()) << "the header comes last";
    const absl::Status refused = world_.SubmitBytes(bytes).status();
    ASSERT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
    ASSERT_EQ(ErrorReason(refused), ErrorReason(wrong)) << size;
    ASSERT_EQ(ErrorField(refused), ErrorField(wrong)) << size;
    ASSERT_FALSE(ErrorField(refused).empty()) << refused;
    ++(ErrorField(refused) == "submission" ? unparsed : incomplete);
  }
  EXPECT_GT(unparsed, 100);
  EXPECT_GT(incomplete, 0);
  EXPECT_EQ(ErrorReason(Kept().status()), "NOT_FOUND");
}

// Nothing is accepted, or the same again would be answered whatever is wrong with the rest of it.
TEST_F(SubmitBytesTest, WhatIsChangedIsRefusedForWhatIsWrongThen) {
  envelope::SubmissionDraft draft = world_.Draft(world_.Consent());
  draft.header.mutable_services(0)->mutable_recipient()->set_agency("nobody");
  const std::string good = envelope::Serialize(world_.Seal(draft));
  AMANA_ASSERT_OK(Wrong(good));
  const auto refused = [&](const std::string& bytes) { return world_.SubmitBytes(bytes).status(); };
  ASSERT_EQ(ErrorReason(refused(good)), "RECIPIENT_UNKNOWN");
  std::mt19937_64 random(1);
  int by_envelope = 0, by_signer = 0, by_registry = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string bytes = fuzz::Mutate(good, random);
    const absl::Status wrong = Wrong(bytes);
    const absl::Status status = refused(bytes);
    if (ErrorReason(status).starts_with("SIGN")) {
      ++by_signer;  // who signed is asked between the header's checks and the others
    } else if (wrong.ok()) {
      ASSERT_EQ(ErrorReason(status), "RECIPIENT_UNKNOWN") << i;
      ++by_registry;
    } else {
      ASSERT_EQ(ErrorReason(status), ErrorReason(wrong)) << i;
      ASSERT_EQ(ErrorField(status), ErrorField(wrong)) << i;
      ++by_envelope;
    }
  }
  EXPECT_GT(by_envelope, 300);
  EXPECT_GT(by_signer, 20);
  EXPECT_GT(by_registry, 5);
}

TEST_F(SubmitBytesTest, WhatIsPassedOverCountsToo) {
  // A header that the next one replaces: what is parsed is small.
  v1::Submission replaced;
  replaced.mutable_header()->set_payload(std::string(envelope::SubmissionLimits().max_bytes, 's'));
  const auto status =
      world_.SubmitBytes(envelope::Serialize(replaced) + envelope::Serialize(submission_)).status();
  EXPECT_EQ(ErrorReason(status), "SUBMISSION_TOO_LARGE");
  EXPECT_EQ(ErrorField(status), "submission");
  EXPECT_EQ(ErrorReason(Kept().status()), "NOT_FOUND");
}

}  // namespace
}  // namespace amana::operations
