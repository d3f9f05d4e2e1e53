#include "agency-adapters/cli/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "agency-adapters/cli/amana_for_test.h"
#include "agency-adapters/cli/completion.h"
#include "base/testing.h"

namespace amana::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const FakeClock& Clock2031() {
  static const auto* const clock =
      new FakeClock(absl::FromCivil(absl::CivilDay(2031, 2, 2), absl::UTCTimeZone()));
  return *clock;
}

Ran Amana(const std::vector<std::string>& arguments) { return RunWith(arguments, Clock2031()); }

// The tree, over a context that no command is run in.
struct Tree {
  std::ostringstream out, err;
  Context context{World{.clock = Clock2031(), .out = out, .err = err, .connect = {}}};
  std::unique_ptr<CLI::App> app = MakeApp(context);
};

TEST(App, EveryCommandHasHelpAndExamples) {
  Tree tree;
  size_t commands = 0;
  for (const CompletionNode& node : CompletionTree(*tree.app)) {
    std::vector<std::string> arguments;
    std::istringstream words(node.path);
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.erase(arguments.begin());
    const bool group = node.words.empty() || node.words[0][0] != '-';
    arguments.emplace_back("--help");
    const Ran ran = Amana(arguments);
    EXPECT_EQ(ran.code, kExitDone) << node.path;
    EXPECT_EQ(ran.err, "") << node.path;
    if (group) continue;
    EXPECT_THAT(ran.out, HasSubstr("Examples:")) << node.path;
    ++commands;
  }
  EXPECT_GE(commands, 31u);
}

TEST(App, TheHelpExplainsTheExitCodes) {
  const Ran ran = Amana({"--help"});
  EXPECT_EQ(ran.code, kExitDone);
  EXPECT_THAT(ran.out, HasSubstr("Exit codes: 0 done; 1 refused"));
}

TEST(App, WrongUseIsTwoAndGoesToStderr) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"referal"},
      {"referral"},
      {"referral", "status"},
      {"inbox", "show", "x"},
      {"referral", "list", "--limit", "0"},
      {"keys", "new", "--agency", "a", "--no-such"}};
  for (const auto& arguments : wrong) {
    const Ran ran = Amana(arguments);
    EXPECT_EQ(ran.code, kExitUsage) << testing::PrintToString(arguments);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err, "");
    std::vector<std::string> as_json = arguments;
    as_json.emplace_back("--json");
    const Ran json = Amana(as_json);
    EXPECT_EQ(json.code, kExitUsage);
    EXPECT_EQ(nlohmann::json::parse(json.err)["error"], "USAGE_INVALID");
  }
}

TEST(App, AConfigurationThatCannotBeReadIsNamedWithAHint) {
  const TempDir dir;
  std::ofstream(dir.File("agency.toml"))
      << "agency = \"police\"\ntrust_domain = \"amana.example\"\nbroker = \"127.0.0.1:1\"\n";
  const std::pair<std::string, std::string> cases[] = {
      {"/nonexistent/agency.toml", "/nonexistent/agency.toml: not found"},
      {dir.path(), dir.path() + ": Is a directory"},
      {dir.File("agency.toml"), dir.File("trust/log.vkey") + ": not found"}};
  for (const auto& [config, message] : cases) {
    const Ran ran = Amana({"--config", config, "referral", "list"});
    EXPECT_EQ(ran.code, kExitUsage);
    EXPECT_THAT(ran.err, StartsWith("amana: CONFIG_INVALID: " + message));
    EXPECT_THAT(ran.err, HasSubstr("hint:"));
  }
}

TEST(App, WhatIsMistypedIsNamed) {
  EXPECT_THAT(Amana({"refrral", "list"}).err,
              StartsWith("amana: USAGE_INVALID (refrral): unknown command; did you mean referral"));
  EXPECT_THAT(Amana({"inbox", "shwo"}).err, StartsWith("amana: USAGE_INVALID (shwo)"));
  EXPECT_THAT(Amana({"referral", "new", "--urgancy", "URGENT"}).err,
              StartsWith("amana: USAGE_INVALID (--urgancy): unknown option; did you mean "
                         "--urgency?\n  hint: see `amana referral new --help`"));
}

TEST(App, SaysItsVersion) {
  const Ran ran = Amana({"--version"});
  EXPECT_EQ(ran.code, kExitDone);
  EXPECT_EQ(ran.out, "amana " + std::string(Version()) + "\n");
}

TEST(App, ANumberOutOfRangeIsNamed) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"inbox", "seen", "0"}, "item"},
      {{"inbox", "accept", "-1"}, "item"},
      {{"inbox", "reject", "99999999999999999999", "--reason", "NO_CAPACITY"}, "item"},
      {{"inbox", "show", "0"}, "item"},
      {{"inbox", "show", "--limit", "0"}, "--limit"},
      {{"inbox", "show", "--limit", "-5"}, "--limit"},
      {{"audit", "events", "--from", "-1"}, "--from"},
      {{"audit", "events", "--from", "x"}, "--from"},
      {{"audit", "prove", "-1"}, "index"},
      {{"audit", "prove", "99999999999999999999"}, "index"},
      {{"import", "sample", "--out", "x", "--seed", "-1"}, "--seed"},
      {{"consent", "grant", "--version-number", "0"}, "--version-number"},
      {{"consent", "grant", "--version-number", "4294967296"}, "--version-number"}};
  for (const auto& [arguments, field] : cases) {
    std::vector<std::string> as_json = arguments;
    as_json.emplace_back("--json");
    const Ran ran = Amana(as_json);
    EXPECT_EQ(ran.code, kExitUsage) << testing::PrintToString(arguments);
    const auto error = nlohmann::json::parse(ran.err, nullptr, false);
    EXPECT_EQ(error.value("error", ""), "USAGE_INVALID") << ran.err;
    EXPECT_EQ(error.value("field", ""), field) << ran.err;
  }
}

TEST(Completion, HasEveryCommandAndOption) {
  Tree tree;
  const std::vector<CompletionNode> nodes = CompletionTree(*tree.app);
  const auto words = [&nodes](const std::string& path) -> std::vector<std::string> {
    for (const CompletionNode& node : nodes) {
      if (node.path == path) return node.words;
    }
    return {};
  };
  EXPECT_THAT(words("amana"), Contains("referral"));
  EXPECT_THAT(words("amana referral"), Contains("send"));
  EXPECT_THAT(words("amana referral new"), Contains("--urgency"));
  EXPECT_THAT(words("amana referral new"), Contains("--json"));
  EXPECT_THAT(words("amana referral new"), Contains("--config"));
}

// What a shell makes of the script.
std::string Bash(const TempDir& dir, const std::string& script, const std::string& line) {
  std::ofstream(dir.File("complete.bash")) << script << line;
  const std::string command =
      "bash --norc " + dir.File("complete.bash") + " > " + dir.File("out") + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream in(dir.File("out"));
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(Completion, BashCompletesCommandsAndOptions) {
  const Ran ran = Amana({"completion", "bash"});
  ASSERT_EQ(ran.code, kExitDone);
  TempDir dir;
  const std::string ask = "_amana; printf '%s\\n' \"${COMPREPLY[@]}\"\n";
  EXPECT_EQ(Bash(dir, ran.out, "COMP_WORDS=(amana ref); COMP_CWORD=1; " + ask), "referral\n");
  EXPECT_EQ(Bash(dir, ran.out, "COMP_WORDS=(amana --json referral canc); COMP_CWORD=3; " + ask),
            "cancel\n");
  EXPECT_EQ(Bash(dir, ran.out, "COMP_WORDS=(amana referral cancel --rea); COMP_CWORD=3; " + ask),
            "--reason\n");
}

TEST(Completion, ZshHasTheSameWords) {
  const Ran ran = Amana({"completion", "zsh", "--json"});
  ASSERT_EQ(ran.code, kExitDone);
  const std::string script = ran.json()["script"];
  EXPECT_THAT(script, StartsWith("#compdef amana\n"));
  EXPECT_THAT(script, HasSubstr("'amana referral new') entries=("));
}

TEST(KeysNew, MakesKeysAndRequestsWithWhatToDoNext) {
  TempDir dir;
  const std::vector<std::string> command = {
      "keys",      "new",    "--trust-domain", "amana.example", "--agency",
      "shelter-a", "--unit", "intake",         "--dir",         dir.File("keys")};
  const Ran system = Amana(command);
  EXPECT_EQ(system.code, kExitDone) << system.err;
  for (const char* name : {"tls", "signing", "sealing"}) {
    EXPECT_TRUE(std::filesystem::exists(dir.File("keys/" + std::string(name) + ".key")));
    EXPECT_TRUE(std::filesystem::exists(dir.File("keys/" + std::string(name) + ".csr")));
  }
  EXPECT_THAT(system.out, HasSubstr("amana-pki sign"));
  EXPECT_THAT(system.out, testing::Not(HasSubstr("PRIVATE")));

  const Ran again = Amana(command);
  EXPECT_EQ(again.code, kExitRefused);
  EXPECT_THAT(again.err, HasSubstr("FILE_EXISTS"));

  std::vector<std::string> person = command;
  for (const char* word : {"--role", "person", "--person", "p-017", "--json"}) {
    person.emplace_back(word);
  }
  const Ran made = Amana(person);
  EXPECT_EQ(made.code, kExitDone) << made.err;
  EXPECT_EQ(made.json()["id"], "spiffe://amana.example/agency/shelter-a/person/intake/p-017");
  EXPECT_EQ(made.json()["keys"][0]["key"], dir.File("keys/person.key"));
}

TEST(KeysNew, RefusesWhatCannotBeCertified) {
  TempDir dir;
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> command = {"keys",          "new",      "--trust-domain",
                                        "amana.example", "--dir",    dir.File("keys"),
                                        "--agency",      "shelter-a"};
    command.insert(command.end(), more.begin(), more.end());
    return Amana(command).code;
  };
  EXPECT_EQ(run({"--role", "person", "--unit", "intake"}), kExitUsage);
  EXPECT_EQ(run({"--person", "p-017"}), kExitUsage);
  EXPECT_EQ(run({"--name", "x", "--usage", "tls,signing"}), kExitUsage);
  EXPECT_EQ(run({"--role", "king"}), kExitUsage);
  EXPECT_EQ(run({"--usage", "tsl"}), kExitUsage);
  EXPECT_EQ(run({"--unit", "Not An Id"}), kExitUsage);
  EXPECT_FALSE(std::filesystem::exists(dir.File("keys")));
}

}  // namespace
}  // namespace amana::cli
