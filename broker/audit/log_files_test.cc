#include "broker/audit/log_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/durable_file_fault.h"
#include "base/errors.h"
#include "base/testing.h"

namespace amana::audit {
namespace {

using transparency::kEntriesLevel;

class LogFilesTest : public testing::Test {
 protected:
  LogFilesTest() {
    Put("checkpoint", "note\n");
    Put("secret", "not of the log");
    Put("tile/secret", "not of the log");
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(dir_.File("key"), "outside", kPublicFile));
    Put("tile/0/000", Hashes(256));
    Put("tile/entries/000", Entries(256));
    Put("tile/0/001.p/7", Hashes(7));
    Put("tile/entries/001.p/7", Entries(7));
    Put("tile/0/x001/x234/067", Hashes(256));
    Put("tile/1/000.p/1", Hashes(1));
    Put("timestamp/index", "263\n");
    Put("timestamp/263", "note 263\n");
    Put("timestamp/263.tsr", "token");
    Put("timestamp/secret", "not of the log");
  }
  static std::string Hashes(int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes.append(32, static_cast<char>(i));
    return bytes;
  }
  static std::string Entries(int count) {
    std::vector<std::string> entries;
    for (int i = 0; i < count; ++i) entries.push_back("entry " + std::to_string(i));
    return transparency::EncodeEntryBundle(entries).value();
  }
  void Put(const std::string& path, const std::string& bytes) {
    const std::string file = dir_.File("log/" + path);
    AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(FolderOf(file)));
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(file, bytes, kPublicFile));
  }
  http::Response Get(const std::string& path) { return files_.Answer({.path = path}); }

  TempDir dir_;
  FaultFileSystem fault_{RealFileSystem()};
  LogFiles files_{&fault_, dir_.File("log")};
};

TEST_F(LogFilesTest, WhatTheLogHas) {
  const struct {
    const char* path;
    std::string body;
    const char* type;
    const char* cache;
  } rows[] = {
      {"/checkpoint", "note\n", "text/plain; charset=utf-8", "no-cache"},
      {"/tile/0/000", Hashes(256), "application/octet-stream",
       "public, max-age=31536000, immutable"},
      {"/tile/entries/000", Entries(256), "application/octet-stream",
       "public, max-age=31536000, immutable"},
      {"/tile/0/x001/x234/067", Hashes(256), "application/octet-stream",
       "public, max-age=31536000, immutable"},
      {"/tile/0/001.p/7", Hashes(7), "application/octet-stream", "public, max-age=300"},
      {"/tile/1/000.p/1", Hashes(1), "application/octet-stream", "public, max-age=300"},
      // What is cut from a wider one: a partial one, or the full one.
      {"/tile/0/001.p/3", Hashes(3), "application/octet-stream", "public, max-age=300"},
      {"/tile/entries/001.p/6", Entries(6), "application/octet-stream", "public, max-age=300"},
      {"/tile/0/000.p/255", Hashes(255), "application/octet-stream", "public, max-age=300"},
      {"/tile/entries/000.p/1", Entries(1), "application/octet-stream", "public, max-age=300"},
      {"/timestamp/index", "263\n", "application/octet-stream", "no-cache"},
      {"/timestamp/263", "note 263\n", "application/octet-stream",
       "public, max-age=31536000, immutable"},
      {"/timestamp/263.tsr", "token", "application/octet-stream",
       "public, max-age=31536000, immutable"},
  };
  for (const auto& row : rows) {
    const http::Response answer = Get(row.path);
    EXPECT_EQ(answer.status, 200) << row.path;
    EXPECT_EQ(answer.body, row.body) << row.path;
    EXPECT_EQ(answer.content_type, row.type) << row.path;
    EXPECT_EQ(http::FindHeader(answer.headers, "Cache-Control"), row.cache) << row.path;
  }
}

// None of these is a resource of this log.
constexpr const char* kNotThere[] = {
    "", "/", "checkpoint", "//checkpoint", "/checkpoint/", "/checkpoint ", "/Checkpoint", "/secret",
    "/tile", "/tile/", "/tile/secret", "/tile/entries", "/tile/entries/",
    // Of another folder, in any spelling; what the server decodes comes decoded.
    "/../key", "/tile/../secret", "/tile/0/../../secret", "/tile/0/000/../000",
    "/tile/%2e%2e/secret", "/./checkpoint", "/tile/0/./000", "/tile/0//000", "/tile//000",
    "/tile/..%2fsecret", "/tile\\0\\000", "/timestamp", "/timestamp/", "/timestamp/secret",
    "/timestamp/0263", "/timestamp/263.tsr/", "/timestamp/../secret", "/timestamp/264",
    "/timestamp/.tsr",
    // One path for each tile.
    "/tile/00/000", "/tile/0/0", "/tile/0/00", "/tile/0/0000", "/tile/0/x000/000",
    "/tile/0/000/000", "/tile/0/001/x234/067", "/tile/0/x001/234/067", "/tile/0/x1/x234/067",
    "/tile/0/X001/X234/067", "/tile/+0/000", "/tile/0/-01", "/tile/0/ 000", "/tile/0x0/000",
    // Levels and indexes that no log has.
    "/tile/64/000", "/tile/-1/000", "/tile/99999999999999999999/000",
    "/tile/0/x018/x446/x744/x073/x709/x551/616", "/tile/0/x999/x999/x999/x999/x999/x999/999",
    // Widths.
    "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/000.p/257", "/tile/0/000.p/01",
    "/tile/0/000.p/", "/tile/0/000.p", "/tile/0/000.p/1/", "/tile/0/000.p/1.p/1",
    "/tile/0/000.p/-1", "/tile/0/000.p/99999999999999999999",
    // Not there yet, or not at all.
    "/tile/0/001", "/tile/0/001.p/8", "/tile/entries/001.p/8", "/tile/0/002.p/1", "/tile/2/000",
    "/tile/63/x018/x446/x744/x073/x709/x551/615"};

TEST_F(LogFilesTest, NothingElse) {
  for (const char* path : kNotThere) {
    const http::Response answer = Get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body, "not found\n") << path;
  }
  EXPECT_EQ(Get("/tile/0/" + std::string(100'000, '0')).status, 404);
  EXPECT_EQ(Get(std::string("/checkpoint\0", 12)).status, 404);
  EXPECT_EQ(Get(std::string("/tile/0/000\0.p/1", 16)).status, 404);
  EXPECT_EQ(files_.Answer({.path = "/checkpoint", .query = "again"}).status, 404);
}

TEST_F(LogFilesTest, ReadOnly) {
  EXPECT_EQ(files_.Answer({.method = "HEAD", .path = "/checkpoint"}).status, 200);
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", ""}) {
    const http::Response answer = files_.Answer({.method = method, .path = "/checkpoint"});
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(http::FindHeader(answer.headers, "Allow"), "GET, HEAD") << method;
  }
}

TEST_F(LogFilesTest, ADiskThatFailsIsNoMissingTile) {
  for (const char* path : {"/checkpoint", "/tile/0/000", "/tile/0/001.p/3"}) {
    fault_.Fail(FaultFileSystem::kRead, 1, IoError("disk", "synthetic"), /*stays=*/true);
    EXPECT_EQ(Get(path).status, 503) << path;
    fault_.Heal();
    EXPECT_EQ(Get(path).status, 200) << path;
  }
}

TEST_F(LogFilesTest, ADamagedFileIsNotCut) {
  Put("tile/0/001.p/7", Hashes(6));
  EXPECT_EQ(Get("/tile/0/001.p/3").status, 503);
}

}  // namespace
}  // namespace amana::audit
