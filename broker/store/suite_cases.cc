#include "broker/store/suite.h"

namespace amana::store {
namespace {

CaseRecord SampleCase(uint8_t number, std::string_view auditor, uint64_t log_index) {
  return {SampleAgency("police"), SampleKey(number).referral, SampleAgency(auditor), log_index};
}

TEST_P(StoreSuite, ACaseIsOpenToTheAgencyThatOpenedIt) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(AcceptSample(2)));
  const CaseRecord first = SampleCase(1, "oversight", 4);
  const auto open = [](const CaseRecord& opened, std::vector<StatementRecord> statements) {
    return [=](Transaction& tx) { return tx.cases().Open(opened, statements); };
  };
  AMANA_ASSERT_OK(Do(open(first, {SampleStatement(1), SampleStatement(2)})));
  AMANA_ASSERT_OK(Do(open(SampleCase(1, "oversight", 9), {SampleStatement(3)})));
  AMANA_ASSERT_OK(Do(open(SampleCase(1, "ombudsman", 7), {})));
  Reopen();
  const auto look = Look();
  const auto find = [&](uint8_t number, std::string_view sender, std::string_view auditor) {
    return look->cases()
        .Find(SampleAgency(sender), SampleKey(number).referral, SampleAgency(auditor))
        .value();
  };
  EXPECT_EQ(find(1, "police", "oversight"), first) << "the first stands";
  EXPECT_EQ(find(1, "police", "ombudsman")->log_index, 7u);
  EXPECT_FALSE(find(1, "police", "iom").has_value());
  EXPECT_FALSE(find(1, "iom", "oversight").has_value());
  EXPECT_FALSE(find(2, "police", "oversight").has_value());
  const ReferralId id = SampleKey(1).referral;
  for (const uint8_t number : {1, 2, 3}) {
    const StatementRecord kept = SampleStatement(number);
    EXPECT_EQ(Print(*look->cases().FindStatement(SampleAgency("police"), id, kept.digest).value()),
              Print(kept));
  }
  EXPECT_FALSE(look->cases()
                   .FindStatement(SampleAgency("police"), id, SampleStatement(4).digest)
                   ->has_value());
  EXPECT_EQ(ErrorReason(Do(open(SampleCase(9, "oversight", 1), {})).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace amana::store
