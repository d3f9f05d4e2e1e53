#include "broker/main/registry_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status.h"
#include "base/testing.h"
#include "broker/identity/registry.h"
#include "broker/identity/registry_testing.h"
#include "proto/crypto/revocation_list.h"

namespace amana::broker {
namespace {

using nlohmann::json;

std::vector<json> Logged(const std::string& file, const absl::Status& status) {
  std::vector<json> lines;
  const ScopedLogSink sink([&](std::string_view line) {
    EXPECT_EQ(line.find("SECRET"), std::string_view::npos) << line;
    lines.push_back(json::parse(line));
    EXPECT_EQ(lines.back()["event"], "registry_refused");
    EXPECT_EQ(lines.back()["level"], "error");
  });
  LogRegistryRefused(file, status);
  return lines;
}

// The line of `text` in the file, as an editor counts.
std::string LineOf(const std::string& file, const std::string& text) {
  const std::string before = file.substr(0, file.find(text));
  return std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
}

TEST(RegistryLog, EveryFindingIsNamedByFileLineAndKeyAndShowsNoValue) {
  identity::TestRegistry registry;
  registry.Edit("id = \"police\"", "id = \"SECRET police\"\nsecret_key = \"SECRET\"");
  registry.Write("haven/SECRET-person.pem", "SECRET");
  const auto read = identity::Registry::Load(RealFileSystem(), registry.path());
  ASSERT_EQ(ErrorReason(read.status()), "REGISTRY_INVALID") << read.status();
  const std::string text = registry.Read("registry.toml");
  std::vector<std::string> places;
  for (const json& line : Logged(registry.path(), read.status())) {
    EXPECT_EQ(line["status"], "REGISTRY_INVALID");
    places.push_back(line["file"].get<std::string>() + " " + line["field"].get<std::string>());
  }
  const std::string& path = registry.path();
  EXPECT_EQ(places, std::vector<std::string>(
                        {path + ":" + LineOf(text, "id = \"SECRET police") + " agency[0].id",
                         path + ":" + LineOf(text, "secret_key") + " agency[0].secret_key",
                         path + ":" + LineOf(text, "certificates = \"haven\"") +
                             " agency[1].certificates"}));
}

TEST(RegistryLog, WhatIsNoTomlHasALineAndNoKey) {
  identity::TestRegistry registry;
  registry.Edit("id = \"police\"", "id = SECRET police: SECRET");
  const auto read = identity::Registry::Load(RealFileSystem(), registry.path());
  const auto lines = Logged(registry.path(), read.status());
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["file"],
            registry.path() + ":" + LineOf(registry.Read("registry.toml"), "id = SECRET"));
  EXPECT_FALSE(lines[0].contains("field"));
}

TEST(RegistryLog, ALineOfTheRevocationList) {
  const auto read = crypto::ParseRevocationList("# SYNTHETIC\nSECRET SECRET SECRET\n");
  const auto lines = Logged("/registry/revoked.txt", read.status());
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["status"], "REVOCATION_LIST_INVALID");
  EXPECT_EQ(lines[0]["file"], "/registry/revoked.txt:2");
}

TEST(RegistryLog, AFileThatCannotBeRead) {
  const auto lines =
      Logged("/registry/registry.toml", FileNotFoundError("/registry/registry.toml"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["status"], "FILE_NOT_FOUND");
  EXPECT_EQ(lines[0]["file"], "/registry/registry.toml");
  EXPECT_FALSE(lines[0].contains("field"));
}

TEST(RegistryLog, NoMoreThanTwentyLines) {
  std::string findings;
  for (int i = 1; i <= 30; ++i) findings += "f:" + std::to_string(i) + ": key: SECRET\n";
  findings.pop_back();
  const auto lines = Logged("f", ConfigInvalidError(findings));
  ASSERT_EQ(lines.size(), 20u);
  EXPECT_EQ(lines[19]["file"], "f:20");
  EXPECT_EQ(lines[19]["field"], "key");
}

}  // namespace
}  // namespace amana::broker
