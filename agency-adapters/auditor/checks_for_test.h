// A mirror of a log in this process, and what the checks say of it.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_CHECKS_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_CHECKS_FOR_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/testing.h"

namespace amana::auditor {

inline StatementKey Referral(char id) {
  return {AgencyId::Create("police-a").value(), ReferralId::FromBytes(std::string(16, id)).value(),
          1};
}

inline std::string Number(uint64_t value) { return std::string(1, static_cast<char>(value)); }

// Of police-a's own referral, with the counter that the sequencer gives.
inline sdk::testing::SampleEvent Own(v1::EventKind kind, uint64_t counter, char referral = 'r') {
  return {kind, {}, Referral(referral), {{sdk::EventField::kSenderCounter, Number(counter)}}};
}

class ChecksTest : public ::testing::Test {
 protected:
  void SetUp() override { book_ = MirrorBook::Open(dir_.path()).value(); }
  absl::StatusOr<MirrorReport> Mirror() {
    return Follow(*client_, RealFileSystem(), dir_.path(), broker_.log(), *book_);
  }
  Evidence Held() {
    Evidence evidence{RealFileSystem(), dir_.path(), broker_.log(), envelope::SampleTime()};
    evidence.book = book_.get();
    evidence.agency = AgencyId::Create("police-a").value();
    return evidence;
  }
  CheckResult Result(const Evidence& evidence, std::string_view name) {
    const auto results = RunChecks(evidence);
    EXPECT_TRUE(results.ok()) << results.status();
    EXPECT_EQ(results->size(), 12u);
    for (const CheckResult& result : *results) {
      if (result.name == name) return result;
    }
    ADD_FAILURE() << name;
    return {};
  }
  // The reason for which this check fails; empty when it passes, "-" when it has nothing to look
  // at.
  std::string Reason(const Evidence& evidence, std::string_view name) {
    const CheckResult result = Result(evidence, name);
    if (result.outcome == CheckResult::Outcome::kNotApplicable) return "-";
    EXPECT_EQ(result.outcome == CheckResult::Outcome::kFailed, !result.failure.ok());
    return ErrorReason(result.failure);
  }

  TempDir dir_;
  sdk::testing::FakeBroker broker_{300};
  std::unique_ptr<sdk::Client> client_ = broker_.Connect();
  std::unique_ptr<MirrorBook> book_;
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_CHECKS_FOR_TEST_H_
