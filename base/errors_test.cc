#include "base/errors.h"

#include <cerrno>
#include <string>

#include "base/status.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

TEST(ErrorsTest, ErrnoGivesCodeAndReason) {
  const struct {
    int error;
    absl::StatusCode code;
    const char* reason;
  } kCases[] = {
      {ENOSPC, absl::StatusCode::kResourceExhausted, "DISK_FULL"},
      {EDQUOT, absl::StatusCode::kResourceExhausted, "DISK_FULL"},
      {ENOENT, absl::StatusCode::kNotFound, "FILE_NOT_FOUND"},
      {EEXIST, absl::StatusCode::kAlreadyExists, "FILE_EXISTS"},
      {EACCES, absl::StatusCode::kPermissionDenied, "FILE_PERMISSION"},
      {EPERM, absl::StatusCode::kPermissionDenied, "FILE_PERMISSION"},
      {EROFS, absl::StatusCode::kPermissionDenied, "FILE_PERMISSION"},
      {EMFILE, absl::StatusCode::kResourceExhausted, "TOO_MANY_FILES"},
      {EIO, absl::StatusCode::kUnavailable, "IO_ERROR"},
      {EISDIR, absl::StatusCode::kUnavailable, "IO_ERROR"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ErrnoError(c.error, "data/file");
    EXPECT_EQ(status.code(), c.code) << c.reason;
    EXPECT_EQ(ErrorReason(status), c.reason);
    EXPECT_EQ(std::string(status.message()).rfind("data/file: ", 0), 0u) << status;
    EXPECT_FALSE(IsFsyncFailure(status));
  }
}

TEST(ErrorsTest, FsyncFailureIsToldApart) {
  EXPECT_TRUE(IsFsyncFailure(FsyncFailedError("data/file", "EIO")));
  EXPECT_FALSE(IsFsyncFailure(IoError("data/file", "EIO")));
  EXPECT_FALSE(IsFsyncFailure(absl::OkStatus()));
}

TEST(ErrorsTest, KeyFileModeIsPrintedInOctal) {
  EXPECT_NE(std::string(KeyFilePermissionsError("k", 0644).message()).find("0644"),
            std::string::npos);
}

}  // namespace
}  // namespace amana
