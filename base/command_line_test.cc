#include "base/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/status.h"

namespace amana {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  std::optional<int> code;
  std::string out, err;
};

// A program with a group of commands, one of which has options.
Outcome Parse(const std::vector<std::string>& arguments) {
  bool json = false;
  int limit = 0;
  uint32_t from = 0;
  std::string dir, state;
  CLI::App app("A program", "prog");
  app.fallthrough();
  app.require_subcommand(1);
  AddCommonFlags(app, json);
  CLI::App* const group = app.add_subcommand("referral", "A group");
  group->require_subcommand(1);
  CLI::App* const list = group->add_subcommand("list", "Lists");
  list->add_option("--limit", limit)->check(CLI::Range(1, 9));
  list->add_option("--from", from);
  list->add_option("--state", state);
  app.add_subcommand("init", "Begins")->add_option("--dir", dir)->required();
  std::ostringstream out, err;
  const std::optional<int> code = ParseCommandLine(app, arguments, out, err);
  return {code, out.str(), err.str()};
}

TEST(CommandLine, GoodUseSaysNothing) {
  const Outcome done = Parse({"referral", "list", "--limit", "9", "--json"});
  EXPECT_EQ(done.code, std::nullopt);
  EXPECT_EQ(done.out + done.err, "");
}

TEST(CommandLine, HelpAndVersionGoToOut) {
  const Outcome version = Parse({"--version"});
  EXPECT_EQ(version.code, kExitDone);
  EXPECT_EQ(version.out, "prog " + std::string(Version()) + "\n");
  EXPECT_THAT(std::string(Version()), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  const Outcome help = Parse({"referral", "list", "--help"});
  EXPECT_EQ(help.code, kExitDone);
  EXPECT_THAT(help.out, HasSubstr("--limit"));
  EXPECT_EQ(version.err + help.err, "");
}

TEST(CommandLine, WhatIsMistypedIsNamed) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"refrral"}, "prog: USAGE_INVALID (refrral): unknown command; did you mean referral?\n"},
      {{"refrral", "list"}, "prog: USAGE_INVALID (refrral): unknown command; did you mean"},
      {{"bogus"}, "prog: USAGE_INVALID (bogus): unknown command\n"},
      {{"--bogus"}, "prog: USAGE_INVALID (--bogus): unknown option\n"},
      {{"referral", "lst"}, "prog: USAGE_INVALID (lst): unknown command; did you mean list?\n"},
      {{"referral", "list", "--limt", "3"},
       "prog: USAGE_INVALID (--limt): unknown option; did you mean --limit?\n"},
      {{"referral", "list", "--jason"},
       "prog: USAGE_INVALID (--jason): unknown option; did you mean --json?\n"},
      {{"referral", "list", "--stat=OPEN"},
       "prog: USAGE_INVALID (--stat): unknown option; did you mean --state?\n"},
      {{"referral", "list", "more"},
       "prog: USAGE_INVALID (more): this argument was not expected\n"},
      // Rather than that --dir is missing.
      {{"init", "--dri", "x"}, "prog: USAGE_INVALID (--dri): unknown option; did you mean --dir?"},
  };
  for (const auto& [arguments, text] : cases) {
    const Outcome wrong = Parse(arguments);
    EXPECT_EQ(wrong.code, kExitUsage);
    EXPECT_THAT(wrong.err, StartsWith(text));
    EXPECT_EQ(wrong.out, "");
  }
}

TEST(CommandLine, WhatIsMissingOrWrongIsNamed) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{}, "prog: USAGE_INVALID (command): expected one of referral, init\n"},
      {{"referral"}, "prog: USAGE_INVALID (command): expected one of list\n"},
      {{"init"}, "prog: USAGE_INVALID (--dir): is required\n"},
      {{"referral", "list", "--limit", "0"},
       "prog: USAGE_INVALID (--limit): Value 0 not in range 1 to 9\n"},
      {{"referral", "list", "--limit"}, "prog: USAGE_INVALID (--limit): 1 required"},
      {{"referral", "list", "--from", "-1"},
       "prog: USAGE_INVALID (--from): expected a number in its range\n"},
  };
  for (const auto& [arguments, text] : cases) {
    const Outcome wrong = Parse(arguments);
    EXPECT_EQ(wrong.code, kExitUsage);
    EXPECT_THAT(wrong.err, StartsWith(text));
  }
  EXPECT_THAT(Parse({"referral", "list", "x"}).err, HasSubstr("see `prog referral list --help`"));
}

TEST(WholeNumber, TakesNothingElse) {
  const auto check = WholeNumber(1, 255);
  EXPECT_EQ(check("1") + check("255") + check("007"), "");
  for (const char* const text :
       {"0", "256", "-1", "+1", "", "x", "1x", " 1", "1.0", "99999999999999999999"}) {
    EXPECT_EQ(check(text), "expected a whole number from 1 to 255") << text;
  }
  const auto any = WholeNumber(0);
  EXPECT_EQ(any("0") + any("18446744073709551615"), "");
  EXPECT_NE(any("-1"), "");
  EXPECT_NE(any("18446744073709551616"), "");
}

TEST(CommandLine, WithJsonWrongUseIsAnObject) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--json", "referral", "list", "--limit", "x"},
        {"referral", "list", "--limit", "--json"}}) {
    const Outcome wrong = Parse(arguments);
    EXPECT_EQ(wrong.code, kExitUsage);
    const nlohmann::json json = nlohmann::json::parse(wrong.err);
    EXPECT_EQ(json["error"], "USAGE_INVALID");
    EXPECT_EQ(json["field"], "--limit");
    EXPECT_EQ(json["exit_code"], kExitUsage);
    EXPECT_EQ(json["hint"], "see `prog referral list --help`");
    EXPECT_THAT(json["message"].get<std::string>(), StartsWith("--limit: "));
  }
}

TEST(FromOption, NamesTheOption) {
  EXPECT_EQ(FromOption("--role", absl::StatusOr<int>(7)).value(), 7);
  const absl::Status error =
      FromOption("--role", absl::StatusOr<int>(absl::NotFoundError("no such role"))).status();
  EXPECT_EQ(ErrorReason(error), "USAGE_INVALID");
  EXPECT_EQ(ErrorField(error), "--role");
  EXPECT_EQ(std::string(error.message()), "--role: no such role");
}

TEST(ErrorText, NamesTheFieldOnce) {
  const auto text = [](std::string_view field, std::string_view message) {
    return ErrorText("prog", MakeError(absl::StatusCode::kInternal, "WRONG", field, message));
  };
  EXPECT_EQ(text("consent", "no such"), "prog: WRONG (consent): no such\n");
  EXPECT_EQ(text("header.sender", "header.sender: empty"), "prog: WRONG (header.sender): empty\n");
  EXPECT_EQ(text("x", "x: x: empty"), "prog: WRONG (x): empty\n");
  EXPECT_EQ(text("header.sender", "header.sender: header.sender must be set"),
            "prog: WRONG: header.sender must be set\n");
  EXPECT_EQ(text("id", "idle"), "prog: WRONG (id): idle\n");
  EXPECT_EQ(text("", "bare"), "prog: WRONG: bare\n");
  EXPECT_EQ(ErrorText("prog", absl::InternalError("bare"), "do this"),
            "prog: FAILED: bare\n  hint: do this\n");
  EXPECT_THAT(text("\x1B[2J", "\r"), Not(HasSubstr("\x1B")));
}

TEST(ExitCodeOfReason, TellsWrongUseFromTheRest) {
  EXPECT_EQ(ExitCodeOfReason("USAGE_INVALID"), kExitUsage);
  EXPECT_EQ(ExitCodeOfReason("CONFIG_INVALID"), kExitUsage);
  EXPECT_EQ(ExitCodeOfReason("DISK_FULL"), kExitRefused);
  EXPECT_EQ(ExitCodeOfReason(""), kExitRefused);
}

TEST(Shown, NoControlCharacterReachesATerminal) {
  EXPECT_EQ(Shown("plain\n\ttext \xC3\xA9"), "plain\n\ttext \xC3\xA9");
  EXPECT_EQ(Shown("\x1B[2J\r\x7F"), "\\x1b[2J\\x0d\\x7f");
}

TEST(Dump, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(Dump(nlohmann::ordered_json("\xFF")), "\"\xEF\xBF\xBD\"\n");
}

}  // namespace
}  // namespace amana
