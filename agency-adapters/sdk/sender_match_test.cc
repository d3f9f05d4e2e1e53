// Whom a sender believes of those that the broker proposes.
#include <functional>
#include <string>
#include <utility>

#include "agency-adapters/sdk/sender_for_test.h"
#include "agency-adapters/sdk/testing_directory.h"
#include "base/status.h"
#include "proto/envelope/grant.h"

namespace amana::sdk {
namespace {

class SenderMatchTest : public SenderTest {
 protected:
  // Why the one candidate was refused; empty: it was believed.
  std::string Refused() {
    const auto result = sender_->Match(v1::SERVICE_TYPE_ACCOMMODATION, 47);
    AMANA_EXPECT_OK(result);
    if (!result.ok()) return ErrorReason(result.status());
    EXPECT_EQ(result->candidates.size() + result->refused.size(), 1u);
    return result->refused.empty() ? "" : ErrorReason(result->refused[0].second);
  }
  v1::Candidate& offered() { return *broker_.match.mutable_candidates(0); }

  testing::FakeDirectory directory_{broker_};
};

TEST_F(SenderMatchTest, ACandidateIsWhatItsEntrySays) {
  directory_.Set("shelter-a", {"annex", "intake"});
  directory_.Offer("shelter-a/intake");
  offered().set_kind(v1::AGENCY_KIND_HEALTH);  // the broker's word
  offered().set_county(3);
  offered().set_health_qualified(true);
  offered().add_reasons(v1::MATCH_REASON_IN_COUNTY);
  offered().set_free(4);
  offered().set_capacity_unix_ms(ToUnixMillis(clock_.Now()));
  const auto result = sender_->Match(v1::SERVICE_TYPE_ACCOMMODATION, 47);
  AMANA_ASSERT_OK(result);
  ASSERT_EQ(result->candidates.size(), 1u);
  const Candidate& one = result->candidates[0];
  EXPECT_EQ(ToString(one.address), "shelter-a/intake");
  EXPECT_EQ(one.kind, v1::AGENCY_KIND_SHELTER);
  EXPECT_EQ(one.county, 47u);
  EXPECT_EQ(one.entry_version, 1u);
  EXPECT_EQ(one.sealing, tests::TestSealer("shelter-a", "intake").certificate);
  EXPECT_EQ(one.reasons, std::vector{v1::MATCH_REASON_IN_COUNTY});
  EXPECT_EQ(one.free, 4u);
  EXPECT_EQ(one.counted, clock_.Now());
  v1::MatchRequest asked;
  ASSERT_TRUE(asked.ParseFromString(broker_.requests(kMatch.method)[0]));
  EXPECT_EQ(asked.sender().agency() + "/" + asked.sender().unit(), "police-a/desk");
}

TEST_F(SenderMatchTest, AKeyThatIsNotInTheEntryIsRefused) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Offer("shelter-a/intake");
  const tests::TestIdentity& slipped_in = tests::TestCert(
      "shelter-a", crypto::Role::kSystem, "intake", "", crypto::CertUsage::kSealing, 7);
  offered().set_sealing_certificate(std::string(slipped_in.certificate.der()));
  EXPECT_EQ(Refused(), "SEALING_NOT_LISTED");
  offered().mutable_address()->set_unit("annex");
  EXPECT_EQ(Refused(), "SEALING_NOT_LISTED");
}

TEST_F(SenderMatchTest, AKeyInTheEntryThatNoPinnedCaVouchesForIsRefused) {
  const tests::TestIdentity foreign = tests::MakeForeignCert(
      tests::TestSpiffe("shelter-a", crypto::Role::kSystem, "intake"), crypto::CertUsage::kSealing);
  directory_.Set("shelter-a", {"intake"}, [&](v1::DirectoryEntry& entry) {
    entry.mutable_units(0)->set_sealing_certificates(0, foreign.certificate.der());
  });
  directory_.Offer("shelter-a/intake");
  EXPECT_EQ(Refused(), "CERTIFICATE_UNPINNED");
}

TEST_F(SenderMatchTest, AnotherEntryThanWasNamedIsRefused) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Offer("shelter-a/intake");
  offered().set_entry_sha256(std::string(32, 'x'));
  EXPECT_EQ(Refused(), "ENTRY_MISMATCH");
  offered().set_entry_sha256("short");
  EXPECT_EQ(Refused(), "LENGTH_INVALID");
}

TEST_F(SenderMatchTest, AnOlderEntryIsRefused) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Offer("shelter-a/intake");
  const v1::Candidate old = offered();
  directory_.Set("shelter-a", {"annex", "intake"});
  broker_.match.Clear();
  directory_.Offer("shelter-a/intake");
  EXPECT_EQ(Refused(), "");
  offered() = old;
  EXPECT_EQ(Refused(), "ENTRY_ROLLED_BACK");
}

TEST_F(SenderMatchTest, OneThatIsRefusedKeepsNoOtherBack) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Set("iom-a", {"protection"});
  directory_.Offer("iom-a/protection");
  directory_.Offer("shelter-a/intake");
  offered().set_entry_sha256(std::string(32, 'x'));
  const auto result = sender_->Match(v1::SERVICE_TYPE_ACCOMMODATION, 47);
  AMANA_ASSERT_OK(result);
  ASSERT_EQ(result->candidates.size(), 1u);
  EXPECT_EQ(ToString(result->candidates[0].address), "shelter-a/intake");
  ASSERT_EQ(result->refused.size(), 1u);
  EXPECT_EQ(ToString(result->refused[0].first), "iom-a/protection");
}

TEST_F(SenderMatchTest, ALogThatWasForkedEndsTheMatter) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Offer("shelter-a/intake");
  EXPECT_EQ(Refused(), "");
  broker_.Fork();
  directory_.Set("shelter-a", {"annex", "intake"});
  broker_.match.Clear();
  directory_.Offer("shelter-a/intake");
  EXPECT_EQ(ErrorReason(sender_->Match(v1::SERVICE_TYPE_ACCOMMODATION, 47).status()), "LOG_FORKED");
}

TEST_F(SenderMatchTest, SaysWhatWasMissing) {
  broker_.match.set_missing(v1::ROUTE_GAP_CAPACITY);
  EXPECT_EQ(sender_->Match(v1::SERVICE_TYPE_ACCOMMODATION, 47)->missing, v1::ROUTE_GAP_CAPACITY);
}

TEST_F(SenderMatchTest, EntriesAreKeptForDaysWithoutALink) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Offer("shelter-a/intake");
  EXPECT_EQ(Refused(), "");
  Start();
  broker_.RefuseNext(kMatch.method, CallFailed(absl::StatusCode::kUnavailable, "no link"));
  AMANA_EXPECT_OK(sender_->Queue(Draft()));
}

TEST_F(SenderMatchTest, SealsToTheKeyOfTheNewestEntryThatIsHeld) {
  directory_.Set("shelter-a", {"intake"});
  directory_.Offer("shelter-a/intake");
  EXPECT_EQ(Refused(), "");
  const tests::TestIdentity& next = tests::TestCert("shelter-a", crypto::Role::kSystem, "intake",
                                                    "", crypto::CertUsage::kSealing, 1);
  directory_.Set("shelter-a", {"intake"}, [&](v1::DirectoryEntry& entry) {
    entry.mutable_units(0)->set_sealing_certificates(0, next.certificate.der());
  });
  AMANA_ASSERT_OK(sender_->directory().Fetch(AgencyId::Create("shelter-a").value()));
  AMANA_ASSERT_OK(sender_->Queue(Draft()));
  AMANA_ASSERT_OK(sender_->Flush());
  v1::SubmitRequest request;
  ASSERT_TRUE(request.ParseFromString(broker_.requests(kSubmit.method).at(0)));
  const auto grant = envelope::ParseGrant(request.submission().grants(0).envelope());
  AMANA_ASSERT_OK(grant);
  EXPECT_EQ(grant->recipient_cert, next.certificate.id());
}

}  // namespace
}  // namespace amana::sdk
