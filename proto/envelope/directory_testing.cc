#include "proto/envelope/directory_testing.h"

#include <utility>

#include "proto/envelope/statement.h"

namespace amana::envelope {

using crypto::Role;

v1::DirectoryEntry TestEntry(std::string_view agency, v1::AgencyKind kind,
                             const std::vector<TestUnit>& units) {
  v1::DirectoryEntry entry;
  entry.set_agency(std::string(agency));
  entry.set_version(1);
  entry.set_kind(kind);
  entry.set_country("KE");
  for (const TestUnit& unit : units) {
    if (unit.county == 0) entry.set_country("UG");
    v1::DirectoryUnit& out = *entry.add_units();
    out.set_unit(unit.unit);
    for (const v1::ServiceType service : unit.services) out.add_services(service);
    out.set_county(unit.county);
    for (const auto age : {v1::SUBJECT_CLASS_ADULT, v1::SUBJECT_CLASS_MINOR}) out.add_ages(age);
    for (const auto sex : {v1::SEX_CONSTRAINT_FEMALE, v1::SEX_CONSTRAINT_MALE}) out.add_sexes(sex);
    out.add_sealing_certificates(
        std::string(tests::TestSealer(agency, unit.unit).certificate.der()));
  }
  return entry;
}

v1::DirectoryEntry NextEntry(v1::DirectoryEntry entry, const Digest& previous) {
  entry.set_version(entry.version() + 1);
  entry.set_previous_sha256(previous.bytes());
  return entry;
}

const tests::TestIdentity& TestKeeper(std::string_view agency) {
  return tests::TestSigner(agency, Role::kPerson, "office", "keeper");
}

const tests::TestIdentity& TestCoordinator() {
  return tests::TestSigner("secretariat", Role::kCoordinator, "desk", "coordinator-1");
}

SignedEntry SignEntry(v1::DirectoryEntry entry, absl::Time created,
                      const tests::TestIdentity& keeper, const tests::TestIdentity& coordinator) {
  SignedEntry out;
  *entry.mutable_meta() = MakeMeta(keeper.certificate, created);
  out.entry = SignMessage(kDirectoryEntryType, entry, keeper.key).value();
  out.digest = PayloadDigest(out.entry);
  v1::DirectoryApproval approval;
  *approval.mutable_meta() = MakeMeta(coordinator.certificate, created);
  approval.set_agency(entry.agency());
  approval.set_version(entry.version());
  approval.set_entry_sha256(out.digest.bytes());
  out.approval = SignMessage(kDirectoryApprovalType, approval, coordinator.key).value();
  return out;
}

SignedEntry SignEntry(v1::DirectoryEntry entry, absl::Time created) {
  const std::string agency = entry.agency();
  return SignEntry(std::move(entry), created, TestKeeper(agency));
}

}  // namespace amana::envelope
