#include "agency-adapters/sdk/wire_status.h"

#include <gtest/gtest.h>

#include <string>

#include "amana/v1/error_details.pb.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

std::string Details(const std::string& domain, const std::string& type_url) {
  v1::ErrorInfo info;
  info.set_reason("HEADER_FIELD_INVALID");
  info.set_domain(domain);
  (*info.mutable_metadata())["field"] = "services[2]";
  v1::ErrorStatus status;
  status.set_code(3);
  status.add_details()->set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  status.add_details()->set_type_url(type_url);
  status.mutable_details(1)->set_value(info.SerializeAsString());
  return status.SerializeAsString();
}

constexpr char kErrorInfo[] = "type.googleapis.com/google.rpc.ErrorInfo";

TEST(WireStatusTest, ReadsReasonAndField) {
  const absl::Status status = FromWireStatus(3, "bad", Details("amana", kErrorInfo));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "HEADER_FIELD_INVALID");
  EXPECT_EQ(ErrorField(status), "services[2]");
  EXPECT_EQ(status.message(), "bad");
}

TEST(WireStatusTest, WithoutOurErrorInfoItIsOnlyAFailedCall) {
  for (const std::string& details :
       {std::string(), std::string("\xff\xff"), Details("other", kErrorInfo),
        Details("amana", "type.googleapis.com/other")}) {
    const absl::Status status = FromWireStatus(7, "no", details);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(ErrorReason(status), "CALL_FAILED");
  }
  EXPECT_EQ(ErrorReason(FromWireStatus(14, "", "")), "BROKER_UNREACHABLE");
}

TEST(WireStatusTest, UnknownCodesAreErrorsToo) {
  for (const int code : {-1, 0, 17, 1000}) {
    EXPECT_EQ(FromWireStatus(code, "", "").code(), absl::StatusCode::kUnknown) << code;
  }
}

}  // namespace
}  // namespace amana::sdk
