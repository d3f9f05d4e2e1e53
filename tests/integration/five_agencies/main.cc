// Five agencies around one broker, each with its own real server and adapter program: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <string>

#include "tests/integration/five_agencies/kills.h"
#include "tests/integration/five_agencies/story.h"
#include "tests/support/mail_servers.h"

namespace amana::five {
namespace {

struct Flags {
  int kills = 0;
  uint64_t seed = 1;
  bool json = false;
  bool keep = false;
  bool show = false;
};

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app(
      "A broker, OpenSSH, Postfix, Dovecot, PostgreSQL and HTTPS servers on loopback, and the "
      "adapters of police, immigration, foreign affairs, IOM and a shelter as programs. Without "
      "--kills: a case of the police goes to the shelter (offer, acceptance, handover), to foreign "
      "affairs and, as a copy, to IOM, and nothing of it to immigration; each of the others sends "
      "one too; and every native record is compared with the expected one. With --kills N: each "
      "adapter is killed N times with SIGKILL while cases flow both ways everywhere; exit 1 when "
      "anything is lost or doubled. Needs root, for the mail servers (exit 77 where it is not).",
      "five-agencies");
  app.add_option("--kills", flags.kills, "Kills of each adapter; 0: the story")
      ->capture_default_str()
      ->check(CLI::Range(0, 10000));
  app.add_option("--seed", flags.seed, "Of when each is killed")->capture_default_str();
  app.add_flag("--json", flags.json, "Print one line of JSON");
  app.add_flag("--keep", flags.keep, "Keep the folder of what failed");
  app.add_flag("--show", flags.show, "Print every native record that the story ends with");
  CLI11_PARSE(app, argc, argv);
  if (const std::string missing = tests::MailServers::Missing(); !missing.empty()) {
    std::fprintf(stderr, "five-agencies: skipped: %s\n", missing.c_str());
    return 77;
  }
  if (flags.kills > 0) {
    return RunKills(
        {.kills = flags.kills, .seed = flags.seed, .json = flags.json, .keep = flags.keep});
  }
  return RunStory({.json = flags.json, .keep = flags.keep, .show = flags.show});
}

}  // namespace
}  // namespace amana::five

int main(int argc, char** argv) { return amana::five::Main(argc, argv); }
