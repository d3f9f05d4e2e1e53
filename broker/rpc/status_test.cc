#include "broker/rpc/status.h"

#include "broker/rpc/error_details.h"
#include "broker/rpc/errors.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

TEST(StatusTest, OkIsOk) { EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok()); }

TEST(StatusTest, EveryCodeKeepsItsNumber) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "m");
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
  }
}

TEST(StatusTest, CarriesMessageAndDetails) {
  const absl::Status status = Overloaded();
  const grpc::Status out = ToGrpcStatus(status);
  EXPECT_EQ(out.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(out.error_message(), status.message());
  EXPECT_EQ(out.error_details(), ErrorDetails(status));
}

}  // namespace
}  // namespace amana::rpc
