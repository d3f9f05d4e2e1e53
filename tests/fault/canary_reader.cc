// A recipient for the canary test: `fault_canary_reader <agency.toml>` receives, opens everything
// it got, says so on one line with the number of sections, and holds them in memory until it is
// killed.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/receiver.h"
#include "base/status.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

absl::StatusOr<std::vector<std::string>> ReceiveAndOpen(Endpoint& endpoint) {
  sdk::Receiver receiver(endpoint.identity(), endpoint.client(), endpoint.mailbox(), RealClock());
  AMANA_RETURN_IF_ERROR(receiver.RunOnce(absl::Seconds(10), absl::Milliseconds(500)).status());
  sdk::Inbox inbox(endpoint.mailbox());
  AMANA_ASSIGN_OR_RETURN(const auto items, inbox.List(std::nullopt, 100));
  std::vector<std::string> contents;
  for (const sdk::InboxItem& item : items) {
    AMANA_ASSIGN_OR_RETURN(const auto opened, inbox.Open(item.id, endpoint.identity()));
    for (const auto& section : opened.sections) contents.push_back(section.content);
  }
  return contents;
}

int Read(const std::string& agency_toml) {
  const auto endpoint = Endpoint::Open(agency_toml);
  if (!endpoint.ok()) {
    std::fprintf(stderr, "%s\n", endpoint.status().ToString().c_str());
    return 1;
  }
  const auto contents = ReceiveAndOpen(**endpoint);
  if (!contents.ok()) {
    std::fprintf(stderr, "%s\n", contents.status().ToString().c_str());
    return 1;
  }
  std::printf("%zu\n", contents->size());
  std::fflush(stdout);
  while (true) pause();
}

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) { return argc == 2 ? amana::tests::Read(argv[1]) : 2; }
