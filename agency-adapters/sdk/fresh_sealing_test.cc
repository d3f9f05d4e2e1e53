#include "agency-adapters/sdk/fresh_sealing.h"

#include <gtest/gtest.h>

#include "agency-adapters/sdk/sender_for_test.h"
#include "agency-adapters/sdk/testing_directory.h"

namespace amana::sdk {
namespace {

const Address kIntake = envelope::SampleAddress("shelter-a/intake");

const crypto::Certificate& SealerOf(int generation) {
  return tests::TestCert("shelter-a", crypto::Role::kSystem, "intake", "",
                         crypto::CertUsage::kSealing, generation)
      .certificate;
}

class FreshSealingTest : public SenderTest {
 protected:
  void Enrol(int generation) {
    directory_.Set("shelter-a", {"intake"}, [&](v1::DirectoryEntry& entry) {
      auto* certificates = entry.mutable_units(0)->mutable_sealing_certificates();
      certificates->Clear();
      *certificates->Add() = std::string(SealerOf(generation).der());
    });
  }

  testing::FakeDirectory directory_{broker_};
};

TEST_F(FreshSealingTest, OneThatEnrolledAgainIsSealedToByItsNewKey) {
  Enrol(0);
  AMANA_ASSERT_OK(sender_->directory().Fetch(kIntake.agency));
  Enrol(1);
  EXPECT_EQ(*sender_->SealingFor(kIntake, "to"), SealerOf(0)) << "what is remembered";
  EXPECT_EQ(*FreshSealing(*sender_, kIntake, "to"), SealerOf(1));
}

TEST_F(FreshSealingTest, WithoutAnAnswerNothingRememberedIsUsed) {
  Enrol(0);
  AMANA_ASSERT_OK(sender_->directory().Fetch(kIntake.agency));
  broker_.RefuseNext(kGetDirectoryEntry.method, absl::UnavailableError("away"));
  EXPECT_EQ(FreshSealing(*sender_, kIntake, "to").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(FreshSealingTest, OneWithoutAnEntryIsLookedForAmongTheCandidates) {
  directory_.Set("iom-a", {"reception"});
  AMANA_ASSERT_OK(sender_->AddCandidate(CandidateOf("shelter-a/intake")));
  EXPECT_EQ(*FreshSealing(*sender_, kIntake, "to"),
            tests::TestSealer("shelter-a", "intake").certificate);
}

}  // namespace
}  // namespace amana::sdk
