// What the commands share: the global options, and the agency's identity, mailbox and client, each
// made when a command first asks for it. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CONTEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CONTEXT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/report.h"
#include "agency-adapters/cli/world.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "agency-adapters/sdk/handovers.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/sender.h"

namespace amana::cli {

class Context {
 public:
  explicit Context(World world) : world_(std::move(world)) {}

  // Set by the command line.
  std::string config = "agency.toml";
  bool json = false;
  std::function<Result()> action;  // of the command that was called

  const World& world() const { return world_; }
  const Clock& clock() const { return world_.clock; }

  // Errors: of Identity::Load (CONFIG_INVALID for those that no exit code tells from a refusal),
  // Mailbox::Open, ConnectClient. What is returned lives as long as this.
  absl::StatusOr<const sdk::Identity*> identity();
  absl::StatusOr<sdk::Mailbox*> mailbox();
  absl::StatusOr<sdk::Client*> client();
  absl::StatusOr<sdk::Sender*> sender();
  absl::StatusOr<sdk::DirectoryKeeper*> keeper();
  absl::StatusOr<sdk::Handovers*> handovers();

 private:
  const World world_;
  std::optional<sdk::Identity> identity_;
  std::unique_ptr<sdk::Mailbox> mailbox_;
  std::unique_ptr<sdk::Client> client_;
  std::unique_ptr<sdk::Sender> sender_;
  std::unique_ptr<sdk::DirectoryKeeper> keeper_;
  std::unique_ptr<sdk::Handovers> handovers_;
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CONTEXT_H_
