#include "agency-adapters/sdk/testing_directory.h"

#include <utility>

#include "agency-adapters/sdk/keys.h"
#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk::testing {
namespace {

v1::DirectoryEntry EntryIn(const v1::DirectoryVersion& version) {
  v1::DirectoryEntry entry;
  entry.ParseFromString(version.entry().payload());
  return entry;
}

v1::EventOpening OpeningOf(const envelope::SignedEntry& entry, const v1::DirectoryEntry& message,
                           char seed) {
  v1::EventOpening opening =
      MakeOpening({v1::EVENT_KIND_DIRECTORY_CHANGED, entry.digest, std::nullopt}, seed);
  const auto set = [&](EventField field, std::string value) {
    opening.set_fields(static_cast<int>(field), std::move(value));
  };
  set(EventField::kActorAgency, message.agency());
  set(EventField::kCertId, message.meta().cert_id());
  std::string detail(3, '\0');
  detail.push_back(static_cast<char>(message.version()));
  detail += envelope::PayloadDigest(entry.approval).view();
  set(EventField::kDetail, std::move(detail));
  return opening;
}

}  // namespace

FakeDirectory::FakeDirectory(FakeBroker& broker) : broker_(broker) {
  broker_.directory = [this](const v1::GetDirectoryEntryRequest& request) {
    return Answer(request);
  };
}

v1::DirectoryVersion FakeDirectory::Set(std::string_view agency,
                                        const std::vector<std::string>& units,
                                        const std::function<void(v1::DirectoryEntry&)>& edit) {
  std::vector<envelope::TestUnit> offered;
  for (const std::string& unit : units) {
    offered.push_back({unit, {v1::SERVICE_TYPE_ACCOMMODATION}});
  }
  v1::DirectoryEntry entry = envelope::TestEntry(agency, v1::AGENCY_KIND_SHELTER, offered);
  const auto before = versions_.find(std::string(agency));
  if (before != versions_.end()) {
    entry.set_version(EntryIn(before->second.back()).version());
    entry = envelope::NextEntry(std::move(entry),
                                envelope::PayloadDigest(before->second.back().entry()));
  }
  if (edit) edit(entry);
  const tests::TestIdentity& keeper = envelope::TestKeeper(agency);
  return Log(envelope::SignEntry(entry, envelope::SampleTime(), keeper), keeper,
             envelope::TestCoordinator());
}

v1::DirectoryVersion FakeDirectory::Log(const envelope::SignedEntry& entry,
                                        const tests::TestIdentity& keeper,
                                        const tests::TestIdentity& coordinator) {
  v1::DirectoryVersion version;
  *version.mutable_entry() = entry.entry;
  *version.mutable_approval() = entry.approval;
  version.set_entry_certificate(std::string(keeper.certificate.der()));
  version.set_approval_certificate(std::string(coordinator.certificate.der()));
  const v1::DirectoryEntry message = EntryIn(version);
  const uint64_t index = broker_.AppendOpening(
      OpeningOf(entry, message, static_cast<char>('a' + broker_.log_size() % 26)));
  *version.mutable_receipt() = broker_.ReceiptOf(index);
  versions_[message.agency()].push_back(version);
  indexes_[message.agency()].push_back(index);
  return version;
}

void FakeDirectory::Offer(std::string_view unit) {
  const Address address = envelope::SampleAddress(unit);
  const v1::DirectoryVersion& version = newest(address.agency.value());
  const v1::DirectoryEntry entry = EntryIn(version);
  v1::Candidate& candidate = *broker_.match.add_candidates();
  *candidate.mutable_address() = ToWire(address);
  candidate.set_kind(entry.kind());
  candidate.set_entry_version(entry.version());
  candidate.set_entry_sha256(envelope::PayloadDigest(version.entry()).bytes());
  for (const v1::DirectoryUnit& one : entry.units()) {
    if (one.unit() == address.unit.value()) {
      candidate.set_county(one.county());
      candidate.set_sealing_certificate(one.sealing_certificates(0));
    }
  }
}

absl::StatusOr<v1::GetDirectoryEntryResponse> FakeDirectory::Answer(
    const v1::GetDirectoryEntryRequest& request) const {
  const auto found = versions_.find(request.agency());
  if (found == versions_.end()) {
    return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "agency", "not found");
  }
  const std::vector<v1::DirectoryVersion>& all = found->second;
  size_t index = all.size() - 1;
  for (size_t i = 0; i < all.size(); ++i) {
    if (request.version() != 0 && EntryIn(all[i]).version() == request.version()) index = i;
  }
  v1::GetDirectoryEntryResponse response;
  *response.mutable_entry() = all[index];
  // Against the newest checkpoint, as the broker would.
  *response.mutable_entry()->mutable_receipt() =
      broker_.ReceiptOf(indexes_.at(request.agency())[index]);
  response.set_newest(EntryIn(all.back()).version());
  if (lie) lie(response);
  return response;
}

}  // namespace amana::sdk::testing
