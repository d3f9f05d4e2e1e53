#include "broker/rpc/error_details.h"

#include "amana/v1/error_details.pb.h"
#include "base/ids.h"
#include "base/status.h"
#include "broker/rpc/errors.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

// Worked out by hand from google/rpc/status.proto and google/rpc/error_details.proto.
TEST(ErrorDetailsTest, BytesAreThoseOfGoogleRpc) {
  const absl::Status status = MakeError(absl::StatusCode::kNotFound, "R", "f", "m");
  const char* const expected =
      "080512016d"  // code, message
      "1a420a28"    // details, its type URL
      "747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e4572726f72496e666f"
      "12160a01521205616d616e61"   // its value: reason, domain
      "1a0a0a056669656c64120166";  // metadata
  EXPECT_EQ(ToHex(ErrorDetails(status)), expected);
}

TEST(ErrorDetailsTest, SaysWhenToTryAgain) {
  v1::ErrorStatus out;
  ASSERT_TRUE(out.ParseFromString(ErrorDetails(RateLimited(absl::Milliseconds(1500)))));
  EXPECT_EQ(out.code(), 8);
  ASSERT_EQ(out.details_size(), 2);
  EXPECT_EQ(out.details(1).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  v1::RetryInfo retry;
  ASSERT_TRUE(retry.ParseFromString(out.details(1).value()));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(ErrorDetailsTest, AStatusOfNobodysMakingHasItsCodesName) {
  EXPECT_EQ(PublicReason(absl::DeadlineExceededError("late")), "DEADLINE_EXCEEDED");
}

TEST(ErrorDetailsTest, OurOwnBugsAreNotExplained) {
  EXPECT_EQ(PublicMessage(absl::InternalError("SELECT")), "internal error");
  EXPECT_EQ(PublicMessage(absl::UnknownError("pointer")), "internal error");
  EXPECT_EQ(PublicMessage(absl::NotFoundError("not found")), "not found");
}

TEST(ErrorDetailsTest, Refusal) {
  const v1::Refusal refusal =
      ToRefusal(MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "header.x", "bad"));
  EXPECT_EQ(refusal.code(), 3);
  EXPECT_EQ(refusal.reason(), "FIELD_INVALID");
  EXPECT_EQ(refusal.field(), "header.x");
  EXPECT_EQ(refusal.message(), "bad");
}

}  // namespace
}  // namespace amana::rpc
