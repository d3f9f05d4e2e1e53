#include "proto/envelope/header.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

using Header = v1::ReferralHeader;

absl::StatusOr<ReferralStatement> Create(const Header& header) {
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(std::string(kReferralType));
  envelope.set_payload(Serialize(header));
  envelope.set_signature("not looked at");
  return ReferralStatement::Create(std::move(envelope));
}

TEST(ReferralStatement, ViewsAValidHeader) {
  const auto statement = Create(SampleHeader());
  ASSERT_TRUE(statement.ok()) << statement.status();
  EXPECT_EQ(statement->key().sender.value(), "police-a");
  EXPECT_EQ(statement->key().referral.view(), std::string(16, 'r'));
  EXPECT_EQ(statement->key().version, 1u);
  EXPECT_EQ(ToString(statement->sender()), "police-a/desk");
  EXPECT_EQ(statement->subject().view(), std::string(16, 'p'));
  EXPECT_EQ(statement->cert_id(), SampleSigner().certificate.id());
  EXPECT_EQ(statement->created(), SampleTime());
  EXPECT_EQ(statement->expires(), SampleTime() + absl::Hours(24 * 30));
  EXPECT_EQ(statement->envelope().payload(), Serialize(SampleHeader()));
  EXPECT_EQ(statement->digest(), crypto::Sha256(Serialize(SampleHeader())));
  EXPECT_EQ(statement->slots_digest(), crypto::Sha256(std::string(16 * 32, 's')));
  EXPECT_EQ(statement->slot(15), std::string(32, 's'));
  EXPECT_TRUE(statement->NamesCompanion(Digest::FromBytes(std::string(32, 'g')).value()));
  EXPECT_FALSE(statement->NamesCompanion(Digest::FromBytes(std::string(32, 's')).value()));
}

TEST(ReferralStatement, ExpiresAtTheMomentOfExpiry) {
  const ReferralStatement statement = Create(SampleHeader()).value();
  EXPECT_TRUE(statement.CheckExpiry(statement.expires() - absl::Milliseconds(1)).ok());
  EXPECT_EQ(ErrorReason(statement.CheckExpiry(statement.expires())), "HEADER_EXPIRED");
  EXPECT_EQ(statement.CheckExpiry(statement.expires()).code(),
            absl::StatusCode::kFailedPrecondition);
}

struct HeaderCase {
  std::function<void(Header&)> change;
  const char* field;  // empty: good
  const char* reason = "HEADER_FIELD_INVALID";
};

void CheckCases(std::initializer_list<HeaderCase> cases) {
  int row = 0;
  for (const HeaderCase& one : cases) {
    Header header = SampleHeader();
    one.change(header);
    const auto statement = Create(header);
    EXPECT_EQ(ErrorField(statement.status()), one.field) << row << ' ' << statement.status();
    EXPECT_EQ(ErrorReason(statement.status()), *one.field == '\0' ? "" : one.reason) << row;
    ++row;
  }
}

v1::RouteRequest& Route(Header& header) { return *header.mutable_services(1)->mutable_route(); }
void Services(Header& header, int count) {
  header.clear_services();
  for (int i = 0; i < count; ++i) *header.add_services() = SampleHeader().services(i % 2);
}
void Minor(Header& header, uint32_t majority_month) {
  header.set_subject_class(v1::SUBJECT_CLASS_MINOR);
  header.mutable_assertions()->set_majority_month(majority_month);
}
int64_t Days(int days) { return amana::ToUnixMillis(SampleTime() + absl::Hours(24 * days)); }

TEST(ReferralStatement, ChecksIdentity) {
  CheckCases({
      {[](Header& h) { h.set_version(UINT32_MAX); }, ""},
      {[](Header& h) { h.clear_version(); }, "version"},
      {[](Header& h) { h.clear_referral_id(); }, "referral_id", "LENGTH_INVALID"},
      {[](Header& h) { h.set_referral_id("short"); }, "referral_id", "LENGTH_INVALID"},
      {[](Header& h) { h.clear_sender(); }, "sender.agency", "ID_INVALID"},
      {[](Header& h) { h.mutable_sender()->set_agency("Police"); }, "sender.agency", "ID_INVALID"},
      {[](Header& h) { h.mutable_sender()->clear_unit(); }, "sender.unit", "ID_INVALID"},
      {[](Header& h) { h.set_subject_pseudonym(std::string(17, 'p')); }, "subject_pseudonym",
       "LENGTH_INVALID"},
      {[](Header& h) { h.clear_meta(); }, "meta", "META_INVALID"},
      {[](Header& h) { h.mutable_meta()->set_suite(7); }, "meta.suite", "SUITE_UNSUPPORTED"},
  });
}

TEST(ReferralStatement, ChecksServices) {
  CheckCases({
      {[](Header& h) { Services(h, 1); }, ""},
      {[](Header& h) { Services(h, 16); }, ""},
      {[](Header& h) { Services(h, 0); }, "services"},
      {[](Header& h) { Services(h, 17); }, "services"},
      {[](Header& h) { h.mutable_services(1)->clear_service(); }, "services[1].service"},
      {[](Header& h) { h.mutable_services(0)->clear_recipient(); }, "services[0].target"},
      {[](Header& h) { h.mutable_services(0)->mutable_recipient()->set_agency("-a"); },
       "services[0].recipient.agency", "ID_INVALID"},
      {[](Header& h) { h.mutable_services(0)->mutable_recipient()->clear_unit(); },
       "services[0].recipient.unit", "ID_INVALID"},
      {[](Header& h) { Route(h).set_county(1); }, ""},
      {[](Header& h) { Route(h).clear_county(); }, "services[1].route.county"},
      {[](Header& h) { Route(h).set_county(48); }, "services[1].route.county"},
      {[](Header& h) { Route(h).clear_age_class(); }, "services[1].route.age_class"},
      {[](Header& h) { Route(h).clear_sex(); }, "services[1].route.sex"},
      {[](Header& h) { Route(h).clear_language(); }, ""},
      {[](Header& h) { Route(h).set_language("sw"); }, "services[1].route.language"},
      {[](Header& h) { Route(h).set_language("SWA"); }, "services[1].route.language"},
  });
}

TEST(ReferralStatement, ChecksTheSubject) {
  const auto month = static_cast<uint32_t>((2031 - 1970) * 12 + 2);  // March 2031
  CheckCases({
      {[](Header& h) { h.clear_urgency(); }, "urgency"},
      {[](Header& h) { h.clear_subject_class(); }, "subject_class"},
      {[](Header& h) { h.clear_assertions(); }, "assertions"},
      {[](Header& h) { h.mutable_assertions()->clear_embassy_contact(); },
       "assertions.embassy_contact"},
      {[](Header& h) { h.mutable_assertions()->set_majority_month(1); },
       "assertions.majority_month"},
      {[](Header& h) { h.set_subject_class(v1::SUBJECT_CLASS_AGE_UNKNOWN); }, ""},
      {[month](Header& h) { Minor(h, month); }, ""},
      {[month](Header& h) { Minor(h, month + 18 * 12 + 1); }, ""},
      {[month](Header& h) { Minor(h, month + 18 * 12 + 2); }, "assertions.majority_month"},
      {[](Header& h) { Minor(h, 0); }, "assertions.majority_month"},
      {[](Header& h) { Minor(h, UINT32_MAX); }, "assertions.majority_month"},
      {[month](Header& h) {
         Minor(h, month);
         h.set_subject_class(v1::SUBJECT_CLASS_AGE_UNKNOWN);
       },
       "assertions.majority_month"},
  });
}

TEST(ReferralStatement, ChecksConsent) {
  CheckCases({
      {[](Header& h) { h.clear_legal_basis(); }, "legal_basis"},
      {[](Header& h) { h.clear_consent(); }, "consent"},
      {[](Header& h) { h.set_legal_basis(v1::LEGAL_BASIS_VITAL_INTEREST); }, ""},
      {[](Header& h) {
         h.set_legal_basis(v1::LEGAL_BASIS_COURT_ORDER);
         h.clear_consent();
       },
       ""},
      {[](Header& h) { h.mutable_consent()->clear_version(); }, "consent.version"},
      {[](Header& h) { h.mutable_consent()->set_consent_id("c"); }, "consent.consent_id",
       "LENGTH_INVALID"},
      {[](Header& h) { h.mutable_consent()->clear_digest(); }, "consent.digest", "LENGTH_INVALID"},
  });
}

// A mother with two children, changed.
std::function<void(Header&)> Family(const std::function<void(v1::Family&)>& change) {
  return [change](Header& h) {
    h.set_group_id(std::string(16, 'g'));
    h.set_family_id(std::string(16, 'f'));
    v1::Family& family = *h.mutable_family();
    family.set_members(3);
    family.add_age_classes(v1::SUBJECT_CLASS_ADULT);
    family.add_age_classes(v1::SUBJECT_CLASS_MINOR);
    family.add_sexes(v1::SEX_CONSTRAINT_FEMALE);
    family.add_sexes(v1::SEX_CONSTRAINT_MALE);
    change(family);
  };
}

TEST(ReferralStatement, ChecksLifetimeAndLinks) {
  const auto parent = [](Header& h, const std::string& agency, uint32_t version) {
    h.mutable_parent()->set_sender_agency(agency);
    h.mutable_parent()->set_referral_id(std::string(16, 'r'));
    h.mutable_parent()->set_version(version);
  };
  CheckCases({
      {[](Header& h) { h.set_expires_unix_ms(Days(0) + 1); }, ""},
      {[](Header& h) { h.set_expires_unix_ms(Days(90)); }, ""},
      {[](Header& h) { h.set_expires_unix_ms(Days(0)); }, "expires_unix_ms"},
      {[](Header& h) { h.set_expires_unix_ms(Days(90) + 1); }, "expires_unix_ms"},
      {[](Header& h) { h.clear_expires_unix_ms(); }, "expires_unix_ms"},
      {[](Header& h) { h.set_expires_unix_ms(INT64_MAX); }, "expires_unix_ms"},
      {[](Header& h) { h.set_expires_unix_ms(INT64_MIN); }, "expires_unix_ms"},
      {[](Header& h) { h.set_group_id(std::string(16, 'g')); }, ""},
      {[](Header& h) { h.set_group_id("g"); }, "group_id", "LENGTH_INVALID"},
      {[](Header& h) { h.set_family_id(std::string(16, 'f')); }, "group_id"},
      {[](Header& h) {
         h.set_group_id(std::string(16, 'g'));
         h.set_family_id(std::string(16, 'f'));
       },
       ""},
      {[](Header& h) {
         h.set_group_id(std::string(16, 'g'));
         h.set_family_id("f");
       },
       "family_id", "LENGTH_INVALID"},
      {[](Header& h) { h.mutable_family()->set_members(2); }, "family_id"},
      {Family([](v1::Family&) {}), ""},
      {Family([](v1::Family& f) { f.set_members(64); }), ""},
      {Family([](v1::Family& f) { f.set_members(65); }), "family.members"},
      {Family([](v1::Family& f) { f.clear_members(); }), "family.members"},
      {Family([](v1::Family& f) { f.clear_age_classes(), f.clear_sexes(); }), ""},
      {Family([](v1::Family& f) { f.add_age_classes(v1::SUBJECT_CLASS_ADULT); }),
       "family.age_classes"},
      {Family([](v1::Family& f) { f.set_age_classes(0, v1::SUBJECT_CLASS_UNSPECIFIED); }),
       "family.age_classes"},
      {Family([](v1::Family& f) { f.add_sexes(v1::SEX_CONSTRAINT_MALE); }), "family.sexes"},
      {Family([](v1::Family& f) { f.set_sexes(0, v1::SEX_CONSTRAINT_ANY); }), "family.sexes"},
      {[](Header& h) { h.mutable_physical_custody()->set_agency("hospital-a"); }, ""},
      {[](Header& h) { h.mutable_physical_custody()->set_none(v1::NO_CUSTODY_STREET); }, ""},
      {[](Header& h) { h.mutable_physical_custody(); }, "physical_custody"},
      {[](Header& h) { h.mutable_physical_custody()->set_agency("A B"); },
       "physical_custody.agency", "ID_INVALID"},
      {[](Header& h) { h.mutable_physical_custody()->set_none(v1::NO_CUSTODY_UNSPECIFIED); },
       "physical_custody.none"},
      {[&](Header& h) { parent(h, "iom-a", 3); }, ""},
      {[&](Header& h) { parent(h, "police-a", 3); }, "parent"},
      {[&](Header& h) { parent(h, "iom-a", 0); }, "parent.version"},
      {[&](Header& h) { parent(h, "", 1); }, "parent.sender_agency", "ID_INVALID"},
      {[&](Header& h) {
         parent(h, "iom-a", 1);
         h.mutable_parent()->set_referral_id("r");
       },
       "parent.referral_id", "LENGTH_INVALID"},
  });
}

TEST(ReferralStatement, ChecksSlots) {
  CheckCases({
      {[](Header& h) { h.mutable_section_slots()->RemoveLast(); }, "section_slots"},
      {[](Header& h) { h.add_section_slots(std::string(32, 's')); }, "section_slots"},
      {[](Header& h) { h.set_section_slots(7, "s"); }, "section_slots[7]", "LENGTH_INVALID"},
      {[](Header& h) { h.clear_companion_slots(); }, "companion_slots"},
      {[](Header& h) { h.add_companion_slots(std::string(32, 'g')); }, "companion_slots"},
      {[](Header& h) { h.set_companion_slots(0, ""); }, "companion_slots[0]", "LENGTH_INVALID"},
  });
}

TEST(ReferralStatement, RefusesOtherPayloads) {
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(std::string(kConsentType));
  envelope.set_payload(Serialize(SampleHeader()));
  EXPECT_EQ(ErrorReason(ReferralStatement::Create(envelope).status()), "PAYLOAD_TYPE_UNEXPECTED");
  envelope.set_payload_type(std::string(kReferralType));
  envelope.mutable_payload()->push_back('\xff');
  EXPECT_EQ(ErrorReason(ReferralStatement::Create(envelope).status()), "TRUNCATED");
  envelope.clear_payload();
  EXPECT_EQ(ErrorReason(ReferralStatement::Create(envelope).status()), "META_INVALID");
}

}  // namespace
}  // namespace amana::envelope
