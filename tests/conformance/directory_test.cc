// The directory, through the wire: who changes it, what is refused, and that a sender can prove
// what it is told, also by a broker that was killed meanwhile.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agency-adapters/sdk/directory_keeper.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/testing.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/statement.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

using crypto::CertUsage;
using crypto::Role;
using Edit = std::function<void(v1::DirectoryEntry&)>;

class DirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    // A coordinator, but of an agency that the registry does not let coordinate.
    world_.Register("police", "head", PoliceCoordinator().certificate);
    AMANA_ASSERT_OK(broker_.Start());
    for (const char* name : {"secretariat", "police", "intake"}) {
      auto opened = Endpoint::Open(world_.agency_config(name));
      AMANA_ASSERT_OK(opened.status());
      endpoints_[name] = *std::move(opened);
    }
  }

  Endpoint& At(const std::string& name) { return *endpoints_.at(name); }
  static const TestIdentity& PoliceCoordinator() {
    return TestSigner("police", Role::kCoordinator, "desk", "head");
  }

  // Version 2 of haven's entry: as the world set it, edited.
  v1::DirectoryEntry Next(const Edit& edit = {}) {
    v1::GetDirectoryEntryRequest request;
    request.set_agency("haven");
    const auto found = At("police").client().Call(sdk::kGetDirectoryEntry, request);
    AMANA_EXPECT_OK(found.status());
    v1::DirectoryEntry entry;
    if (!found.ok() || !entry.ParseFromString(found->entry().entry().payload())) return entry;
    entry = envelope::NextEntry(entry, envelope::PayloadDigest(found->entry().entry()));
    if (edit) edit(entry);
    return entry;
  }

  absl::StatusOr<v1::SetDirectoryEntryResponse> Set(
      const v1::DirectoryEntry& entry, const TestIdentity& keeper = envelope::TestKeeper("haven"),
      const TestIdentity& coordinator = envelope::TestCoordinator()) {
    const envelope::SignedEntry made =
        envelope::SignEntry(entry, RealClock().Now(), keeper, coordinator);
    v1::SetDirectoryEntryRequest request;
    *request.mutable_entry() = made.entry;
    *request.mutable_approval() = made.approval;
    return At("secretariat").client().Call(sdk::kSetDirectoryEntry, request);
  }
  std::string Reason(const v1::DirectoryEntry& entry,
                     const TestIdentity& keeper = envelope::TestKeeper("haven"),
                     const TestIdentity& coordinator = envelope::TestCoordinator()) {
    return ErrorReason(Set(entry, keeper, coordinator).status());
  }
  absl::StatusOr<sdk::MatchResult> Match() {
    v1::MatchRequest request;
    request.set_service(v1::SERVICE_TYPE_MEDICAL);
    return At("police").sender().Match(request);
  }

  BrokerWorld world_;
  BrokerProcess broker_{world_};
  std::map<std::string, std::unique_ptr<Endpoint>> endpoints_;
};

TEST_F(DirectoryTest, WhatTwoPersonsDidNotSignAsTheyMustIsRefused) {
  const TestIdentity& keeper = envelope::TestKeeper("haven");
  const TestIdentity& system = TestSigner("haven", Role::kSystem, "intake");
  EXPECT_EQ(Reason(Next(), keeper, keeper), "SIGNER_NOT_COORDINATOR");
  EXPECT_EQ(Reason(Next(), keeper, PoliceCoordinator()), "SIGNER_NOT_COORDINATOR");
  EXPECT_EQ(Reason(Next(), envelope::TestKeeper("police")), "SENDER_NOT_CALLER");
  EXPECT_EQ(Reason(Next(), system), "SIGNER_NOT_PERSON");
  EXPECT_EQ(Reason(Next()), "");
}

TEST_F(DirectoryTest, WhatIsNotInItsFormOrPlaceIsRefusedWithItsField) {
  const auto sealed_to = [](const crypto::Certificate& certificate) {
    return [der = std::string(certificate.der())](v1::DirectoryEntry& entry) {
      entry.mutable_units(0)->clear_sealing_certificates();
      entry.mutable_units(0)->add_sealing_certificates(der);
    };
  };
  const auto expired =
      MakeTestCert(TestSpiffe("haven", Role::kSystem, "coast"), CertUsage::kSealing,
                   TestNotBefore(), RealClock().Now() - absl::Seconds(1));
  const auto foreign =
      MakeForeignCert(TestSpiffe("haven", Role::kSystem, "coast"), CertUsage::kSealing);
  constexpr char kSealing[] = "units[0].sealing_certificates";
  const struct {
    Edit edit;
    const char* reason;
    std::string field;
  } rows[] = {
      {[](auto& e) { e.set_version(3); }, "VERSION_OUT_OF_ORDER", "entry.version"},
      {[](auto& e) { e.mutable_previous_sha256()->back() ^= 1; }, "PREVIOUS_MISMATCH",
       "entry.previous_sha256"},
      {[](auto& e) { e.set_kind(v1::AGENCY_KIND_HEALTH); }, "ENTRY_NOT_AS_REGISTERED", "kind"},
      {sealed_to(TestSealer("police", "desk").certificate), "DIRECTORY_FIELD_INVALID", kSealing},
      {sealed_to(TestSealer("haven", "intake").certificate), "DIRECTORY_FIELD_INVALID", kSealing},
      {sealed_to(foreign.certificate), "CHAIN_UNTRUSTED", kSealing},
      {sealed_to(expired.certificate), "CERT_EXPIRED", kSealing},
      {[](auto& e) {
         for (int i = 0; i < 64; ++i) {
           *e.add_units() = e.units(0);
           e.mutable_units(e.units_size() - 1)->set_unit("z" + std::to_string(100 + i));
           e.mutable_units(e.units_size() - 1)->clear_sealing_certificates();
         }
       },
       "DIRECTORY_FIELD_INVALID", "units"},
      {[](auto& e) {
         for (int i = 0; i < 33; ++i) {
           e.mutable_units(0)->add_languages(std::string("a") + static_cast<char>('a' + i / 26) +
                                             static_cast<char>('a' + i % 26));
         }
       },
       "DIRECTORY_FIELD_INVALID", "units[0].languages"},
      {[](auto& e) { e.mutable_units(0)->set_duty_phone(std::string(300'000, '1')); },
       "DIRECTORY_FIELD_INVALID", ""},
  };
  for (const auto& row : rows) {
    const absl::Status status = Set(Next(row.edit)).status();
    EXPECT_EQ(ErrorReason(status), row.reason) << status;
    EXPECT_EQ(ErrorField(status).substr(0, row.field.size()), row.field) << status;
  }
  EXPECT_EQ(Next().version(), 2u) << "nothing of what is refused is kept";
}

TEST_F(DirectoryTest, TwoContentsOfOneVersionAreEvidence) {
  const v1::DirectoryEntry one = Next();
  const v1::DirectoryEntry other = Next([](auto& e) { e.mutable_units()->RemoveLast(); });
  AMANA_ASSERT_OK(Set(one));
  EXPECT_EQ(Reason(other), "EQUIVOCATION");
}

// What was answered is there after the broker was killed, and is proven to be: the sender goes on
// from the version it holds.
TEST_F(DirectoryTest, WhatASenderHoldsIsProvenAndNeverGoesBack) {
  const auto first = Match();
  AMANA_ASSERT_OK(first);
  ASSERT_EQ(first->candidates.size(), 1u);
  EXPECT_EQ(first->candidates[0].entry_version, 1u);
  AMANA_ASSERT_OK(Set(Next([](auto& e) { e.mutable_units(1)->add_languages("swa"); })));
  broker_.Kill();
  AMANA_ASSERT_OK(broker_.Start());
  for (auto& [name, endpoint] : endpoints_) AMANA_ASSERT_OK(endpoint->Reconnect());
  const auto second = Match();
  AMANA_ASSERT_OK(second);
  ASSERT_EQ(second->candidates.size(), 1u);
  EXPECT_EQ(second->candidates[0].entry_version, 2u);
  EXPECT_TRUE(second->refused.empty());

  sdk::DirectoryKeeper keeper(At("police").identity(), At("police").client(),
                              At("police").mailbox(), RealClock());
  const auto versions = keeper.Check(*AgencyId::Create("haven"));
  AMANA_ASSERT_OK(versions);
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_EQ(versions->at(1).coordinator.agency.value(), "secretariat");
}

}  // namespace
}  // namespace amana::tests
