#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "agency-adapters/cli/app.h"
#include "agency-adapters/sdk/grpc_transport.h"
#include "base/clock.h"

namespace {

volatile sig_atomic_t interrupted = 0;

// The first interrupt ends a watch in order; a second one ends the program at once.
void OnInterrupt(int signal) {
  interrupted = 1;
  ::signal(signal, SIG_DFL);
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGINT, &OnInterrupt);
  ::signal(SIGTERM, &OnInterrupt);
  ::signal(SIGPIPE, SIG_IGN);
  // What this machine signs is dated by its own clock; the broker judges whether it is right.
  const amana::SystemClock clock(amana::ClockSync::kTrusted);
  amana::cli::World world{
      .clock = clock,
      .out = std::cout,
      .err = std::cerr,
      .err_is_tty = ::isatty(STDERR_FILENO) == 1,
      .connect = [](const amana::sdk::Identity& identity,
                    const amana::Clock& now) { return amana::sdk::ConnectClient(identity, now); },
      .stop = [] { return interrupted != 0; },
  };
  return amana::cli::RunAmana(std::vector<std::string>(argv + 1, argv + argc), std::move(world));
}
