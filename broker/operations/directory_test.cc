// Entries of the directory: who may change them, and what everybody may read.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/clock.h"
#include "broker/events/commit.h"
#include "broker/operations/audit_reads.h"
#include "broker/operations/get_directory.h"
#include "broker/operations/testing_directory.h"

namespace amana::operations {
namespace {

using crypto::CertUsage;
using crypto::Role;
using envelope::SignedEntry;
using tests::TestIdentity;

v1::DirectoryEntry Shelter() {
  v1::DirectoryEntry entry = envelope::TestEntry(
      "haven", v1::AGENCY_KIND_SHELTER,
      {{"coast", {v1::SERVICE_TYPE_ACCOMMODATION}, 1}, {"intake", {v1::SERVICE_TYPE_MEDICAL}}});
  return entry;
}

// The version after what is there: with the shelter's units, edited.
SignedEntry Next(World& world, const Edit<v1::DirectoryEntry>& edit = {}) {
  return NextEntryOf(world, "haven", [&](v1::DirectoryEntry& entry) {
    *entry.mutable_units() = Shelter().units();
    if (edit) edit(entry);
  });
}

std::string Reason(World& world, const SignedEntry& entry,
                   std::string_view caller = "secretariat") {
  return ErrorReason(SetEntry(world, entry, caller).status());
}

const TestIdentity& Registered(World& world, std::string_view agency, Role role,
                               std::string_view person) {
  const TestIdentity& identity = tests::TestSigner(agency, role, "desk", person);
  world.registry_files().Add(agency, std::string(crypto::RoleName(role)) + std::string(person),
                             identity.certificate);
  world.ReloadRegistry();
  return identity;
}

TEST(Directory, AnEntryOfTwoPersonsComesIntoForce) {
  World world;
  const uint32_t before = EntryOf(world, "haven").version();
  const SignedEntry entry = Next(world);
  const auto answer = SetEntry(world, entry);
  AMANA_ASSERT_OK(answer);
  EXPECT_FALSE(answer->replayed());
  const routing::Agency* const haven = DirectoryOf(world)->agency(*AgencyId::Create("haven"));
  ASSERT_NE(haven, nullptr);
  EXPECT_EQ(haven->version, before + 1);
  EXPECT_EQ(haven->digest, entry.digest);
  EXPECT_EQ(haven->accepted, world.clock().Now());
  ASSERT_EQ(haven->units.size(), 2u);

  const auto event = events::FromOpening(answer->receipt().event());
  AMANA_ASSERT_OK(event);
  EXPECT_EQ(event->event.kind, v1::EVENT_KIND_DIRECTORY_CHANGED);
  EXPECT_EQ(event->event.statement_digest, entry.digest);
  EXPECT_EQ(event->event.actor_agency.value(), "haven");
  EXPECT_EQ(event->event.actor_person.value(), "keeper");
  EXPECT_EQ(event->event.detail.substr(4), envelope::PayloadDigest(entry.approval).view());
  EXPECT_EQ(event->event.detail.substr(0, 4),
            std::string("\0\0\0", 3) + static_cast<char>(before + 1));
}

TEST(Directory, TheAgencyMayHandItInAsWellAndNobodyElse) {
  World world;
  const SignedEntry entry = Next(world);
  EXPECT_EQ(Reason(world, entry, "police"), "SENDER_NOT_CALLER");
  EXPECT_EQ(Reason(world, entry, "haven"), "");
}

TEST(Directory, TheSameAgainIsTheSame) {
  World world;
  const SignedEntry entry = Next(world);
  const auto first = SetEntry(world, entry);
  AMANA_ASSERT_OK(first);
  world.clock().Advance(absl::Hours(24 * 20));  // too old by now
  for (int i = 0; i < 2; ++i) {
    const auto again = SetEntry(world, entry);
    AMANA_ASSERT_OK(again);
    EXPECT_TRUE(again->replayed());
    EXPECT_EQ(again->receipt().event().seed(), first->receipt().event().seed());
  }
}

TEST(Directory, OtherBytesUnderTheVersionAreKeptAsEvidenceOnce) {
  World world;
  const SignedEntry one = Next(world);
  const SignedEntry other = Next(world, [](auto& entry) { entry.mutable_units()->RemoveLast(); });
  AMANA_ASSERT_OK(SetEntry(world, one));
  const uint64_t size = LogSize(world);
  EXPECT_EQ(Reason(world, other), "EQUIVOCATION");
  EXPECT_EQ(Reason(world, other), "EQUIVOCATION");
  const auto events = EventsFrom(world, size);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.kind, v1::EVENT_KIND_EQUIVOCATION);
  EXPECT_EQ(events[0].event.statement_digest, other.digest);
  EXPECT_EQ(DirectoryOf(world)->agency(*AgencyId::Create("haven"))->digest, one.digest);
}

TEST(Directory, VersionsFollowOneAnother) {
  World world;
  AMANA_ASSERT_OK(SetEntry(world, Next(world)));
  EXPECT_EQ(Reason(world, Next(world, [](auto& e) { e.set_version(e.version() + 1); })),
            "VERSION_OUT_OF_ORDER");
  EXPECT_EQ(
      Reason(world, Next(world, [](auto& e) { e.set_previous_sha256(std::string(32, 'x')); })),
      "PREVIOUS_MISMATCH");
  EXPECT_EQ(Reason(world, Next(world)), "");
}

const TestIdentity& Keeper(World&) { return envelope::TestKeeper("haven"); }
const TestIdentity& Coordinator(World&) { return envelope::TestCoordinator(); }
const TestIdentity& System(World&) { return HavenSigner(); }
const TestIdentity& AnotherAgencys(World&) { return envelope::TestKeeper("police"); }
const TestIdentity& Stranger(World&) {
  return tests::TestSigner("haven", Role::kPerson, "x", "stranger");
}
const TestIdentity& OwnCoordinator(World& world) {
  return Registered(world, "haven", Role::kCoordinator, "head");
}
const TestIdentity& Clerk(World& world) {
  return Registered(world, "secretariat", Role::kPerson, "clerk");
}
const TestIdentity& StrangeCoordinator(World&) {
  return tests::TestSigner("secretariat", Role::kCoordinator, "desk", "stranger");
}

TEST(Directory, TwoDifferentPersonsSignAndTheRightOnes) {
  const struct {
    const TestIdentity& (*keeper)(World&);
    const TestIdentity& (*coordinator)(World&);
    const char* reason;
  } cases[] = {
      {Keeper, Coordinator, ""},
      {System, Coordinator, "SIGNER_NOT_PERSON"},
      {AnotherAgencys, Coordinator, "SENDER_NOT_CALLER"},
      {Stranger, Coordinator, "SIGNER_UNKNOWN"},
      // Of an agency that does not coordinate.
      {Keeper, OwnCoordinator, "SIGNER_NOT_COORDINATOR"},
      {Keeper, Clerk, "SIGNER_NOT_COORDINATOR"},
      {Keeper, StrangeCoordinator, "SIGNER_UNKNOWN"},
      {Keeper, Keeper, "SIGNER_NOT_COORDINATOR"},
  };
  for (const auto& one : cases) {
    World world;
    const TestIdentity& keeper = one.keeper(world);
    const TestIdentity& coordinator = one.coordinator(world);
    v1::DirectoryEntry entry;
    entry.ParseFromString(Next(world).entry.payload());
    EXPECT_EQ(Reason(world, envelope::SignEntry(entry, world.clock().Now(), keeper, coordinator)),
              one.reason)
        << (&one - cases);
  }
}

// The secretariat has an entry of its own: still two persons, with two keys.
TEST(Directory, OnePersonOrOneKeyIsNotTwo) {
  World world;
  const TestIdentity& first = envelope::TestCoordinator();
  const TestIdentity& second = Registered(world, "secretariat", Role::kCoordinator, "second");
  // Another certificate of the first one's key, in another name.
  const auto spiffe = tests::TestSpiffe("secretariat", Role::kCoordinator, "desk", "third");
  TestIdentity same_key = first;
  same_key.certificate = *crypto::IssueEndEntity(
      tests::TestAgencyCa("secretariat"), first.key.PublicKey(),
      {spiffe, CertUsage::kSigning, {tests::TestNotBefore(), tests::TestNotAfter()}, {}, {}});
  const TestIdentity& same_person = tests::TestCert("secretariat", Role::kCoordinator, "desk",
                                                    "coordinator-1", CertUsage::kSigning, 1);
  world.registry_files().Add("secretariat", "same-key", same_key.certificate);
  world.registry_files().Add("secretariat", "same-person", same_person.certificate);
  world.ReloadRegistry();
  const v1::DirectoryEntry entry = [&] {
    v1::DirectoryEntry own;
    own.ParseFromString(NextEntryOf(world, "secretariat").entry.payload());
    return own;
  }();
  const auto reason = [&](const TestIdentity& keeper, const TestIdentity& coordinator) {
    return Reason(world, envelope::SignEntry(entry, world.clock().Now(), keeper, coordinator));
  };
  EXPECT_EQ(reason(first, first), "SIGNERS_NOT_TWO");
  EXPECT_EQ(reason(first, same_person), "SIGNERS_NOT_TWO");
  EXPECT_EQ(reason(first, same_key), "SIGNERS_NOT_TWO");
  EXPECT_EQ(reason(first, second), "");
}

TEST(Directory, AnApprovalIsOfThisVeryEntry) {
  World world;
  const SignedEntry entry = Next(world);
  const SignedEntry other = Next(world, [](auto& e) { e.mutable_units()->RemoveLast(); });
  SignedEntry mixed = entry;
  mixed.approval = other.approval;
  EXPECT_EQ(Reason(world, mixed), "APPROVAL_MISMATCH");
  mixed = entry;
  mixed.approval.mutable_signature()->back() ^= 1;
  EXPECT_EQ(Reason(world, mixed), "SIGNATURE_INVALID");
  mixed = entry;
  mixed.entry.set_signature(other.entry.signature());
  EXPECT_EQ(Reason(world, mixed), "SIGNATURE_INVALID");
}

TEST(Directory, TheRegistryVouchesForKindCountryAndKeys) {
  World world;
  const auto foreign = tests::MakeForeignCert(tests::TestSpiffe("haven", Role::kSystem, "intake"),
                                              CertUsage::kSealing);
  const auto expired =
      tests::MakeTestCert(tests::TestSpiffe("haven", Role::kSystem, "intake"), CertUsage::kSealing,
                          tests::TestNotBefore(), world.clock().Now() - absl::Seconds(1));
  const auto coming =
      tests::MakeTestCert(tests::TestSpiffe("haven", Role::kSystem, "intake"), CertUsage::kSealing,
                          world.clock().Now() + absl::Hours(1), tests::TestNotAfter());
  const auto& revoked =
      tests::TestCert("haven", Role::kSystem, "intake", "", CertUsage::kSealing, 7);
  world.registry_files().Revoke(revoked.certificate.id());
  world.ReloadRegistry();
  const auto sealed_to = [](const crypto::Certificate& certificate) {
    return [der = std::string(certificate.der())](v1::DirectoryEntry& entry) {
      entry.mutable_units(1)->add_sealing_certificates(der);
    };
  };
  struct Case {
    Edit<v1::DirectoryEntry> edit;
    const char* reason;
    const char* field;
  };
  constexpr char kField[] = "units[1].sealing_certificates";
  const Case cases[] = {
      {[](auto& e) { e.set_kind(v1::AGENCY_KIND_HEALTH); }, "ENTRY_NOT_AS_REGISTERED", "kind"},
      {[](auto& e) { e.set_country("UG"), e.clear_units(); }, "ENTRY_NOT_AS_REGISTERED", "country"},
      {sealed_to(foreign.certificate), "CHAIN_UNTRUSTED", kField},
      {sealed_to(expired.certificate), "CERT_EXPIRED", kField},
      {sealed_to(revoked.certificate), "CERTIFICATE_REVOKED", kField},
      {sealed_to(coming.certificate), "", ""},
  };
  for (const Case& one : cases) {
    const absl::Status status = SetEntry(world, Next(world, one.edit)).status();
    EXPECT_EQ(ErrorReason(status), one.reason) << status;
    EXPECT_EQ(ErrorField(status), one.field);
  }
}

TEST(Directory, OldStatementsAndThoseFromTheFutureAreRefused) {
  World world;
  const auto at = [&](absl::Duration after) {
    v1::DirectoryEntry entry;
    entry.ParseFromString(Next(world).entry.payload());
    return envelope::SignEntry(entry, world.clock().Now() + after, envelope::TestKeeper("haven"));
  };
  EXPECT_EQ(Reason(world, at(absl::Hours(1))), "CREATED_IN_FUTURE");
  EXPECT_EQ(Reason(world, at(-absl::Hours(15 * 24))), "STATEMENT_TOO_OLD");
  EXPECT_EQ(Reason(world, at(-absl::Hours(13 * 24))), "");
  world.clock().SetSynchronised(false);
  EXPECT_EQ(Reason(world, at(absl::ZeroDuration())), "CLOCK_NOT_TRUSTED");
}

TEST(Directory, EveryVersionIsGivenWithItsProof) {
  World world;
  const uint32_t before = EntryOf(world, "haven").version();
  const SignedEntry first = Next(world);
  AMANA_ASSERT_OK(SetEntry(world, first));
  const SignedEntry second = Next(world, [](auto& e) { e.mutable_units()->RemoveLast(); });
  AMANA_ASSERT_OK(SetEntry(world, second));
  for (const auto& [version, expected] :
       {std::pair{0u, &second}, std::pair{before + 1, &first}, std::pair{before + 2, &second}}) {
    v1::GetDirectoryEntryRequest request;
    request.set_agency("haven");
    request.set_version(version);
    const auto found = GetDirectoryEntry(world.context(), request);
    AMANA_ASSERT_OK(found);
    const v1::DirectoryVersion& entry = found->entry();
    EXPECT_EQ(found->newest(), before + 2);
    EXPECT_EQ(entry.entry().payload(), expected->entry.payload());
    EXPECT_EQ(entry.approval().payload(), expected->approval.payload());
    EXPECT_EQ(entry.entry_certificate(), envelope::TestKeeper("haven").certificate.der());
    EXPECT_EQ(entry.approval_certificate(), envelope::TestCoordinator().certificate.der());
    const auto event = events::FromOpening(entry.receipt().event());
    AMANA_ASSERT_OK(event);
    EXPECT_EQ(event->event.statement_digest, expected->digest);
  }
  v1::GetDirectoryEntryRequest request;
  request.set_agency("haven");
  request.set_version(99);
  EXPECT_EQ(ErrorReason(GetDirectoryEntry(world.context(), request).status()), "NOT_FOUND");
  request.set_agency("nobody");
  request.set_version(0);
  EXPECT_EQ(ErrorReason(GetDirectoryEntry(world.context(), request).status()), "NOT_FOUND");
}

TEST(Directory, EverybodyMayProveThatTheLogHasIt) {
  World world;
  const uint64_t size = LogSize(world);
  AMANA_ASSERT_OK(SetEntry(world, Next(world)));
  for (const auto& [agency, role] :
       {std::pair{"police", Role::kSystem}, std::pair{"oversight", Role::kAuditor}}) {
    v1::GetReceiptRequest request;
    request.set_index(size);
    AMANA_EXPECT_OK(GetReceipt(world.context(), World::CallerOf(agency, role), request).status());
  }
}

TEST(Directory, IsListedByPagesServiceAndCounty) {
  World world;
  AMANA_ASSERT_OK(SetEntry(world, Next(world, [](auto& e) {
                             e.mutable_units(0)->add_counties(1);
                             e.mutable_units(1)->add_counties(47);
                           })));
  ChangeEntry(world, "police", [](auto& e) {
    *e.mutable_units() =
        envelope::TestEntry("police", v1::AGENCY_KIND_POLICE, {{"desk", {v1::SERVICE_TYPE_RESCUE}}})
            .units();
  });
  const auto names = [&](const std::function<void(v1::ListDirectoryRequest&)>& change) {
    v1::ListDirectoryRequest request;
    change(request);
    std::string out;
    do {
      const auto page = ListDirectory(world.context(), request);
      AMANA_EXPECT_OK(page.status());
      if (!page.ok()) return out;
      for (const auto& agency : page->agencies()) out += agency.agency() + ' ';
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return out;
  };
  const std::string all = names([](auto&) {});
  EXPECT_NE(all.find("haven police "), std::string::npos) << all;
  EXPECT_EQ(names([](auto& r) { r.set_page_size(1); }), all);
  EXPECT_EQ(names([](auto& r) { r.set_service(v1::SERVICE_TYPE_MEDICAL); }), "haven ");
  EXPECT_EQ(names([](auto& r) { r.set_service(v1::SERVICE_TYPE_MEDICAL), r.set_county(1); }), "");
  EXPECT_EQ(names([](auto& r) { r.set_service(v1::SERVICE_TYPE_MEDICAL), r.set_county(47); }),
            "haven ");
  v1::ListDirectoryRequest bad;
  bad.set_county(48);
  EXPECT_EQ(ErrorReason(ListDirectory(world.context(), bad).status()), "COUNTY_INVALID");
  bad.set_county(0), bad.set_page_size(201);
  EXPECT_EQ(ErrorReason(ListDirectory(world.context(), bad).status()), "FIELD_INVALID");
  bad.set_page_size(0), bad.set_page_token("No Token");
  EXPECT_EQ(ErrorReason(ListDirectory(world.context(), bad).status()), "ID_INVALID");
}

}  // namespace
}  // namespace amana::operations
