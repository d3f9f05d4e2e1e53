#include "broker/store/errors.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

Work Register(const consent::ConsentFacts& facts, uint32_t statement) {
  return [=](Transaction& tx) { return tx.consents().Register(facts, SampleStatement(statement)); };
}
Work Withdraw(uint32_t number, absl::Time at, uint32_t statement) {
  return [=](Transaction& tx) {
    return tx.consents().Withdraw(SampleId<ConsentId>(number), at, SampleStatement(statement));
  };
}

TEST_P(StoreSuite, ConsentsReadBackAsTheyWere) {
  consent::ConsentFacts second = SampleConsent(1, 2);
  second.legal_basis = v1::LEGAL_BASIS_COURT_ORDER;
  second.officer = SampleId<Digest>(4);
  AMANA_ASSERT_OK(Do(Register(SampleConsent(1, 1), 11)));
  AMANA_ASSERT_OK(Do(Register(second, 12)));
  AMANA_ASSERT_OK(Do(Register(SampleConsent(2, 1), 13)));
  Reopen();
  const auto look = Look();
  const ConsentId id = SampleId<ConsentId>(1);
  EXPECT_EQ(Print(*look->consents().Find(id, 1).value()), Print(SampleConsent(1, 1)));
  EXPECT_EQ(Print(*look->consents().Find(id, 0).value()), Print(second));
  EXPECT_FALSE(look->consents().Find(id, 3).value().has_value());
  EXPECT_FALSE(look->consents().Find(SampleId<ConsentId>(9), 0).value().has_value());
  EXPECT_EQ(Print(*look->consents().FindStatement(id, 2).value()), Print(SampleStatement(12)));
  EXPECT_FALSE(look->consents().FindStatement(id, 3).value().has_value());
  EXPECT_EQ(look->consents().OfSubject(SampleId<Pseudonym>(1)).value()->consents.size(), 2u);
  EXPECT_TRUE(look->consents().OfSubject(SampleId<Pseudonym>(9)).value()->consents.empty());
}

TEST_P(StoreSuite, AConsentVersionIsRegisteredOnce) {
  AMANA_ASSERT_OK(Do(Register(SampleConsent(1, 1), 11)));
  EXPECT_EQ(ErrorReason(Do(Register(SampleConsent(1, 1), 12)).status()), "CONFLICT");
}

TEST_P(StoreSuite, AWithdrawalHoldsForEveryVersionAndStands) {
  const absl::Time at = SampleTime() + absl::Hours(1);
  EXPECT_EQ(ErrorReason(Do(Withdraw(1, at, 20)).status()), "NOT_FOUND");
  AMANA_ASSERT_OK(Do(Register(SampleConsent(1, 1), 11)));
  AMANA_ASSERT_OK(Do(Withdraw(1, at, 20)));
  AMANA_ASSERT_OK(Do(Register(SampleConsent(1, 2), 12)));
  AMANA_ASSERT_OK(Do(Withdraw(1, at + absl::Hours(1), 21)));
  const auto look = Look();
  const SubjectRecords records = *look->consents().OfSubject(SampleId<Pseudonym>(1)).value();
  EXPECT_EQ(records.consents.size(), 2u);
  for (const auto& facts : records.consents) {
    EXPECT_EQ(facts.withdrawn_at, at) << facts.version;
  }
  EXPECT_EQ(look->consents().Find(SampleId<ConsentId>(1), 0).value()->withdrawn_at, at);
  EXPECT_EQ(Print(*look->consents().FindWithdrawal(SampleId<ConsentId>(1)).value()),
            Print(SampleStatement(20)));
  EXPECT_FALSE(look->consents().FindWithdrawal(SampleId<ConsentId>(2)).value().has_value());
}

TEST_P(StoreSuite, ExclusionsOfAPerson) {
  const auto exclude = [](uint32_t number) {
    return [=](Transaction& tx) {
      return tx.consents().RegisterExclusion(SampleExclusion(number), SampleStatement(number));
    };
  };
  AMANA_ASSERT_OK(Do(exclude(1)));
  EXPECT_EQ(ErrorReason(Do(exclude(1)).status()), "CONFLICT");
  const auto look = Look();
  const SubjectRecords records = *look->consents().OfSubject(SampleId<Pseudonym>(1)).value();
  ASSERT_EQ(records.exclusions.size(), 1u);
  EXPECT_EQ(records.exclusions[0].excluded, SampleExclusion(1).excluded);
  EXPECT_EQ(records.exclusions[0].recorder, SampleExclusion(1).recorder);
  EXPECT_EQ(Print(*look->consents().FindExclusion(SampleId<ConsentId>(1)).value()),
            Print(SampleStatement(1)));
}

// A store may remember what it has read: not beyond the next change, and not what was undone.
TEST_P(StoreSuite, AWorkSeesAPersonsRecordsAsTheyAreNow) {
  const auto read = [](Transaction& tx) {
    return *tx.consents().OfSubject(SampleId<Pseudonym>(1)).value();
  };
  const auto seen = [&] {
    SubjectRecords records;
    AMANA_EXPECT_OK(Do([&](Transaction& tx) {
      records = read(tx);
      return absl::OkStatus();
    }));
    return records;
  };
  AMANA_ASSERT_OK(Do(Register(SampleConsent(1, 1), 11)));
  EXPECT_EQ(seen().consents.size(), 1u);
  AMANA_ASSERT_OK(Do(Register(SampleConsent(1, 2), 12)));
  EXPECT_EQ(seen().consents.size(), 2u);
  const absl::Time at = SampleTime() + absl::Hours(1);
  const auto undone = Do([&](Transaction& tx) {
    AMANA_RETURN_IF_ERROR(Withdraw(1, at, 20)(tx));
    AMANA_RETURN_IF_ERROR(tx.consents().RegisterExclusion(SampleExclusion(1), SampleStatement(1)));
    EXPECT_TRUE(read(tx).consents[0].withdrawn_at.has_value());
    EXPECT_EQ(read(tx).exclusions.size(), 1u);
    return ConflictError("test");
  });
  EXPECT_EQ(ErrorReason(undone.status()), "CONFLICT");
  EXPECT_FALSE(seen().consents[0].withdrawn_at.has_value());
  EXPECT_TRUE(seen().exclusions.empty());
  AMANA_ASSERT_OK(Do(Withdraw(1, at, 20)));
  EXPECT_EQ(seen().consents[1].withdrawn_at, at);
}

TEST_P(StoreSuite, ACertificateOfAFailedWorkIsRememberedByTheNext) {
  const CertId id = SampleId<CertId>(7);
  const auto remember = [&](const absl::Status& end) {
    return Do([=](Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(tx.directory().RememberCertificate(id, "der"));
      return end;
    });
  };
  EXPECT_EQ(ErrorReason(remember(ConflictError("test")).status()), "CONFLICT");
  EXPECT_FALSE(Look()->directory().FindCertificate(id)->has_value());
  AMANA_ASSERT_OK(remember(absl::OkStatus()));
  AMANA_ASSERT_OK(remember(absl::OkStatus()));
  EXPECT_EQ(Look()->directory().FindCertificate(id)->value(), "der");
}

TEST_P(StoreSuite, TheDirectoryRemembers) {
  const auto look_before = Look();
  EXPECT_TRUE(look_before->directory().RegistryDigest()->is_zero());
  const CertId id = SampleId<CertId>(1);
  AMANA_ASSERT_OK(Do([id](Transaction& tx) -> absl::Status {
    AMANA_RETURN_IF_ERROR(tx.directory().RecordRegistry(SampleId<Digest>(1)));
    AMANA_RETURN_IF_ERROR(tx.directory().RecordRegistry(SampleId<Digest>(2)));
    AMANA_RETURN_IF_ERROR(tx.directory().RememberCertificate(id, "SYNTHETIC DER"));
    return tx.directory().RememberCertificate(id, "SYNTHETIC DER");
  }));
  const auto look = Look();
  EXPECT_EQ(look->directory().RegistryDigest().value(), SampleId<Digest>(2));
  EXPECT_EQ(look->directory().FindCertificate(id).value(), "SYNTHETIC DER");
  EXPECT_FALSE(look->directory().FindCertificate(SampleId<CertId>(2)).value().has_value());
}

}  // namespace
}  // namespace amana::store
