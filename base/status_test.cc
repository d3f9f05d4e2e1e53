#include "base/status.h"

#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace amana {
namespace {

absl::Status Failing() {
  return MakeError(absl::StatusCode::kInvalidArgument, "SOME_REASON", "header.county", "no");
}

TEST(StatusTest, CarriesReasonAndField) {
  const absl::Status status = Failing();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()), "no");
  EXPECT_EQ(ErrorReason(status), "SOME_REASON");
  EXPECT_EQ(ErrorField(status), "header.county");
}

TEST(StatusTest, NoFieldAndForeignStatusesGiveEmptyText) {
  EXPECT_EQ(ErrorField(MakeError(absl::StatusCode::kAborted, "R", "", "m")), "");
  EXPECT_EQ(ErrorReason(absl::NotFoundError("m")), "");
  EXPECT_EQ(ErrorReason(absl::OkStatus()), "");
}

absl::StatusOr<std::unique_ptr<int>> Make(bool ok) {
  if (!ok) return Failing();
  return std::make_unique<int>(7);
}

absl::StatusOr<int> Use(bool first, bool second) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<int> value, Make(first));  // move-only values pass
  AMANA_RETURN_IF_ERROR(second ? absl::OkStatus() : absl::AbortedError("second"));
  return *value;
}

TEST(StatusTest, MacrosReturnEarly) {
  EXPECT_EQ(Use(true, true).value(), 7);
  EXPECT_EQ(ErrorReason(Use(false, true).status()), "SOME_REASON");
  EXPECT_EQ(Use(true, false).status().code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace amana
