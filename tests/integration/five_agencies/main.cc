// Five agencies around one broker, each with its own real server and adapter program: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <string>

#include "tests/integration/five_agencies/story.h"
#include "tests/support/mail_servers.h"

namespace amana::five {
namespace {

struct Flags {
  bool json = false;
  bool keep = false;
  bool show = false;
};

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app(
      "A broker, OpenSSH, Postfix, Dovecot, PostgreSQL and HTTPS servers on loopback, and the "
      "adapters of police, immigration, foreign affairs, IOM and a shelter as programs.",
      "five-agencies");
  app.add_flag("--json", flags.json, "Print one line of JSON");
  app.add_flag("--keep", flags.keep, "Keep the folder of what failed");
  app.add_flag("--show", flags.show, "Print every native record that the story ends with");
  CLI11_PARSE(app, argc, argv);
  if (const std::string missing = tests::MailServers::Missing(); !missing.empty()) {
    std::fprintf(stderr, "five-agencies: skipped: %s\n", missing.c_str());
    return 77;
  }
  return RunStory({.json = flags.json, .keep = flags.keep, .show = flags.show});
}

}  // namespace
}  // namespace amana::five

int main(int argc, char** argv) { return amana::five::Main(argc, argv); }
