#include "proto/envelope/section.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"

namespace amana::envelope {
namespace {

const ReferralId kReferral = ReferralId::FromBytes("sixteen bytes id").value();

SectionInput Input(std::string_view content) {
  return {5, v1::CATEGORY_MEDICAL, "text/plain", v1::DISCLOSURE_STAGE_AT_ACCEPT, content};
}

TEST(PaddedSize, IsTheSmallestBucket) {
  const struct {
    size_t content;
    uint32_t padded;
  } cases[] = {{0, 256},    {1, 256},       {220, 256},      {221, 512},      {476, 512},
               {477, 1024}, {65500, 65536}, {65501, 131072}, {131036, 131072}};
  for (const auto& one : cases) {
    EXPECT_EQ(PaddedSize(one.content).value(), one.padded) << one.content;
    EXPECT_TRUE(IsSizeBucket(one.padded));
  }
  EXPECT_EQ(kMaxContentSize, 131036u);
  EXPECT_EQ(ErrorReason(PaddedSize(131037).status()), "CONTENT_TOO_LARGE");
  for (const uint64_t other : {uint64_t{0}, uint64_t{128}, uint64_t{255}, uint64_t{257},
                               uint64_t{768}, uint64_t{262144}, uint64_t{1} << 40}) {
    EXPECT_FALSE(IsSizeBucket(other)) << other;
  }
}

TEST(Section, OpensToWhatWasSealedAtEveryBucketsEdge) {
  for (size_t bucket = kMinPaddedSize; bucket <= kMaxPaddedSize; bucket *= 2) {
    for (const size_t size : {bucket - kSectionFraming - 1, bucket - kSectionFraming}) {
      const std::string content = crypto::RandomBytes(size);
      const auto sealed = SealSection(kReferral, Input(content));
      ASSERT_TRUE(sealed.ok()) << sealed.status();
      EXPECT_EQ(sealed->opening.padded_size(), bucket);
      EXPECT_EQ(sealed->body.ciphertext().size(), bucket + 16);
      EXPECT_EQ(OpenSection(kReferral, sealed->opening, sealed->body, sealed->key).value(),
                content);
    }
  }
  const auto empty = SealSection(kReferral, Input("")).value();
  EXPECT_EQ(OpenSection(kReferral, empty.opening, empty.body, empty.key).value(), "");
}

TEST(Section, SaltsAndKeysAreFresh) {
  const SealedSection one = SealSection(kReferral, Input("same")).value();
  const SealedSection two = SealSection(kReferral, Input("same")).value();
  EXPECT_NE(one.opening.salt(), two.opening.salt());
  EXPECT_NE(one.opening.plaintext_commitment(), two.opening.plaintext_commitment());
  EXPECT_NE(one.body.ciphertext(), two.body.ciphertext());
  EXPECT_FALSE(one.key.SameAs(two.key));
}

TEST(Section, SealsOnlyWhatIsWellFormed) {
  EXPECT_EQ(ErrorReason(SealSection(kReferral, Input(std::string(131037, 'x'))).status()),
            "CONTENT_TOO_LARGE");
  SectionInput input = Input("x");
  input.slot = 16;
  EXPECT_EQ(ErrorField(SealSection(kReferral, input).status()), "openings[16].slot");
  input = Input("x");
  input.category = v1::CATEGORY_UNSPECIFIED;
  EXPECT_EQ(ErrorField(SealSection(kReferral, input).status()), "openings[5].category");
}

TEST(CheckOpening, NamesEveryFieldThatIsWrong) {
  using Opening = v1::SlotOpening;
  const struct {
    std::function<void(Opening&)> change;
    const char* field;
  } cases[] = {
      {[](Opening&) {}, ""},
      {[](Opening& o) { o.set_slot(16); }, "openings[16].slot"},
      {[](Opening& o) { o.clear_salt(); }, "openings[5].salt"},
      {[](Opening& o) { o.set_salt(std::string(17, 's')); }, "openings[5].salt"},
      {[](Opening& o) { o.clear_category(); }, "openings[5].category"},
      {[](Opening& o) { o.set_category(static_cast<v1::Category>(13)); }, "openings[5].category"},
      {[](Opening& o) { o.clear_stage(); }, "openings[5].stage"},
      {[](Opening& o) { o.set_stage(static_cast<v1::DisclosureStage>(3)); }, "openings[5].stage"},
      {[](Opening& o) { o.clear_media_type(); }, "openings[5].media_type"},
      {[](Opening& o) { o.set_media_type(std::string(64, 'm')); }, ""},
      {[](Opening& o) { o.set_media_type(std::string(65, 'm')); }, "openings[5].media_type"},
      {[](Opening& o) { o.set_media_type("text plain"); }, "openings[5].media_type"},
      {[](Opening& o) { o.set_media_type("t\xc5\xa9"); }, "openings[5].media_type"},
      {[](Opening& o) { o.set_padded_size(257); }, "openings[5].padded_size"},
      {[](Opening& o) { o.clear_plaintext_commitment(); }, "openings[5].plaintext_commitment"},
      {[](Opening& o) { o.set_ciphertext_sha256("x"); }, "openings[5].ciphertext_sha256"},
  };
  const Opening good = SealSection(kReferral, Input("x")).value().opening;
  for (const auto& one : cases) {
    Opening opening = good;
    one.change(opening);
    EXPECT_EQ(ErrorField(CheckOpening(opening)), one.field);
    EXPECT_EQ(ErrorReason(CheckOpening(opening)),
              *one.field == '\0' ? "" : "SECTION_FIELD_INVALID");
  }
  Opening unknown = good;
  ASSERT_TRUE(unknown.MergeFromString("\x98\x06\x01"));
  EXPECT_EQ(ErrorReason(CheckOpening(unknown)), "UNKNOWN_FIELD");
}

TEST(SlotHash, CoversEveryField) {
  const v1::SlotOpening good = SealSection(kReferral, Input("x")).value().opening;
  EXPECT_EQ(SlotHash(good), crypto::Sha256(good.SerializeAsString()));
  const std::function<void(v1::SlotOpening&)> changes[] = {
      [](auto& o) { o.mutable_salt()->back() ^= 1; },
      [](auto& o) { o.set_slot(6); },
      [](auto& o) { o.set_category(v1::CATEGORY_RISK); },
      [](auto& o) { o.set_media_type("text/plaim"); },
      [](auto& o) { o.set_padded_size(512); },
      [](auto& o) { o.set_stage(v1::DISCLOSURE_STAGE_AT_OFFER); },
      [](auto& o) { o.mutable_plaintext_commitment()->back() ^= 1; },
      [](auto& o) { o.mutable_ciphertext_sha256()->back() ^= 1; },
  };
  for (const auto& change : changes) {
    v1::SlotOpening other = good;
    change(other);
    EXPECT_NE(SlotHash(other), SlotHash(good));
  }
}

class OpenSectionTest : public testing::Test {
 protected:
  std::string Open() const {
    return ErrorReason(OpenSection(referral_, sealed_.opening, sealed_.body, sealed_.key).status());
  }
  // Seals `plaintext` as it is, framing and padding included.
  void Reseal(const std::string& plaintext, const std::string& content) {
    std::string aad = "amana/section/v1" + kReferral.bytes() + std::string("\0\0\0\5", 4);
    sealed_.body.set_ciphertext(
        crypto::AesGcmSeal(sealed_.key, std::string(12, '\0'), aad, plaintext).value());
    sealed_.opening.set_plaintext_commitment(
        crypto::Sha256({"amana/section/v1", plaintext.substr(0, 32), content}).bytes());
  }

  ReferralId referral_ = kReferral;
  SealedSection sealed_ = SealSection(kReferral, Input("content")).value();
};

TEST_F(OpenSectionTest, FollowsTheWrittenFormat) {
  const std::string content = "SYNTHETIC";
  std::string plaintext = std::string(32, 's') + std::string("\0\0\0\x09", 4) + content;
  plaintext.resize(256);
  Reseal(plaintext, content);
  EXPECT_EQ(OpenSection(referral_, sealed_.opening, sealed_.body, sealed_.key).value(), content);
}

TEST_F(OpenSectionTest, RefusesOtherSizesAndSlots) {
  sealed_.body.mutable_ciphertext()->push_back('x');
  EXPECT_EQ(Open(), "SECTION_MISMATCH");
  sealed_.body.mutable_ciphertext()->resize(100);
  EXPECT_EQ(Open(), "SECTION_MISMATCH");
  sealed_ = SealSection(kReferral, Input("content")).value();
  sealed_.body.set_slot(4);
  EXPECT_EQ(Open(), "SECTION_MISMATCH");
}

TEST_F(OpenSectionTest, RefusesAlteredBytesAndOtherContexts) {
  sealed_.body.mutable_ciphertext()->front() ^= 1;
  EXPECT_EQ(Open(), "SECTION_OPEN_FAILED");
  sealed_ = SealSection(kReferral, Input("content")).value();
  referral_ = ReferralId::FromBytes("another bytes id").value();
  EXPECT_EQ(Open(), "SECTION_OPEN_FAILED");
  referral_ = kReferral;
  sealed_.opening.set_slot(6);
  sealed_.body.set_slot(6);
  EXPECT_EQ(Open(), "SECTION_OPEN_FAILED");
  sealed_.opening.set_slot(5);
  sealed_.body.set_slot(5);
  sealed_.key = crypto::RandomSecret(32);
  EXPECT_EQ(Open(), "SECTION_OPEN_FAILED");
}

TEST_F(OpenSectionTest, RefusesAnotherCommitment) {
  sealed_.opening.mutable_plaintext_commitment()->front() ^= 1;
  EXPECT_EQ(Open(), "SECTION_MISMATCH");
}

TEST_F(OpenSectionTest, RefusesMalformedInsides) {
  std::string too_long =
      std::string(32, 's') + std::string("\0\0\0\xdd", 4) + std::string(220, 'c');
  Reseal(too_long, std::string(220, 'c'));
  EXPECT_EQ(Open(), "SECTION_MISMATCH");
  std::string padded = std::string(32, 's') + std::string("\0\0\0\1", 4) + "c";
  padded.resize(256);
  Reseal(padded, "c");
  EXPECT_EQ(Open(), "");
  padded.back() = '\1';
  Reseal(padded, "c");
  EXPECT_EQ(Open(), "SECTION_MISMATCH");
}

}  // namespace
}  // namespace amana::envelope
