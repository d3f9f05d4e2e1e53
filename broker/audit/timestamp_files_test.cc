#include "broker/audit/timestamp_files.h"

#include <gtest/gtest.h>

#include "base/durable_file_fault.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::audit {
namespace {

TEST(TimestampFilesTest, WhatIsKeptIsReadByItsPathAndNothingElseIs) {
  const TempDir dir;
  TimestampFiles files(&RealFileSystem(), dir.path());
  EXPECT_TRUE(files.Sizes()->empty());
  AMANA_ASSERT_OK(files.Keep(7, "note 7", "token 7"));
  AMANA_ASSERT_OK(files.Keep(40, "note 40", "token 40"));
  AMANA_ASSERT_OK(files.Keep(40, "another", "another"));  // the first one is the stronger
  AMANA_ASSERT_OK(files.Keep(9, "late", "late"));
  EXPECT_EQ(files.Sizes().value(), (std::vector<uint64_t>{7, 40}));
  EXPECT_EQ(files.Read("timestamp/index").value(), "7\n40\n");
  EXPECT_EQ(files.Read("timestamp/40").value(), "note 40");
  EXPECT_EQ(files.Read("timestamp/7.tsr").value(), "token 7");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir.File("checkpoint"), "x", kPublicFile));
  for (const char* path : {"timestamp/9", "timestamp/9.tsr", "timestamp/", "timestamp/07",
                           "timestamp/.tsr", "timestamp/../checkpoint", "timestamp/7.tsr.tsr",
                           "checkpoint", "timestamp/7/", "", "timestamp/99999999999999999999"}) {
    EXPECT_EQ(ErrorReason(files.Read(path).status()), "NOT_FOUND") << path;
  }
}

TEST(TimestampFilesTest, AnIndexThatIsDamagedIsNotTakenForNone) {
  const TempDir dir;
  TimestampFiles files(&RealFileSystem(), dir.path());
  AMANA_ASSERT_OK(files.Keep(7, "note", "token"));
  for (const char* index : {"8\n7\n", "x\n", "7", "7\n\n", "7\n7\n"}) {
    AMANA_ASSERT_OK(
        RealFileSystem().WriteAtomically(dir.File("timestamp/index"), index, kPublicFile));
    EXPECT_EQ(ErrorReason(files.Sizes().status()), "TIMESTAMP_INDEX_DAMAGED") << index;
    EXPECT_EQ(ErrorReason(files.Keep(9, "note", "token")), "TIMESTAMP_INDEX_DAMAGED") << index;
  }
}

}  // namespace
}  // namespace amana::audit
