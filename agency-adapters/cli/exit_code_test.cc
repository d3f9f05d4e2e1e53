#include "agency-adapters/cli/exit_code.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/status.h"

namespace amana::cli {
namespace {

TEST(ExitCode, SaysWhatAScriptNeedsToKnow) {
  const std::pair<const char*, int> cases[] = {
      {"USAGE_INVALID", 2},        {"CONFIG_INVALID", 2},        {"BROKER_UNREACHABLE", 3},
      {"BROKER_TIMEOUT", 3},       {"LOG_TAMPERED", 4},          {"RECEIPT_MISMATCH", 4},
      {"CERTIFICATE_UNPINNED", 4}, {"RECIPIENT_NOT_COVERED", 1}, {"ENTRY_ROLLED_BACK", 4},
      {"SEALING_NOT_LISTED", 4},   {"ENTRY_UNKNOWN", 1},         {"", 1}};
  for (const auto& [reason, code] : cases) {
    EXPECT_EQ(ExitCodeOfReason(reason), code) << reason;
    EXPECT_EQ(ExitCodeOf(MakeError(absl::StatusCode::kInternal, reason, "", "")), code) << reason;
  }
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), kExitDone);
}

TEST(ExitCode, UsageErrorsNameTheOption) {
  const absl::Status error = UsageError("--to", "expected AGENCY/UNIT");
  EXPECT_EQ(ErrorReason(error), "USAGE_INVALID");
  EXPECT_EQ(ErrorField(error), "--to");
  EXPECT_EQ(std::string(error.message()), "--to: expected AGENCY/UNIT");
}

TEST(HintFor, IsThereWhereThereIsSomethingToDo) {
  EXPECT_FALSE(HintFor("BROKER_UNREACHABLE").empty());
  EXPECT_FALSE(HintFor("PERSON_KEY_MISSING").empty());
  EXPECT_TRUE(HintFor("SOMETHING_ELSE").empty());
}

}  // namespace
}  // namespace amana::cli
