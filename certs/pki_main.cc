#include <iostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "certs/pki_command.h"

int main(int argc, char** argv) {
  // What is signed is dated by the operator's own machine.
  const amana::SystemClock clock(amana::ClockSync::kTrusted);
  return amana::certs::RunPki(std::vector<std::string>(argv + 1, argv + argc), clock, std::cout,
                              std::cerr);
}
