// The directory of the test world, handed in as a secretariat does it.
#include <memory>
#include <utility>

#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "base/clock.h"
#include "proto/envelope/directory_testing.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

v1::DirectoryEntry Police() {
  return envelope::TestEntry("police", v1::AGENCY_KIND_POLICE,
                             {{"desk", {v1::SERVICE_TYPE_RESCUE}}});
}

v1::DirectoryEntry Haven() {
  v1::DirectoryEntry entry =
      envelope::TestEntry("haven", v1::AGENCY_KIND_SHELTER,
                          {{"coast", {v1::SERVICE_TYPE_ACCOMMODATION}, 1},
                           {"intake", {v1::SERVICE_TYPE_ACCOMMODATION, v1::SERVICE_TYPE_MEDICAL}}});
  entry.mutable_qualifications()->set_health_provider(true);
  return entry;
}

}  // namespace

absl::Status BrokerWorld::SetDirectory() {
  if (directory_set_) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(HandIn({Police(), Haven()}));
  directory_set_ = true;
  return absl::OkStatus();
}

absl::Status BrokerWorld::HandIn(const std::vector<v1::DirectoryEntry>& entries) const {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity identity,
                         sdk::Identity::Load(agency_config("secretariat")));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<sdk::Client> client, Connect(identity));
  for (const v1::DirectoryEntry& entry : entries) {
    envelope::SignedEntry both = envelope::SignEntry(entry, RealClock().Now());
    v1::SetDirectoryEntryRequest request;
    *request.mutable_entry() = std::move(both.entry);
    *request.mutable_approval() = std::move(both.approval);
    AMANA_RETURN_IF_ERROR(client->Call(sdk::kSetDirectoryEntry, request).status());
  }
  return absl::OkStatus();
}

}  // namespace amana::tests
