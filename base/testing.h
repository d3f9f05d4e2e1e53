// For tests: a folder that goes with the test, and short words for statuses.
#ifndef AMANA_BASE_TESTING_H_
#define AMANA_BASE_TESTING_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace amana {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "amana-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
    EXPECT_FALSE(path_.empty()) << "no temporary folder";
  }
  ~TempDir() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// For EXPECT_TRUE(IsOk(x)): prints the status when it is not.
template <typename T>
testing::AssertionResult IsOk(const T& result) {
  const absl::Status& status = StatusOf(result);
  if (status.ok()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << status;
}

}  // namespace amana

#define AMANA_EXPECT_OK(expr) EXPECT_TRUE(::amana::IsOk((expr)))
#define AMANA_ASSERT_OK(expr) ASSERT_TRUE(::amana::IsOk((expr)))

#endif  // AMANA_BASE_TESTING_H_
