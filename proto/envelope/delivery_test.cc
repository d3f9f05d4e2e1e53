#include "proto/envelope/delivery.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

// A delivery on its way, as the broker would send it.
struct Sent {
  v1::Submission submission;  // header, openings and sections
  v1::Grant grant;
  google::protobuf::RepeatedField<uint32_t> withheld;
};

class OpenDeliveryTest : public testing::Test {
 protected:
  void SetUp() override {
    sent_.submission = sealed_.submission;
    sent_.grant = sealed_.submission.grants(0);
  }
  absl::StatusOr<OpenedDelivery> Open() const {
    return OpenDelivery({sent_.submission.header(), sent_.grant, sent_.submission.openings(),
                         sent_.submission.sections(), sent_.withheld},
                        certificates_, identities_);
  }
  void Refused(std::string_view reason) const {
    EXPECT_EQ(ErrorReason(Open().status()), reason) << Open().status();
  }
  // Withholds the section of opening `index`, as the broker does.
  void Withhold(int index) {
    sent_.withheld.Add(sent_.submission.openings(index).slot());
    sent_.submission.mutable_openings()->DeleteSubrange(index, 1);
    sent_.submission.mutable_sections()->DeleteSubrange(index, 1);
    std::vector<uint32_t> slots;
    for (const auto& opening : sent_.submission.openings()) slots.push_back(opening.slot());
    sent_.grant = SelectWraps(std::move(sent_.grant), slots);
  }
  v1::Grant Later(const tests::TestIdentity& signer) const {
    return MakeGrant(ReferralStatement::Create(sealed_.submission.header()).value(),
                     SampleRecipient("shelter-a/intake"), sealed_.keys, signer.key,
                     signer.certificate, SampleTime())
        .value();
  }

  const SealedSubmission sealed_ = SampleSubmission();
  Sent sent_;
  DeliveryCertificates certificates_ = {SampleSigner().certificate, std::nullopt};
  std::vector<SealingIdentity> identities_ = {SampleSealer("shelter-a/night"),
                                              SampleSealer("shelter-a/intake")};
};

TEST_F(OpenDeliveryTest, GivesWhatTheSenderSealed) {
  const auto opened = Open();
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ToString(opened->header.sender()), "police-a/desk");
  EXPECT_EQ(ToString(opened->grant.recipient), "shelter-a/intake");
  ASSERT_EQ(opened->sections.size(), 3u);
  for (const SectionDraft& draft : SampleDraft().sections) {
    bool found = false;
    for (const OpenedSection& section : opened->sections) {
      if (section.category != draft.category) continue;
      found = true;
      EXPECT_EQ(section.content, draft.content);
      EXPECT_EQ(section.media_type, draft.media_type);
      EXPECT_EQ(section.stage, draft.stage);
    }
    EXPECT_TRUE(found);
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(opened->sections[i].slot, sealed_.keys[i].slot);
    EXPECT_EQ(opened->sections[i].commitment.view(),
              sealed_.submission.openings(i).plaintext_commitment());
  }
}

TEST_F(OpenDeliveryTest, OpensTheRestWhenSectionsAreWithheld) {
  Withhold(1);
  const auto opened = Open();
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->sections.size(), 2u);
  EXPECT_EQ(opened->withheld_slots, std::vector<uint32_t>{sealed_.keys[1].slot});
  Withhold(0);
  Withhold(0);
  std::sort(sent_.withheld.begin(), sent_.withheld.end());
  ASSERT_TRUE(Open().ok()) << Open().status();
  EXPECT_TRUE(Open()->sections.empty());
}

TEST_F(OpenDeliveryTest, RefusesWithheldSlotsThatMakeNoSense) {
  sent_.withheld.Add(sealed_.keys[0].slot);
  Refused("SECTION_MISMATCH");
  sent_.withheld.Clear();
  sent_.withheld.Add(16);
  Refused("SECTION_MISMATCH");
  sent_.withheld.Clear();
  Withhold(0);
  sent_.withheld.Add(sent_.withheld[0]);
  Refused("SECTION_MISMATCH");
}

TEST_F(OpenDeliveryTest, RefusesAHeaderThatIsNotTheSenders) {
  sent_.submission.mutable_header()->mutable_signature()->back() ^= 1;
  Refused("SIGNATURE_INVALID");
  SetUp();
  v1::ReferralHeader header;
  ASSERT_TRUE(header.ParseFromString(sent_.submission.header().payload()));
  header.set_urgency(v1::URGENCY_NORMAL);
  sent_.submission.mutable_header()->set_payload(Serialize(header));
  Refused("SIGNATURE_INVALID");
  sent_.submission.mutable_header()->clear_payload();
  Refused("META_INVALID");
}

TEST_F(OpenDeliveryTest, RefusesOtherSenderCertificates) {
  certificates_.sender = tests::TestSigner("police-a", crypto::Role::kSystem, "other").certificate;
  Refused("CERTIFICATE_MISMATCH");
}

// An agency that signs, with its own certificate, a header that names another agency as the sender.
TEST_F(OpenDeliveryTest, RefusesASenderThatSpeaksForAnother) {
  const auto& other = tests::TestSigner("iom-a", crypto::Role::kSystem, "protection");
  v1::ReferralHeader header;
  ASSERT_TRUE(header.ParseFromString(sent_.submission.header().payload()));
  *header.mutable_meta() = MakeMeta(other.certificate, SampleTime());
  *sent_.submission.mutable_header() = SignMessage(kReferralType, header, other.key).value();
  certificates_.sender = other.certificate;
  Refused("CERTIFICATE_MISMATCH");
}

TEST_F(OpenDeliveryTest, VerifiesALaterGrant) {
  sent_.grant = Later(SampleSigner());
  EXPECT_TRUE(Open().ok()) << Open().status();
  const auto& colleague = tests::TestSigner("police-a", crypto::Role::kSystem, "other");
  sent_.grant = Later(colleague);
  Refused("CERTIFICATE_MISMATCH");
  certificates_.grant = colleague.certificate;
  EXPECT_TRUE(Open().ok()) << Open().status();
  sent_.grant.mutable_envelope()->mutable_signature()->back() ^= 1;
  Refused("SIGNATURE_INVALID");
}

TEST_F(OpenDeliveryTest, RefusesAGrantOfAnotherAgency) {
  const auto& other = tests::TestSigner("iom-a", crypto::Role::kSystem, "protection");
  v1::WrapGrant message;
  ASSERT_TRUE(message.ParseFromString(sent_.grant.envelope().payload()));
  *message.mutable_meta() = MakeMeta(other.certificate, SampleTime());
  *sent_.grant.mutable_envelope() = SignMessage(kWrapGrantType, message, other.key).value();
  certificates_.grant = other.certificate;
  Refused("CERTIFICATE_MISMATCH");
  sent_.grant.mutable_envelope()->clear_signature();
  Refused("COMPANION_UNKNOWN");
}

TEST_F(OpenDeliveryTest, NeedsTheRightSealingKey) {
  identities_.pop_back();
  Refused("SEALING_KEY_MISSING");
  identities_ = {SampleSealer("shelter-a/intake")};
  identities_[0].address = SampleAddress("shelter-a/night");
  Refused("GRANT_MISMATCH");
  identities_ = {SampleSealer("shelter-a/intake")};
  identities_[0].key = SampleSealer("shelter-a/night").key;
  Refused("WRAP_OPEN_FAILED");
}

TEST_F(OpenDeliveryTest, NeedsAWrapForEverySection) {
  sent_.grant = SelectWraps(sent_.grant, {sealed_.keys[0].slot, sealed_.keys[2].slot});
  Refused("WRAP_MISSING");
  EXPECT_EQ(ErrorField(Open().status()),
            "wrap_slots[" + std::to_string(sealed_.keys[1].slot) + "]");
}

TEST_F(OpenDeliveryTest, RefusesAlteredSections) {
  sent_.submission.mutable_sections(2)->mutable_ciphertext()->front() ^= 1;
  Refused("SECTION_MISMATCH");
  SetUp();
  sent_.submission.mutable_openings(0)->set_media_type("text/html");
  Refused("SECTION_MISMATCH");
  SetUp();
  sent_.grant.mutable_wraps(0)->mutable_sealed_key()->front() ^= 1;
  Refused("WRAP_MISMATCH");
}

// Everything fits its hashes, yet the sender's own words contradict each other.
TEST_F(OpenDeliveryTest, RefusesASectionSealedWithAnotherKey) {
  const SealedSubmission other = SampleSubmission();
  std::vector<SectionKey> keys = sealed_.keys;
  for (size_t i = 0; i < keys.size(); ++i) keys[i].key = other.keys[i].key;
  sent_.grant = MakeGrant(ReferralStatement::Create(sealed_.submission.header()).value(),
                          SampleRecipient("shelter-a/intake"), keys, SampleSigner().key,
                          SampleSigner().certificate, SampleTime())
                    .value();
  Refused("SECTION_OPEN_FAILED");
}

TEST_F(OpenDeliveryTest, RefusesAGrantForAnotherReferral) {
  sent_.grant = SampleSubmission('x').submission.grants(0);
  Refused("GRANT_MISMATCH");
}

}  // namespace
}  // namespace amana::envelope
