#include "agency-adapters/sdk/directory_book.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "agency-adapters/sdk/testing_directory.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {
namespace {

using crypto::Role;
using envelope::SignedEntry;
using testing::FakeBroker;
using testing::FakeDirectory;
using tests::TestIdentity;

const AgencyId kShelter = AgencyId::Create("shelter-a").value();

class DirectoryBookTest : public ::testing::Test {
 protected:
  DirectoryBookTest() : mailbox_(Mailbox::Open(dir_.File("data")).value()) {}

  std::string Reason() { return ErrorReason(book_.Fetch(kShelter).status()); }
  uint32_t HeldVersion() {
    const auto held = book_.Held(kShelter);
    AMANA_EXPECT_OK(held);
    return held.ok() && held->has_value() ? (*held)->entry.version() : 0;
  }
  static Digest DigestOf(const v1::DirectoryVersion& version) {
    return envelope::PayloadDigest(version.entry());
  }

  TempDir dir_;
  FakeBroker broker_;
  FakeDirectory directory_{broker_};
  std::unique_ptr<Client> client_ = broker_.Connect();
  std::unique_ptr<Mailbox> mailbox_;
  const Identity identity_ = testing::PoliceIdentity(broker_.log());
  DirectoryBook book_{identity_, *client_, *mailbox_};
};

TEST_F(DirectoryBookTest, BelievesWhatIsSignedApprovedAndInTheLog) {
  const v1::DirectoryVersion set = directory_.Set("shelter-a", {"annex", "intake"});
  const auto fetched = book_.Fetch(kShelter);
  AMANA_ASSERT_OK(fetched);
  EXPECT_EQ(fetched->entry.digest(), DigestOf(set));
  EXPECT_EQ(fetched->log_index, broker_.log_size() - 1);
  EXPECT_EQ(fetched->recorded, envelope::SampleTime());
  EXPECT_EQ(HeldVersion(), 1u);
  const auto sealing =
      book_.Sealing(envelope::SampleAddress("shelter-a/intake"), envelope::SampleTime(), "to");
  AMANA_ASSERT_OK(sealing);
  EXPECT_EQ(*sealing, tests::TestSealer("shelter-a", "intake").certificate);
  // Held for days without a link, also by another program of this agency.
  DirectoryBook other(identity_, *client_, *mailbox_);
  EXPECT_EQ(other.Held(kShelter)->value().entry.digest(), DigestOf(set));
}

TEST_F(DirectoryBookTest, WhatIsHeldIsNotAskedForAgain) {
  const v1::DirectoryVersion set = directory_.Set("shelter-a", {"intake"});
  for (int i = 0; i < 3; ++i) AMANA_EXPECT_OK(book_.Want(kShelter, 1, DigestOf(set)));
  EXPECT_EQ(broker_.requests(kGetDirectoryEntry.method).size(), 1u);
}

TEST_F(DirectoryBookTest, FollowsFromVersionToVersion) {
  directory_.Set("shelter-a", {"intake"});
  AMANA_ASSERT_OK(book_.Fetch(kShelter));
  for (int i = 0; i < 4; ++i) directory_.Set("shelter-a", {"annex", "intake"});
  const auto newest = book_.Fetch(kShelter);
  AMANA_ASSERT_OK(newest);
  EXPECT_EQ(newest->entry.version(), 5u);
  EXPECT_EQ(HeldVersion(), 5u);
}

TEST_F(DirectoryBookTest, ANewerOneThatDoesNotFollowIsRefused) {
  directory_.Set("shelter-a", {"intake"});
  AMANA_ASSERT_OK(book_.Fetch(kShelter));
  directory_.Set("shelter-a", {"intake"}, [](v1::DirectoryEntry& entry) {
    entry.set_previous_sha256(std::string(32, 'x'));
  });
  EXPECT_EQ(Reason(), "ENTRY_HISTORY_BROKEN");
  directory_.Set("shelter-a", {"intake"});  // names the one that was refused
  EXPECT_EQ(Reason(), "ENTRY_HISTORY_BROKEN");
  EXPECT_EQ(HeldVersion(), 1u);
}

TEST_F(DirectoryBookTest, AnOlderOneIsRefused) {
  const v1::DirectoryVersion old = directory_.Set("shelter-a", {"intake"});
  directory_.Set("shelter-a", {"annex", "intake"});
  AMANA_ASSERT_OK(book_.Fetch(kShelter));
  EXPECT_EQ(ErrorReason(book_.Want(kShelter, 1, DigestOf(old)).status()), "ENTRY_ROLLED_BACK");
  directory_.lie = [&](v1::GetDirectoryEntryResponse& response) {
    *response.mutable_entry() = old;
  };
  EXPECT_EQ(Reason(), "ENTRY_ROLLED_BACK");
  EXPECT_EQ(HeldVersion(), 2u);
}

TEST_F(DirectoryBookTest, AnotherOneUnderTheSameVersionIsRefused) {
  directory_.Set("shelter-a", {"intake"});
  AMANA_ASSERT_OK(book_.Fetch(kShelter));
  v1::DirectoryEntry other = envelope::TestEntry("shelter-a", v1::AGENCY_KIND_SHELTER, {});
  directory_.Log(envelope::SignEntry(other, envelope::SampleTime()),
                 envelope::TestKeeper("shelter-a"), envelope::TestCoordinator());
  EXPECT_EQ(Reason(), "ENTRY_EQUIVOCATED");
  EXPECT_EQ(ErrorReason(book_.Want(kShelter, 1, Digest()).status()), "ENTRY_EQUIVOCATED");
}

TEST_F(DirectoryBookTest, AnotherThanWasNamedIsRefused) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Set("iom-a", {"protection"});
  EXPECT_EQ(ErrorReason(book_.Want(kShelter, 1, Digest()).status()), "ENTRY_MISMATCH");
  directory_.lie = [&](v1::GetDirectoryEntryResponse& response) {
    *response.mutable_entry() = directory_.newest("iom-a");
  };
  EXPECT_EQ(Reason(), "ENTRY_MISMATCH");
}

struct SignerCase {
  const char* name;
  const TestIdentity& keeper;
  const TestIdentity& coordinator;
  const char* field;  // of ENTRY_UNTRUSTED
};

TEST_F(DirectoryBookTest, SignedByAnybodyElseItIsRefused) {
  const TestIdentity foreign =
      tests::MakeForeignCert(tests::TestSpiffe("shelter-a", Role::kPerson, "office", "keeper"),
                             crypto::CertUsage::kSigning);
  const TestIdentity late = tests::MakeTestCert(
      tests::TestSpiffe("shelter-a", Role::kPerson, "office", "keeper"),
      crypto::CertUsage::kSigning, tests::TestNotBefore(), envelope::SampleTime() - absl::Hours(1));
  const SignerCase cases[] = {
      {"a system", tests::TestSigner("shelter-a", Role::kSystem, "intake"),
       envelope::TestCoordinator(), "entry"},
      {"another agency's person", envelope::TestKeeper("iom-a"), envelope::TestCoordinator(),
       "entry"},
      {"a CA that is not pinned", foreign, envelope::TestCoordinator(), "entry"},
      {"a certificate that had expired", late, envelope::TestCoordinator(), "entry"},
      {"a key for sealing", tests::TestSealer("shelter-a", "intake"), envelope::TestCoordinator(),
       "entry"},
      {"approved by an agency that does not coordinate", envelope::TestKeeper("shelter-a"),
       tests::TestSigner("iom-a", Role::kCoordinator, "desk", "head"), "approval"},
      {"approved by a person who is no coordinator", envelope::TestKeeper("shelter-a"),
       tests::TestSigner("secretariat", Role::kPerson, "desk", "clerk"), "approval"},
  };
  for (const SignerCase& one : cases) {
    FakeBroker broker;
    FakeDirectory directory(broker);
    const auto client = broker.Connect();
    const TempDir dir;
    const auto mailbox = Mailbox::Open(dir.File("data")).value();
    const Identity identity = testing::PoliceIdentity(broker.log());
    DirectoryBook book(identity, *client, *mailbox);
    directory.Log(envelope::SignEntry(
                      envelope::TestEntry("shelter-a", v1::AGENCY_KIND_SHELTER, {{"intake", {}}}),
                      envelope::SampleTime(), one.keeper, one.coordinator),
                  one.keeper, one.coordinator);
    const absl::Status status = book.Fetch(kShelter).status();
    EXPECT_EQ(ErrorReason(status), "ENTRY_UNTRUSTED") << one.name << ": " << status;
    EXPECT_EQ(ErrorField(status), one.field) << one.name;
    EXPECT_FALSE(book.Held(kShelter)->has_value()) << one.name;
  }
}

TEST_F(DirectoryBookTest, OnePersonIsNotTwo) {
  const TestIdentity& head = tests::TestSigner("secretariat", Role::kCoordinator, "desk", "head");
  directory_.Log(envelope::SignEntry(envelope::TestEntry("secretariat", v1::AGENCY_KIND_OTHER, {}),
                                     envelope::SampleTime(), head, head),
                 head, head);
  const absl::Status status = book_.Fetch(AgencyId::Create("secretariat").value()).status();
  EXPECT_EQ(ErrorReason(status), "ENTRY_UNTRUSTED");
  EXPECT_EQ(ErrorField(status), "approval");
}

TEST_F(DirectoryBookTest, WithoutAPinnedSecretariatNothingIsBelieved) {
  directory_.Set("shelter-a", {"intake"});
  IdentityParts parts{.agency = identity_.agency(),
                      .unit = identity_.unit(),
                      .trust_domain = identity_.trust_domain(),
                      .broker = identity_.broker(),
                      .broker_agency = identity_.broker_agency(),
                      .tls = identity_.tls(),
                      .signing = std::nullopt,
                      .person = std::nullopt,
                      .sealing = {},
                      .authorities = identity_.shared_authorities(),
                      .log = identity_.log(),
                      .data = ""};
  const Identity alone = Identity::Create(std::move(parts)).value();
  DirectoryBook book(alone, *client_, *mailbox_);
  EXPECT_EQ(ErrorReason(book.Fetch(kShelter).status()), "ENTRY_UNTRUSTED");
}

TEST_F(DirectoryBookTest, EveryForgeryIsNamed) {
  directory_.Set("shelter-a", {"intake"});
  const v1::DirectoryVersion other = directory_.Set("iom-a", {"protection"});
  using Lie = std::function<void(v1::DirectoryVersion&)>;
  const auto flip = [](std::string* bytes) { bytes->back() ^= 1; };
  const std::pair<Lie, const char*> lies[] = {
      {[&](auto& v) { flip(v.mutable_entry()->mutable_signature()); }, "SIGNATURE_INVALID"},
      {[&](auto& v) { flip(v.mutable_approval()->mutable_signature()); }, "SIGNATURE_INVALID"},
      {[&](auto& v) { *v.mutable_approval() = other.approval(); }, "ENTRY_UNTRUSTED"},
      {[&](auto& v) { v.set_entry_certificate(other.entry_certificate()); }, "ENTRY_UNTRUSTED"},
      {[&](auto& v) { v.set_entry_certificate("no certificate"); }, "ENTRY_UNTRUSTED"},
      {[&](auto& v) { v.clear_approval_certificate(); }, "ENTRY_UNTRUSTED"},
      {[&](auto& v) { *v.mutable_receipt() = other.receipt(); }, "RECEIPT_MISMATCH"},
      {[&](auto& v) { v.clear_receipt(); }, "EVENT_INVALID"},
      {[&](auto& v) { v.mutable_receipt()->mutable_event()->mutable_seed()->back() ^= 1; },
       "PROOF_INVALID"},
      {[&](auto& v) { *v.mutable_receipt() = broker_.ReceiptOf(0); }, "RECEIPT_MISMATCH"},
  };
  int row = 0;
  for (const auto& [lie, reason] : lies) {
    directory_.lie = [&](v1::GetDirectoryEntryResponse& response) {
      lie(*response.mutable_entry());
    };
    EXPECT_EQ(Reason(), reason) << row++;
  }
  EXPECT_EQ(HeldVersion(), 0u);
  directory_.lie = nullptr;
  EXPECT_EQ(Reason(), "");
}

TEST_F(DirectoryBookTest, AnEntryThatTheLogDoesNotHaveIsRefused) {
  const v1::DirectoryVersion set = directory_.Set("shelter-a", {"intake"});
  // The same broker key signs another log, in which it is.
  FakeBroker other;
  FakeDirectory elsewhere(other);
  const v1::DirectoryVersion unseen = elsewhere.Set("shelter-a", {"annex", "intake"});
  directory_.lie = [&](v1::GetDirectoryEntryResponse& response) {
    *response.mutable_entry() = unseen;
  };
  EXPECT_EQ(Reason(), "NOTE_UNTRUSTED");
  directory_.lie = [&](v1::GetDirectoryEntryResponse& response) {
    *response.mutable_entry() = unseen;
    *response.mutable_entry()->mutable_receipt() = set.receipt();
  };
  EXPECT_EQ(Reason(), "RECEIPT_MISMATCH");
}

TEST_F(DirectoryBookTest, ALogThatWasForkedIsNoProof) {
  directory_.Set("iom-a", {"protection"});
  AMANA_ASSERT_OK(book_.Fetch(AgencyId::Create("iom-a").value()));
  broker_.Fork();
  directory_.Set("shelter-a", {"intake"});
  EXPECT_EQ(Reason(), "LOG_FORKED");
  EXPECT_EQ(HeldVersion(), 0u);
}

TEST_F(DirectoryBookTest, SealsToNobodyItDoesNotKnow) {
  const auto reason = [&](std::string_view unit, absl::Time at = envelope::SampleTime()) {
    return ErrorReason(book_.Sealing(envelope::SampleAddress(unit), at, "to").status());
  };
  EXPECT_EQ(reason("shelter-a/intake"), "RECIPIENT_UNKNOWN");
  directory_.Set("shelter-a", {"intake"});
  AMANA_ASSERT_OK(book_.Fetch(kShelter));
  EXPECT_EQ(reason("shelter-a/intake"), "");
  EXPECT_EQ(reason("shelter-a/annex"), "RECIPIENT_UNKNOWN");
  EXPECT_EQ(reason("shelter-a/intake", tests::TestNotAfter() + absl::Hours(1)),
            "CERTIFICATE_UNPINNED");
}

}  // namespace
}  // namespace amana::sdk
