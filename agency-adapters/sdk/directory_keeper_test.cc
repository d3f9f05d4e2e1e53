#include "agency-adapters/sdk/directory_keeper.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agency-adapters/sdk/courier.h"
#include "agency-adapters/sdk/testing_directory.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/envelope/unit_words.h"

namespace amana::sdk {
namespace {

using crypto::Role;
using testing::FakeBroker;
using testing::FakeDirectory;

const AgencyId kShelter = AgencyId::Create("shelter-a").value();

// shelter-a/intake with a caseworker's key; and whoever a test wants beside it.
class KeeperTest : public ::testing::Test {
 protected:
  KeeperTest() : mailbox_(Mailbox::Open(dir_.File("data")).value()) {
    keeper_.emplace(identity_, *client_, *mailbox_, clock_);
  }

  // The same broker, seen by somebody with another TLS certificate and person's key.
  Identity As(std::string_view agency, Role role, std::string_view unit, std::string_view person) {
    const tests::TestIdentity& tls = tests::TestTls(agency, role, unit);
    IdentityParts parts{.agency = AgencyId::Create(agency).value(),
                        .unit = UnitId::Create(unit).value_or(UnitId()),
                        .trust_domain = identity_.trust_domain(),
                        .broker = "localhost:1",
                        .broker_agency = identity_.broker_agency(),
                        .coordinating = {AgencyId::Create("secretariat").value()},
                        .tls = {tls.certificate, crypto::Secret(tls.key_pem)},
                        .signing = std::nullopt,
                        .person = std::nullopt,
                        .sealing = {},
                        .authorities = tests::TestVerifier(
                            {"police-a", "shelter-a", "iom-a", "secretariat", "amana"}),
                        .log = broker_.log(),
                        .data = ""};
    if (unit.empty()) parts.unit.reset();
    if (!person.empty()) {
      const tests::TestIdentity& signer = tests::TestSigner(agency, role, unit, person);
      parts.person = SigningIdentity{signer.certificate, signer.key};
    }
    return Identity::Create(std::move(parts)).value();
  }
  std::string CheckReason() { return ErrorReason(keeper_->Check(kShelter).status()); }

  TempDir dir_;
  FakeBroker broker_;
  FakeDirectory directory_{broker_};
  FakeClock clock_{envelope::SampleTime()};
  std::unique_ptr<Client> client_ = broker_.Connect();
  std::unique_ptr<Mailbox> mailbox_;
  const Identity identity_ = testing::ShelterIdentity(broker_.log());
  std::optional<DirectoryKeeper> keeper_;
};

v1::DirectoryEntry Draft() {
  return envelope::TestEntry("shelter-a", v1::AGENCY_KIND_SHELTER, {{"intake", {}}});
}

TEST_F(KeeperTest, ProposesTheVersionAfterTheNewest) {
  const auto first = keeper_->Propose(Draft());
  AMANA_ASSERT_OK(first);
  const auto one = envelope::EntryStatement::Create(*first);
  AMANA_ASSERT_OK(one);
  EXPECT_EQ(one->version(), 1u);
  const v1::DirectoryVersion set = directory_.Set("shelter-a", {"intake"});
  const auto second = envelope::EntryStatement::Create(*keeper_->Propose(Draft()));
  AMANA_ASSERT_OK(second);
  EXPECT_EQ(second->version(), 2u);
  EXPECT_EQ(second->previous(), envelope::PayloadDigest(set.entry()));
  EXPECT_EQ(second->cert_id(),
            tests::TestSigner("shelter-a", Role::kPerson, "intake", "caseworker").certificate.id());
  v1::DirectoryEntry bad = Draft();
  bad.mutable_units(0)->set_county(99);
  EXPECT_EQ(ErrorReason(keeper_->Propose(bad).status()), "DIRECTORY_FIELD_INVALID");
}

TEST_F(KeeperTest, ACoordinatorApprovesAndHandsIn) {
  const auto proposal = keeper_->Propose(Draft());
  AMANA_ASSERT_OK(proposal);
  const Identity secretariat = As("secretariat", Role::kCoordinator, "desk", "coordinator-1");
  const TempDir dir;
  const auto mailbox = Mailbox::Open(dir.File("data")).value();
  DirectoryKeeper coordinator(secretariat, *client_, *mailbox, clock_);
  const auto queued = coordinator.QueueEntry(*proposal);
  AMANA_ASSERT_OK(queued);
  EXPECT_EQ(coordinator.QueueEntry(*proposal)->entry, queued->entry);
  Courier courier(secretariat, *client_, *mailbox);
  AMANA_ASSERT_OK(courier.Flush());
  EXPECT_EQ(coordinator.outbox().Get(queued->entry)->state, EntryState::kAccepted);
  v1::SetDirectoryEntryRequest request;
  ASSERT_TRUE(request.ParseFromString(broker_.requests(kSetDirectoryEntry.method).at(0)));
  EXPECT_EQ(request.entry().SerializeAsString(), proposal->SerializeAsString());
  const auto approval = envelope::ParseApproval(request.approval());
  AMANA_ASSERT_OK(approval);
  EXPECT_EQ(approval->entry_sha256(), envelope::PayloadDigest(*proposal).bytes());
  v1::SignedEnvelope none = *proposal;
  none.set_payload("no entry");
  EXPECT_FALSE(coordinator.QueueEntry(none).ok());
}

TEST_F(KeeperTest, AUnitSaysWhatRoomItHasAndWhoIsOnDuty) {
  v1::CapacityReport report;
  v1::ServiceCapacity& beds = *report.add_services();
  beds.set_service(v1::SERVICE_TYPE_ACCOMMODATION), beds.set_total(20), beds.set_free(3);
  AMANA_ASSERT_OK(keeper_->QueueCapacity(report));
  v1::DutyRoster roster;
  v1::Shift& shift = *roster.add_shifts();
  shift.set_from_unix_ms(ToUnixMillis(clock_.Now()));
  shift.set_until_unix_ms(ToUnixMillis(clock_.Now() + absl::Hours(8)));
  shift.set_person("caseworker");
  AMANA_ASSERT_OK(keeper_->QueueRoster(roster));
  Courier courier(identity_, *client_, *mailbox_);
  EXPECT_EQ(courier.Flush()->accepted, 2u);
  v1::ReportCapacityRequest said;
  ASSERT_TRUE(said.ParseFromString(broker_.requests(kReportCapacity.method).at(0)));
  const auto parsed = envelope::ParseCapacityReport(said.report());
  AMANA_ASSERT_OK(parsed);
  EXPECT_EQ(parsed->unit().agency() + "/" + parsed->unit().unit(), "shelter-a/intake");
}

TEST_F(KeeperTest, ShowsEveryVersionAndWhichItKnows) {
  EXPECT_TRUE(keeper_->Check(kShelter)->empty());
  directory_.Set("shelter-a", {"intake"});
  directory_.Set("iom-a", {"protection"});
  const v1::DirectoryVersion second = directory_.Set("shelter-a", {"annex", "intake"});
  auto versions = keeper_->Check(kShelter);
  AMANA_ASSERT_OK(versions);
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_EQ(versions->at(1).version, 2u);
  EXPECT_EQ(versions->at(1).digest, envelope::PayloadDigest(second.entry()));
  EXPECT_EQ(versions->at(1).log_index, broker_.log_size() - 1);
  EXPECT_EQ(versions->at(1).keeper.person->value(), "keeper");
  EXPECT_EQ(versions->at(1).coordinator.person->value(), "coordinator-1");
  EXPECT_FALSE(versions->at(1).known);
  AMANA_ASSERT_OK(keeper_->Accept(versions->at(1).digest));
  versions = keeper_->Check(kShelter);
  EXPECT_FALSE(versions->at(0).known);
  EXPECT_TRUE(versions->at(1).known);
}

TEST_F(KeeperTest, AHistoryWithAGapOrWithTwoOfAKindIsNoHistory) {
  directory_.Set("shelter-a", {"intake"});
  const uint64_t second = broker_.log_size();
  directory_.Set("shelter-a", {"annex", "intake"});
  broker_.shows = [&](uint64_t index) { return index != second; };
  EXPECT_EQ(CheckReason(), "ENTRY_HISTORY_BROKEN") << "the newest is kept back";
  broker_.shows = [&](uint64_t index) { return index != second - 1; };
  EXPECT_EQ(CheckReason(), "ENTRY_HISTORY_BROKEN") << "the first is kept back";
  broker_.shows = nullptr;
  EXPECT_EQ(CheckReason(), "");
  directory_.Log(envelope::SignEntry(Draft(), envelope::SampleTime()),
                 envelope::TestKeeper("shelter-a"), envelope::TestCoordinator());
  EXPECT_EQ(CheckReason(), "ENTRY_HISTORY_BROKEN") << "two under one version";
}

TEST_F(KeeperTest, FromAnAuditorNothingCanBeKeptBack) {
  directory_.Set("shelter-a", {"intake"});
  const Identity auditor = As("iom-a", Role::kAuditor, "", "");
  DirectoryKeeper keeper(auditor, *client_, *mailbox_, clock_);
  AMANA_EXPECT_OK(keeper.Check(kShelter));
  for (const uint64_t hidden : {uint64_t{0}, broker_.log_size() - 1}) {
    broker_.shows = [&](uint64_t index) { return index != hidden; };
    EXPECT_EQ(ErrorReason(keeper.Check(kShelter).status()), "LOG_INCOMPLETE") << hidden;
  }
}

// --- who is on duty

class DutyTest : public KeeperTest {
 protected:
  DutyTest() {
    directory_.Set("shelter-a", {"annex", "intake"}, [](v1::DirectoryEntry& entry) {
      entry.mutable_units(1)->set_duty_phone("+254700000001");
    });
    broker_.duty = [this](const v1::GetDutyRequest&) { return answer_; };
    Sign(tests::TestSigner("shelter-a", Role::kSystem, "intake"));
  }
  void Sign(const tests::TestIdentity& signer) {
    v1::DutyRoster roster;
    *roster.mutable_meta() = envelope::MakeMeta(signer.certificate, clock_.Now());
    *roster.mutable_unit() = ToWire(intake_);
    for (const auto& [from, person] : {std::pair{0, "day"}, std::pair{8, "night"}}) {
      v1::Shift& shift = *roster.add_shifts();
      shift.set_from_unix_ms(ToUnixMillis(clock_.Now() + absl::Hours(from)));
      shift.set_until_unix_ms(ToUnixMillis(clock_.Now() + absl::Hours(from + 8)));
      shift.set_person(person);
    }
    *answer_.mutable_roster() =
        envelope::SignMessage(envelope::kDutyRosterType, roster, signer.key).value();
    answer_.set_certificate(std::string(signer.certificate.der()));
  }
  absl::Status Asked() { return keeper_->OnDuty(intake_, clock_.Now()).status(); }

  const Address intake_ = envelope::SampleAddress("shelter-a/intake");
  v1::GetDutyResponse answer_;
};

TEST_F(DutyTest, IsWhoTheUnitsOwnRosterSays) {
  answer_.add_on_duty()->set_person("somebody-else");  // the broker's word
  const auto now = keeper_->OnDuty(intake_, clock_.Now());
  AMANA_ASSERT_OK(now);
  EXPECT_TRUE(now->given);
  ASSERT_EQ(now->shifts.size(), 1u);
  EXPECT_EQ(now->shifts[0].person(), "day");
  EXPECT_EQ(now->shifts[0].phone(), "+254700000001");
  EXPECT_EQ(keeper_->OnDuty(intake_, clock_.Now() + absl::Hours(8))->shifts[0].person(), "night");
  EXPECT_TRUE(keeper_->OnDuty(intake_, clock_.Now() + absl::Hours(16))->shifts.empty());
  answer_.Clear();
  EXPECT_FALSE(keeper_->OnDuty(intake_, clock_.Now())->given);
}

TEST_F(DutyTest, ARosterOfAnybodyElseIsRefused) {
  const auto refused = [&] { return ErrorReason(Asked()) + " " + ErrorField(Asked()); };
  Sign(tests::TestSigner("iom-a", Role::kSystem, "intake"));
  EXPECT_EQ(refused(), "ENTRY_UNTRUSTED roster");
  Sign(tests::TestSigner("shelter-a", Role::kSystem, "annex"));
  EXPECT_EQ(refused(), "ENTRY_UNTRUSTED roster");
  Sign(tests::MakeForeignCert(tests::TestSpiffe("shelter-a", Role::kSystem, "intake"),
                              crypto::CertUsage::kSigning));
  EXPECT_EQ(refused(), "ENTRY_UNTRUSTED roster");
  Sign(tests::TestSigner("shelter-a", Role::kSystem, "intake"));
  answer_.mutable_roster()->mutable_signature()->back() ^= 1;
  EXPECT_EQ(ErrorReason(Asked()), "SIGNATURE_INVALID");
  Sign(tests::TestSigner("shelter-a", Role::kSystem, "intake"));
  answer_.set_certificate(
      std::string(tests::TestSigner("iom-a", Role::kSystem, "x").certificate.der()));
  EXPECT_EQ(refused(), "ENTRY_UNTRUSTED roster");
}

TEST_F(DutyTest, ARosterOfAnotherUnitIsRefused) {
  EXPECT_EQ(ErrorReason(
                keeper_->OnDuty(envelope::SampleAddress("shelter-a/annex"), clock_.Now()).status()),
            "ENTRY_UNTRUSTED");
}

}  // namespace
}  // namespace amana::sdk
