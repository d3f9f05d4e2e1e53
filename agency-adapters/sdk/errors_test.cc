#include "agency-adapters/sdk/errors.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace amana::sdk {
namespace {

using absl::StatusCode;

TEST(ErrorsTest, CallsEndUnderAReasonOfTheirOwn) {
  const struct {
    StatusCode code;
    const char* reason;
  } cases[] = {{StatusCode::kUnavailable, "BROKER_UNREACHABLE"},
               {StatusCode::kDeadlineExceeded, "BROKER_TIMEOUT"},
               {StatusCode::kCancelled, "CALL_CANCELLED"},
               {StatusCode::kPermissionDenied, "CALL_FAILED"}};
  for (const auto& c : cases) {
    EXPECT_EQ(ErrorReason(CallFailed(c.code, "x")), c.reason);
    EXPECT_EQ(CallFailed(c.code, "x").code(), c.code);
    EXPECT_FALSE(IsFinalRefusal(CallFailed(c.code, "x"))) << c.reason;
  }
}

TEST(ErrorsTest, OnlyAJudgementOfTheStatementIsFinal) {
  const struct {
    StatusCode code;
    const char* reason;
    bool final;
  } cases[] = {{StatusCode::kInvalidArgument, "HEADER_FIELD_INVALID", true},
               {StatusCode::kAlreadyExists, "EQUIVOCATION", true},
               {StatusCode::kFailedPrecondition, "STATEMENT_TOO_OLD", true},
               {StatusCode::kPermissionDenied, "SIGNER_REVOKED", true},
               {StatusCode::kNotFound, "NOT_FOUND", true},
               {StatusCode::kAborted, "OFFER_EPOCH_OUTDATED", true},
               {StatusCode::kAborted, "DELIVERY_NOT_LEASED", false},
               {StatusCode::kUnavailable, "CLOCK_NOT_TRUSTED", false},
               {StatusCode::kResourceExhausted, "RATE_LIMITED", false},
               {StatusCode::kUnauthenticated, "CERTIFICATE_EXPIRED", false},
               {StatusCode::kPermissionDenied, "ROLE_NOT_REGISTERED", false},
               {StatusCode::kFailedPrecondition, "CREATED_IN_FUTURE", false},
               {StatusCode::kInternal, "INTERNAL", false}};
  for (const auto& c : cases) {
    EXPECT_EQ(IsFinalRefusal(MakeError(c.code, c.reason, "", "x")), c.final) << c.reason;
  }
  EXPECT_FALSE(IsFinalRefusal(absl::PermissionDeniedError("of a proxy")));
  EXPECT_FALSE(IsFinalRefusal(absl::OkStatus()));
}

TEST(ErrorsTest, ForgeriesAreRefusalsAndNameWhatIsForged) {
  EXPECT_EQ(LogForked(3, 5).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(LogForked(3, 5)), "LOG_FORKED");
  EXPECT_EQ(ErrorField(CertificateUnpinned("recipients[1]", "x")), "recipients[1]");
  EXPECT_EQ(ErrorField(ReceiptMismatch("referral")), "referral");
}

}  // namespace
}  // namespace amana::sdk
