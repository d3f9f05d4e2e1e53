#include "agency-adapters/auditor/breach.h"

#include <gtest/gtest.h>

#include "agency-adapters/auditor/bundle_for_test.h"

namespace amana::auditor {
namespace {

// BundleTest's mirror has one event that the officer signed: of referral 'a', the first.
class BreachTest : public BundleTest {
 protected:
  void SetUp() override {
    BundleTest::SetUp();
    for (int counter = 9; counter <= 12; ++counter) {
      SampleEvent event = Own(v1::EVENT_KIND_DELIVERY_LEASED, counter, counter == 10 ? 'b' : 'a');
      event.more[EventField::kRecipient] = counter == 12 ? "police-a/desk" : "shelter-a/intake";
      broker_.Append(event);
    }
    SampleEvent reached = Own(v1::EVENT_KIND_DELIVERY_LEASED, 13, 'c');
    reached.more[EventField::kRecipient] = "police-a/desk";
    broker_.Append(reached);
    AMANA_ASSERT_OK(
        Follow(*client_, RealFileSystem(), dir_.path(), broker_.log(), *book_).status());
  }

  std::string Told(const Breach& breach) {
    std::string text;
    for (const TouchedEvent& event : breach.events) {
      text += (text.empty() ? "" : " ") + std::string(HowName(event.how)) + "@" +
              std::to_string(event.index - kBefore + 1);
    }
    return text;
  }
  Breach By(const CertId& certificate, std::optional<absl::Time> from = {},
            std::optional<absl::Time> until = {}) {
    auto breach = TouchedBy(*book_, certificate, from, until);
    EXPECT_TRUE(breach.ok()) << breach.status();
    return *std::move(breach);
  }
  const CertId officer_ = Officer().certificate.id();
};

TEST_F(BreachTest, WhatItSignedWhatFollowedAndWhatReachedItsUnit) {
  const Breach breach = By(officer_);
  EXPECT_EQ(Told(breach),
            "SIGNED@1 FOLLOWED@3 FOLLOWED@5 FOLLOWED@7 FOLLOWED@9 FOLLOWED@11 FOLLOWED@12 "
            "REACHED@13");
  EXPECT_EQ(breach.certificate, Officer().certificate);
  ASSERT_EQ(breach.referrals.size(), 1u);
  const TouchedReferral& referral = breach.referrals.begin()->second;
  EXPECT_EQ(referral.signed_events, 1u);
  EXPECT_EQ(referral.deliveries, 3u);
  EXPECT_EQ(referral.recipients.size(), 2u);
  EXPECT_EQ(breach.signed_kinds.at(v1::EVENT_KIND_SUBMISSION_ACCEPTED), 1u);
  EXPECT_EQ(breach.hidden, 0u);
}

TEST_F(BreachTest, APeriodBoundsWhatWasDoneAndNotWhatCameOfIt) {
  EXPECT_EQ(Told(By(officer_, Second(1), Second(2))),
            "SIGNED@1 FOLLOWED@3 FOLLOWED@5 FOLLOWED@7 FOLLOWED@9 FOLLOWED@11 FOLLOWED@12");
  EXPECT_EQ(Told(By(officer_, Second(2))), "REACHED@12 REACHED@13");
  EXPECT_EQ(Told(By(officer_, Second(2), Second(12))), "");
}

TEST_F(BreachTest, AnUnknownCertificateTouchedNothingThatIsShown) {
  const Breach breach = By(CertId::FromBytes(std::string(32, 'x')).value());
  EXPECT_EQ(Told(breach), "");
  EXPECT_FALSE(breach.certificate.has_value());
}

TEST_F(BreachTest, WhereNoCertificateIsShownThatIsSaid) {
  const TempDir dir;
  const auto book = MirrorBook::Open(dir.path()).value();
  const auto whole = book_->Read(kBefore, 5);
  AMANA_ASSERT_OK(whole.status());
  std::vector<NewEvent> shown;
  for (const MirroredEvent& event : *whole) {
    const auto narrowed = Narrowed(event, transparency::FieldSet(0b11));
    const MirroredEvent partial{event.index, false, narrowed->partial().SerializeAsString()};
    shown.push_back({partial, ViewOf(partial).value()});
  }
  AMANA_ASSERT_OK(book->Add(shown, kBefore + 5));
  const auto breach = TouchedBy(*book, officer_, Second(2), std::nullopt);
  AMANA_ASSERT_OK(breach.status());
  EXPECT_EQ(breach->events.size(), 0u);
  EXPECT_EQ(breach->hidden, 4u);
}

}  // namespace
}  // namespace amana::auditor
