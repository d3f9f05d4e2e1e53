// For tests: SYNTHETIC entries of the directory, signed by whom they must be. Certificates come
// from tests/support/test_pki.h.
#ifndef AMANA_PROTO_ENVELOPE_DIRECTORY_TESTING_H_
#define AMANA_PROTO_ENVELOPE_DIRECTORY_TESTING_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "amana/v1/directory.pb.h"
#include "base/ids.h"
#include "tests/support/test_pki.h"

namespace amana::envelope {

struct TestUnit {
  std::string unit;
  std::vector<v1::ServiceType> services;  // ascending
  uint32_t county = 47;                   // 0: abroad, as all the agency then is
};

// Version 1 of an agency in Kenya (or abroad) whose `units`, ascending, take everybody from
// everywhere, day and night, and are sealed to with TestSealer's certificates. Without meta.
v1::DirectoryEntry TestEntry(std::string_view agency, v1::AgencyKind kind,
                             const std::vector<TestUnit>& units);
// The version after `entry`, whose digest was `previous`.
v1::DirectoryEntry NextEntry(v1::DirectoryEntry entry, const Digest& previous);

// Who signs entries of the agency: person "keeper" of its unit "office". And who approves them:
// coordinator "coordinator-1" of "secretariat", unit "desk".
const tests::TestIdentity& TestKeeper(std::string_view agency);
const tests::TestIdentity& TestCoordinator();

struct SignedEntry {
  v1::SignedEnvelope entry;
  v1::SignedEnvelope approval;
  Digest digest;
};
// Signed at `created`.
SignedEntry SignEntry(v1::DirectoryEntry entry, absl::Time created,
                      const tests::TestIdentity& keeper,
                      const tests::TestIdentity& coordinator = TestCoordinator());
SignedEntry SignEntry(v1::DirectoryEntry entry, absl::Time created);  // TestKeeper's

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_DIRECTORY_TESTING_H_
