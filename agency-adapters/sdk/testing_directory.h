// The directory of a FakeBroker: entries of police-a, shelter-a and iom-a, signed by whom they must
// be unless a test wants otherwise, and in the fake log. It answers GetDirectoryEntry, and lies
// when told to.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_TESTING_DIRECTORY_H_
#define AMANA_AGENCY_ADAPTERS_SDK_TESTING_DIRECTORY_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agency-adapters/sdk/testing.h"
#include "amana/v1/directory_service.pb.h"
#include "base/ids.h"
#include "proto/envelope/directory_testing.h"

namespace amana::sdk::testing {

class FakeDirectory {
 public:
  // `broker` must outlive it.
  explicit FakeDirectory(FakeBroker& broker);

  // Puts the next version in force: units that offer ACCOMMODATION and are sealed to with
  // TestSealer's certificates, edited. Returns it as the broker would give it.
  v1::DirectoryVersion Set(std::string_view agency, const std::vector<std::string>& units,
                           const std::function<void(v1::DirectoryEntry&)>& edit = {});
  // The same, whoever signed it, under whatever version it says.
  v1::DirectoryVersion Log(const envelope::SignedEntry& entry, const tests::TestIdentity& keeper,
                           const tests::TestIdentity& coordinator);
  // Puts a unit of the newest entry into the answers to Match, with the first of its certificates.
  void Offer(std::string_view unit);

  const v1::DirectoryVersion& newest(const std::string& agency) const {
    return versions_.at(agency).back();
  }
  // Every answer goes through this.
  std::function<void(v1::GetDirectoryEntryResponse&)> lie;

 private:
  absl::StatusOr<v1::GetDirectoryEntryResponse> Answer(
      const v1::GetDirectoryEntryRequest& request) const;

  FakeBroker& broker_;
  std::map<std::string, std::vector<v1::DirectoryVersion>> versions_;
  std::map<std::string, std::vector<uint64_t>> indexes_;
};

}  // namespace amana::sdk::testing

#endif  // AMANA_AGENCY_ADAPTERS_SDK_TESTING_DIRECTORY_H_
