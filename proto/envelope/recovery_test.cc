#include "proto/envelope/recovery.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "tests/support/test_pki.h"

namespace amana::envelope {
namespace {

using crypto::Role;
using tests::TestIdentity;
using tests::TestSigner;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::RecoveryStatement Statement() {
  v1::RecoveryStatement statement;
  statement.set_created_unix_ms(ToUnixMillis(kNow));
  statement.set_cause(v1::RECOVERY_CAUSE_STORE_LOST);
  statement.set_old_vkey("old");
  statement.set_new_vkey("new");
  statement.set_kept_checkpoint("kept");
  statement.set_newest_checkpoint("newest");
  return statement;
}
const TestIdentity& Operator(std::string_view person, std::string_view agency = "amana") {
  return TestSigner(agency, Role::kOperator, "room", person);
}
absl::StatusOr<RecoveryFile> Sign(const RecoveryFile& file, const TestIdentity& by) {
  return SignRecovery(file, by.certificate, by.key, kNow);
}
AgencyId Agency(std::string_view id) { return *AgencyId::Create(id); }

TEST(RecoveryTest, TwoOperatorsSignOneStatement) {
  const auto file = NewRecovery(Statement());
  AMANA_ASSERT_OK(file.status());
  EXPECT_TRUE(file->signers().empty());
  EXPECT_EQ(ErrorReason(file->CheckSignedBy(Agency("amana"))), "RECOVERY_UNSIGNED");
  const auto one = Sign(*file, Operator("one"));
  AMANA_ASSERT_OK(one.status());
  EXPECT_EQ(ErrorReason(one->CheckSignedBy(Agency("amana"))), "RECOVERY_UNSIGNED");
  const auto two = Sign(*one, Operator("two"));
  AMANA_ASSERT_OK(two.status());
  AMANA_EXPECT_OK(two->CheckSignedBy(Agency("amana")));
  EXPECT_EQ(ErrorReason(two->CheckSignedBy(Agency("police"))), "RECOVERY_INVALID");
  EXPECT_EQ(ErrorReason(Sign(*two, Operator("three")).status()), "RECOVERY_INVALID");

  const auto again = RecoveryFile::Parse(two->message().SerializeAsString());
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->digest(), file->digest());
  EXPECT_EQ(again->payload(), file->payload());
  ASSERT_EQ(again->signers().size(), 2u);
  EXPECT_EQ(again->signers()[1].certificate, Operator("two").certificate);
  EXPECT_EQ(again->signers()[1].meta.created_unix_ms(), ToUnixMillis(kNow));
}

TEST(RecoveryTest, WhoMustNotSign) {
  const RecoveryFile one = *Sign(*NewRecovery(Statement()), Operator("one"));
  EXPECT_EQ(ErrorReason(Sign(one, Operator("one")).status()), "RECOVERY_INVALID");
  // Another certificate, the same person.
  const TestIdentity& rotated =
      tests::TestCert("amana", Role::kOperator, "room", "one", crypto::CertUsage::kSigning, 1);
  EXPECT_EQ(ErrorReason(Sign(one, rotated).status()), "RECOVERY_INVALID");
  EXPECT_EQ(ErrorReason(Sign(one, TestSigner("amana", Role::kPerson, "room", "two")).status()),
            "RECOVERY_INVALID");
  EXPECT_EQ(
      ErrorReason(Sign(one, tests::TestTls("amana", Role::kOperator, "room", "two")).status()),
      "RECOVERY_INVALID");
  const auto other = Sign(one, Operator("two", "police"));
  AMANA_ASSERT_OK(other.status());
  EXPECT_EQ(ErrorReason(other->CheckSignedBy(Agency("amana"))), "RECOVERY_INVALID");
}

TEST(RecoveryTest, AChangedFileIsRefused) {
  const RecoveryFile good = *Sign(*NewRecovery(Statement()), Operator("one"));
  struct Case {
    const char* what;
    std::function<void(v1::SignedRecovery&)> change;
    const char* reason;
  };
  const Case kCases[] = {
      {"another statement",
       [](auto& f) {
         v1::RecoveryStatement other = Statement();
         other.set_suite(kSuite);
         other.set_kept_checkpoint("less");
         f.set_statement(Serialize(other));
       },
       "RECOVERY_INVALID"},
      {"another certificate",
       [](auto& f) { f.mutable_signatures(0)->set_certificate(Operator("two").certificate.der()); },
       "RECOVERY_INVALID"},
      {"a signature of other bytes",
       [](auto& f) {
         f.mutable_signatures(0)->mutable_approval()->set_signature(
             Sign(*NewRecovery(Statement()), Operator("two"))
                 ->message()
                 .signatures(0)
                 .approval()
                 .signature());
       },
       "SIGNATURE_INVALID"},
      {"not canonical", [](auto& f) { f.mutable_statement()->append("\x08\x01"); },
       "FIELD_OUT_OF_ORDER"},
      {"no suite", [](auto& f) { f.set_statement(Serialize(Statement())); }, "SUITE_UNSUPPORTED"},
      {"another suite",
       [](auto& f) {
         v1::RecoveryStatement other = Statement();
         other.set_suite(2);
         f.set_statement(Serialize(other));
       },
       "SUITE_UNSUPPORTED"},
      {"more than two",
       [](auto& f) {
         for (int i = 0; i < 2; ++i) *f.add_signatures() = f.signatures(0);
       },
       "RECOVERY_INVALID"},
      {"huge", [](auto& f) { f.set_statement(std::string(kMaxRecoveryBytes, 'x')); },
       "RECOVERY_INVALID"},
  };
  for (const Case& c : kCases) {
    v1::SignedRecovery file = good.message();
    c.change(file);
    EXPECT_EQ(ErrorReason(RecoveryFile::Parse(file.SerializeAsString()).status()), c.reason)
        << c.what;
  }
  EXPECT_EQ(ErrorReason(RecoveryFile::Parse("").status()), "SUITE_UNSUPPORTED");
  EXPECT_EQ(ErrorReason(RecoveryFile::Parse("\xff\xff").status()), "RECOVERY_INVALID");
  v1::RecoveryStatement no_time = Statement();
  no_time.clear_created_unix_ms();
  EXPECT_EQ(ErrorReason(NewRecovery(no_time).status()), "RECOVERY_INVALID");
}

}  // namespace
}  // namespace amana::envelope
