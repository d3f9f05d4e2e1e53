#include "agency-adapters/cli/context.h"

#include "agency-adapters/cli/exit_code.h"
#include "base/status.h"

namespace amana::cli {
namespace {

// A file that agency.toml names and that is not there or holds something else is the
// configuration's fault, whatever the error is called elsewhere.
absl::Status ToConfigError(const absl::Status& error) {
  if (ExitCodeOf(error) != kExitRefused) return error;
  return MakeError(error.code(), "CONFIG_INVALID", ErrorField(error), std::string(error.message()));
}

}  // namespace

absl::StatusOr<const sdk::Identity*> Context::identity() {
  if (!identity_.has_value()) {
    absl::StatusOr<sdk::Identity> loaded = sdk::Identity::Load(config);
    if (!loaded.ok()) return ToConfigError(loaded.status());
    identity_.emplace(*std::move(loaded));
  }
  return &*identity_;
}

absl::StatusOr<sdk::Mailbox*> Context::mailbox() {
  if (mailbox_ == nullptr) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, this->identity());
    AMANA_ASSIGN_OR_RETURN(mailbox_, sdk::Mailbox::Open(identity->data()));
  }
  return mailbox_.get();
}

absl::StatusOr<sdk::Client*> Context::client() {
  if (client_ == nullptr) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, this->identity());
    AMANA_ASSIGN_OR_RETURN(client_, world_.connect(*identity, world_.clock));
  }
  return client_.get();
}

absl::StatusOr<sdk::Sender*> Context::sender() {
  if (sender_ == nullptr) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, this->identity());
    AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, this->mailbox());
    AMANA_ASSIGN_OR_RETURN(sdk::Client * client, this->client());
    sender_ = std::make_unique<sdk::Sender>(*identity, *client, *mailbox, world_.clock);
  }
  return sender_.get();
}

absl::StatusOr<sdk::DirectoryKeeper*> Context::keeper() {
  if (keeper_ == nullptr) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, this->identity());
    AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, this->mailbox());
    AMANA_ASSIGN_OR_RETURN(sdk::Client * client, this->client());
    keeper_ = std::make_unique<sdk::DirectoryKeeper>(*identity, *client, *mailbox, world_.clock);
  }
  return keeper_.get();
}

absl::StatusOr<sdk::Handovers*> Context::handovers() {
  if (handovers_ == nullptr) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, this->identity());
    AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, this->mailbox());
    AMANA_ASSIGN_OR_RETURN(sdk::Client * client, this->client());
    AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, this->sender());
    handovers_ =
        std::make_unique<sdk::Handovers>(*identity, *client, *mailbox, world_.clock, *sender);
  }
  return handovers_.get();
}

}  // namespace amana::cli
