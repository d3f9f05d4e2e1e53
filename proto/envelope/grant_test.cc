#include "proto/envelope/grant.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "proto/crypto/hpke.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

class GrantTest : public testing::Test {
 protected:
  absl::StatusOr<v1::Grant> Later(const GrantRecipient& recipient) const {
    return MakeGrant(referral_, recipient, sample_.keys, SampleSigner().key,
                     SampleSigner().certificate, SampleTime() + absl::Hours(1));
  }
  void Refused(const v1::Grant& grant, std::string_view reason, std::string_view field) const {
    const absl::Status status = CheckGrant(grant, referral_).status();
    EXPECT_EQ(ErrorReason(status), reason) << status;
    EXPECT_EQ(ErrorField(status), field) << status;
  }
  // Changes the payload of a signed grant and signs it again, as a careless sender would.
  v1::Grant Resigned(const std::function<void(v1::WrapGrant&)>& change) const {
    v1::Grant grant = Later(recipient_).value();
    v1::WrapGrant message;
    EXPECT_TRUE(message.ParseFromString(grant.envelope().payload()));
    change(message);
    *grant.mutable_envelope() = SignMessage(kWrapGrantType, message, SampleSigner().key).value();
    return grant;
  }
  std::string WrapField(int wrap) const {
    return "wrap_slots[" + std::to_string(companion_.wraps(wrap).slot()) + "]";
  }

  const SealedSubmission sample_ = SampleSubmission();
  const ReferralStatement referral_ =
      ReferralStatement::Create(sample_.submission.header()).value();
  const GrantRecipient recipient_ = SampleRecipient("shelter-a/intake");
  const v1::Grant companion_ = sample_.submission.grants(0);
};

TEST_F(GrantTest, ACompanionIsNamedByTheHeader) {
  const auto grant = CheckGrant(companion_, referral_);
  ASSERT_TRUE(grant.ok()) << grant.status();
  EXPECT_TRUE(grant->companion);
  EXPECT_EQ(grant->referral, referral_.key());
  EXPECT_EQ(ToString(grant->recipient), "shelter-a/intake");
  EXPECT_EQ(grant->recipient_cert, recipient_.sealing.id());
  EXPECT_EQ(grant->signer, referral_.cert_id());
  EXPECT_EQ(grant->digest, crypto::Sha256(companion_.envelope().payload()));
  EXPECT_TRUE(referral_.NamesCompanion(grant->digest));
}

TEST_F(GrantTest, ALaterGrantIsSigned) {
  const v1::Grant later = Later(recipient_).value();
  const auto grant = CheckGrant(later, referral_);
  ASSERT_TRUE(grant.ok()) << grant.status();
  EXPECT_FALSE(grant->companion);
  EXPECT_FALSE(referral_.NamesCompanion(grant->digest));
  EXPECT_TRUE(VerifyEnvelope(later.envelope(), SampleSigner().certificate.public_key()).ok());
}

TEST_F(GrantTest, OnlyTheRecipientOpensItsWraps) {
  const GrantStatement grant = CheckGrant(companion_, referral_).value();
  const auto sealer = SampleSealer("shelter-a/intake");
  ASSERT_EQ(companion_.wraps_size(), 3);
  for (int i = 0; i < 3; ++i) {
    const SectionKey& section = sample_.keys[i];
    const auto key = OpenWrap(grant, companion_.wraps(i), section.stage, sealer.key);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_TRUE(key->SameAs(section.key));
    const auto stranger = SampleSealer("iom-a/protection");
    EXPECT_EQ(
        ErrorReason(OpenWrap(grant, companion_.wraps(i), section.stage, stranger.key).status()),
        "WRAP_OPEN_FAILED");
  }
}

TEST_F(GrantTest, AWrapIsBoundToItsContext) {
  const GrantStatement good = CheckGrant(companion_, referral_).value();
  const auto sealer = SampleSealer("shelter-a/intake");
  const v1::DisclosureStage stage = sample_.keys[0].stage;
  const auto open = [&](const GrantStatement& grant, const v1::Wrap& wrap,
                        v1::DisclosureStage with_stage) {
    return ErrorReason(OpenWrap(grant, wrap, with_stage, sealer.key).status());
  };
  const v1::Wrap& wrap = companion_.wraps(0);
  EXPECT_EQ(open(good, wrap, stage), "");
  EXPECT_EQ(open(good, wrap,
                 stage == v1::DISCLOSURE_STAGE_AT_OFFER ? v1::DISCLOSURE_STAGE_AT_ACCEPT
                                                        : v1::DISCLOSURE_STAGE_AT_OFFER),
            "WRAP_OPEN_FAILED");
  const std::function<void(GrantStatement&)> changes[] = {
      [](auto& g) { g.referral.referral = ReferralId(); },
      [](auto& g) { g.referral.version = 2; },
      [](auto& g) { g.message.mutable_slots_digest()->front() ^= 1; },
      [](auto& g) { g.signer = CertId(); },
      [](auto& g) { g.recipient_cert = CertId(); },
  };
  for (const auto& change : changes) {
    GrantStatement other = good;
    change(other);
    EXPECT_EQ(open(other, wrap, stage), "WRAP_OPEN_FAILED");
  }
  v1::Wrap moved = wrap;
  moved.set_slot((wrap.slot() + 1) % 16);
  EXPECT_EQ(open(good, moved, stage), "WRAP_OPEN_FAILED");
  moved = wrap;
  moved.set_enc(std::string(65, '\4'));
  EXPECT_EQ(open(good, moved, stage), "WRAP_OPEN_FAILED");
}

// The bytes of info and aad, put together by hand from the comments in referral.proto.
TEST_F(GrantTest, FollowsTheWrittenFormat) {
  const v1::Wrap& wrap = companion_.wraps(0);
  const std::string info = "amana/wrap/v1" + std::string("\0\0\0\1", 4) + std::string(16, 'r') +
                           std::string("\0\0\0\1", 4) + referral_.slots_digest().bytes() +
                           referral_.cert_id().bytes() + recipient_.sealing.id().bytes();
  const std::string aad = {0, 0, 0, static_cast<char>(wrap.slot()),
                           0, 0, 0, static_cast<char>(sample_.keys[0].stage)};
  const auto key = crypto::HpkeOpen(SampleSealer("shelter-a/intake").key, wrap.enc(), info, aad,
                                    wrap.sealed_key());
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(key->SameAs(sample_.keys[0].key));
}

TEST_F(GrantTest, SealsOnlyToTheRecipientsSealingCertificate) {
  const auto reason = [this](const std::string& address, const crypto::Certificate& certificate) {
    return ErrorReason(Later({SampleAddress(address), certificate}).status());
  };
  const auto& sealer = tests::TestSealer("shelter-a", "intake").certificate;
  EXPECT_EQ(reason("shelter-a/intake", sealer), "");
  EXPECT_EQ(reason("shelter-a/night", sealer), "CERTIFICATE_MISMATCH");
  EXPECT_EQ(reason("shelter-b/intake", sealer), "CERTIFICATE_MISMATCH");
  EXPECT_EQ(reason("police-a/desk", SampleSigner().certificate), "CERTIFICATE_MISMATCH");
}

TEST_F(GrantTest, IsMadeOnlyByTheSender) {
  const auto reason = [this](const crypto::EcdsaPrivateKey& key, const crypto::Certificate& cert) {
    return ErrorReason(
        MakeGrant(referral_, recipient_, sample_.keys, key, cert, SampleTime()).status());
  };
  const auto& other = tests::TestSigner("iom-a", crypto::Role::kSystem, "protection");
  EXPECT_EQ(reason(other.key, other.certificate), "CERTIFICATE_MISMATCH");
  EXPECT_EQ(reason(other.key, SampleSigner().certificate), "CERTIFICATE_MISMATCH");
}

TEST_F(GrantTest, RefusesSlotsThatDoNotAscend) {
  std::vector<SectionKey> keys = sample_.keys;
  std::swap(keys[0], keys[1]);
  const auto make = [&] {
    return ErrorReason(MakeGrant(referral_, recipient_, keys, SampleSigner().key,
                                 SampleSigner().certificate, SampleTime())
                           .status());
  };
  EXPECT_EQ(make(), "GRANT_FIELD_INVALID");
  keys = {sample_.keys[0]};
  keys[0].slot = 16;
  EXPECT_EQ(make(), "GRANT_FIELD_INVALID");
  keys.clear();
  EXPECT_EQ(make(), "");
}

TEST_F(GrantTest, RefusesCompanionsThatTheHeaderDoesNotName) {
  v1::Grant unsigned_grant = Later(recipient_).value();
  unsigned_grant.mutable_envelope()->clear_signature();
  Refused(unsigned_grant, "COMPANION_UNKNOWN", "companion_slots");
  const ReferralStatement other =
      ReferralStatement::Create(SampleSubmission('x').submission.header()).value();
  EXPECT_EQ(ErrorReason(CheckGrant(companion_, other).status()), "GRANT_MISMATCH");
}

TEST_F(GrantTest, RefusesGrantsOfOtherReferrals) {
  Refused(Resigned([](auto& m) { m.mutable_referral()->set_version(2); }), "GRANT_MISMATCH",
          "referral");
  Refused(Resigned([](auto& m) { m.mutable_referral()->set_sender_agency("iom-a"); }),
          "GRANT_MISMATCH", "referral");
  Refused(Resigned([](auto& m) { m.mutable_slots_digest()->front() ^= 1; }), "GRANT_MISMATCH",
          "slots_digest");
}

TEST_F(GrantTest, NamesEveryFieldThatIsWrong) {
  Refused(Resigned([](auto& m) { m.clear_meta(); }), "META_INVALID", "meta");
  Refused(Resigned([](auto& m) { m.clear_referral(); }), "GRANT_FIELD_INVALID", "referral");
  Refused(Resigned([](auto& m) { m.mutable_referral()->clear_version(); }), "GRANT_FIELD_INVALID",
          "referral.version");
  Refused(Resigned([](auto& m) { m.mutable_referral()->set_referral_id("r"); }), "LENGTH_INVALID",
          "referral.referral_id");
  Refused(Resigned([](auto& m) { m.mutable_referral()->clear_sender_agency(); }), "ID_INVALID",
          "referral.sender_agency");
  Refused(Resigned([](auto& m) { m.clear_slots_digest(); }), "LENGTH_INVALID", "slots_digest");
  Refused(Resigned([](auto& m) { m.mutable_recipient()->set_agency("A"); }), "ID_INVALID",
          "recipient.agency");
  Refused(Resigned([](auto& m) { m.mutable_recipient()->clear_unit(); }), "ID_INVALID",
          "recipient.unit");
  Refused(Resigned([](auto& m) { m.set_recipient_cert_id("c"); }), "LENGTH_INVALID",
          "recipient_cert_id");
  Refused(Resigned([](auto& m) { m.mutable_wrap_slots()->RemoveLast(); }), "GRANT_FIELD_INVALID",
          "wrap_slots");
  Refused(Resigned([](auto& m) { m.set_wrap_slots(4, "w"); }), "LENGTH_INVALID", "wrap_slots[4]");
}

TEST_F(GrantTest, RefusesOtherWraps) {
  const auto changed = [this](const std::function<void(v1::Grant&)>& change) {
    v1::Grant grant = companion_;
    change(grant);
    return grant;
  };
  Refused(changed([](auto& g) { g.mutable_wraps(1)->mutable_enc()->back() ^= 1; }), "WRAP_MISMATCH",
          WrapField(1));
  Refused(changed([](auto& g) { g.mutable_wraps(0)->mutable_sealed_key()->back() ^= 1; }),
          "WRAP_MISMATCH", WrapField(0));
  Refused(changed([](auto& g) { g.mutable_wraps(2)->mutable_sealed_key()->pop_back(); }),
          "WRAP_MISMATCH", WrapField(2));
  Refused(changed([](auto& g) { g.mutable_wraps(2)->clear_enc(); }), "WRAP_MISMATCH", WrapField(2));
  Refused(changed([](auto& g) { g.mutable_wraps(0)->set_slot(16); }), "WRAP_MISMATCH",
          "wrap_slots[16]");
  Refused(changed([](auto& g) { g.mutable_wraps()->SwapElements(0, 1); }), "WRAP_MISMATCH",
          WrapField(0));
  Refused(changed([](auto& g) { *g.add_wraps() = g.wraps(2); }), "WRAP_MISMATCH", WrapField(2));
  Refused(changed([](auto& g) { g.mutable_wraps(0)->MergeFromString("\x98\x06\x01"); }),
          "UNKNOWN_FIELD", "wraps");
  Refused(changed([](auto& g) { g.MergeFromString("\x98\x06\x01"); }), "UNKNOWN_FIELD", "grants");
  Refused(changed([](auto& g) { g.mutable_envelope()->MergeFromString("\x98\x06\x01"); }),
          "UNKNOWN_FIELD", "grants");
}

TEST_F(GrantTest, SelectedWrapsStillCheck) {
  const uint32_t kept = companion_.wraps(1).slot();
  const v1::Grant one = SelectWraps(companion_, {kept, 99});
  ASSERT_EQ(one.wraps_size(), 1);
  EXPECT_EQ(one.wraps(0).slot(), kept);
  EXPECT_TRUE(CheckGrant(one, referral_).ok());
  const v1::Grant none = SelectWraps(companion_, {});
  EXPECT_EQ(none.wraps_size(), 0);
  EXPECT_EQ(none.envelope().payload(), companion_.envelope().payload());
  EXPECT_TRUE(CheckGrant(none, referral_).ok());
}

}  // namespace
}  // namespace amana::envelope
