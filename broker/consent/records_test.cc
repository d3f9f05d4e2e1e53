#include "broker/consent/records.h"

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace amana::consent {
namespace {

// SYNTHETIC.
v1::ConsentRecord ValidRecord() {
  v1::ConsentRecord record;
  record.set_consent_id(std::string(16, 'c'));
  record.set_version(2);
  record.set_subject_pseudonym(std::string(16, 'p'));
  record.mutable_recorder()->set_agency("police");
  record.mutable_recorder()->set_unit("desk");
  record.set_given_by(v1::CONSENT_GIVER_GUARDIAN);
  record.set_authority_evidence_sha256(std::string(32, 'a'));
  record.set_child_assent(v1::CHILD_ASSENT_GIVEN);
  record.set_method(v1::CONSENT_METHOD_THUMBPRINT);
  record.set_language("swa");
  record.set_interpreter(true);
  record.add_purposes(v1::PURPOSE_PROTECTION);
  record.add_categories(v1::CATEGORY_RISK);
  record.add_categories(v1::CATEGORY_IDENTITY_MIN);
  v1::Address* recipient = record.add_recipients();
  recipient->set_agency("shelter-a");
  record.add_recipient_kinds(v1::AGENCY_KIND_IOM);
  record.set_onward(true);
  record.set_cross_border(true);
  record.set_valid_from_unix_ms(1'000);
  record.set_valid_until_unix_ms(2'000);
  record.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  record.set_evidence_sha256(std::string(32, 'e'));
  return record;
}

TEST(FromRecordTest, TakesOverEveryField) {
  const Digest digest = Digest::FromBytes(std::string(32, 'd')).value();
  const auto facts = FromRecord(ValidRecord(), {.authentic = true,
                                                .digest = digest,
                                                .registered_at = absl::FromUnixMillis(1'500),
                                                .withdrawn_at = absl::FromUnixMillis(1'600)});
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_TRUE(facts->authentic);
  EXPECT_EQ(facts->id.bytes(), std::string(16, 'c'));
  EXPECT_EQ(facts->version, 2u);
  EXPECT_EQ(facts->digest, digest);
  EXPECT_EQ(facts->pseudonym.bytes(), std::string(16, 'p'));
  EXPECT_EQ(ToString(facts->recorder), "police/desk");
  EXPECT_EQ(facts->given_by, v1::CONSENT_GIVER_GUARDIAN);
  EXPECT_EQ(facts->authority_evidence.bytes(), std::string(32, 'a'));
  EXPECT_EQ(facts->child_assent, v1::CHILD_ASSENT_GIVEN);
  EXPECT_EQ(facts->method, v1::CONSENT_METHOD_THUMBPRINT);
  EXPECT_EQ(facts->language, "swa");
  EXPECT_TRUE(facts->interpreter);
  EXPECT_EQ(facts->purposes, codes::PurposeSet{v1::PURPOSE_PROTECTION});
  EXPECT_EQ(facts->categories, (codes::CategorySet{v1::CATEGORY_RISK, v1::CATEGORY_IDENTITY_MIN}));
  ASSERT_EQ(facts->recipients.size(), 1u);
  EXPECT_EQ(facts->recipients[0].agency.value(), "shelter-a");
  EXPECT_TRUE(facts->recipients[0].unit.empty());
  EXPECT_EQ(facts->recipient_kinds, codes::AgencyKindSet{v1::AGENCY_KIND_IOM});
  EXPECT_TRUE(facts->onward);
  EXPECT_TRUE(facts->cross_border);
  EXPECT_EQ(facts->valid_from, absl::FromUnixMillis(1'000));
  EXPECT_EQ(facts->valid_until, absl::FromUnixMillis(2'000));
  EXPECT_EQ(facts->legal_basis, v1::LEGAL_BASIS_CONSENT);
  EXPECT_EQ(facts->evidence.bytes(), std::string(32, 'e'));
  EXPECT_TRUE(facts->determination.is_zero());
  EXPECT_TRUE(facts->officer.is_zero());
  EXPECT_EQ(facts->registered_at, absl::FromUnixMillis(1'500));
  EXPECT_EQ(facts->withdrawn_at, absl::FromUnixMillis(1'600));
}

struct BadRecord {
  std::string field;
  std::function<void(v1::ConsentRecord&)> spoil;
};

const std::vector<BadRecord>& BadRecords() {
  using Record = v1::ConsentRecord;
  static const auto* const bad = new std::vector<BadRecord>{
      {"consent_id", [](Record& r) { r.set_consent_id("short"); }},
      {"consent_id", [](Record& r) { r.set_consent_id(std::string(16, '\0')); }},
      {"version", [](Record& r) { r.clear_version(); }},
      {"subject_pseudonym", [](Record& r) { r.set_subject_pseudonym(std::string(17, 'p')); }},
      {"recorder.agency", [](Record& r) { r.clear_recorder(); }},
      {"recorder.agency", [](Record& r) { r.mutable_recorder()->set_agency("Police HQ"); }},
      {"recorder.unit", [](Record& r) { r.mutable_recorder()->clear_unit(); }},
      {"given_by", [](Record& r) { r.clear_given_by(); }},
      {"given_by", [](Record& r) { r.set_given_by(static_cast<v1::ConsentGiver>(9)); }},
      {"authority_evidence_sha256", [](Record& r) { r.clear_authority_evidence_sha256(); }},
      {"authority_evidence_sha256", [](Record& r) { r.set_authority_evidence_sha256("x"); }},
      {"child_assent", [](Record& r) { r.clear_child_assent(); }},
      {"method", [](Record& r) { r.set_method(static_cast<v1::ConsentMethod>(99)); }},
      {"language", [](Record& r) { r.set_language("sw"); }},
      {"language", [](Record& r) { r.set_language("SWA"); }},
      {"purposes", [](Record& r) { r.clear_purposes(); }},
      {"purposes[1]", [](Record& r) { r.add_purposes(v1::PURPOSE_PROTECTION); }},
      {"purposes[1]", [](Record& r) { r.add_purposes(v1::PURPOSE_UNSPECIFIED); }},
      {"categories", [](Record& r) { r.clear_categories(); }},
      {"categories[2]", [](Record& r) { r.add_categories(static_cast<v1::Category>(13)); }},
      {"recipients[0].agency", [](Record& r) { r.mutable_recipients(0)->clear_agency(); }},
      {"recipients[0].unit", [](Record& r) { r.mutable_recipients(0)->set_unit("no such!"); }},
      {"recipient_kinds[1]", [](Record& r) { r.add_recipient_kinds(v1::AGENCY_KIND_IOM); }},
      {"recipients",
       [](Record& r) {
         r.clear_recipients();
         r.clear_recipient_kinds();
       }},
      {"recipients",
       [](Record& r) {
         for (int i = 0; i < kMaxRecipients; ++i) r.add_recipients()->set_agency("iom");
       }},
      {"valid_from_unix_ms", [](Record& r) { r.clear_valid_from_unix_ms(); }},
      {"valid_from_unix_ms", [](Record& r) { r.set_valid_from_unix_ms(-1); }},
      {"valid_until_unix_ms", [](Record& r) { r.set_valid_until_unix_ms(1'000); }},
      {"legal_basis", [](Record& r) { r.clear_legal_basis(); }},
      {"evidence_sha256", [](Record& r) { r.clear_evidence_sha256(); }},
      {"determination_sha256",
       [](Record& r) {
         r.set_given_by(v1::CONSENT_GIVER_CHILDREN_OFFICER);
         r.set_officer_sha256(std::string(32, 'o'));
       }},
      {"officer_sha256",
       [](Record& r) {
         r.set_given_by(v1::CONSENT_GIVER_CHILDREN_OFFICER);
         r.set_determination_sha256(std::string(32, 'b'));
       }},
      {"officer_sha256", [](Record& r) { r.set_officer_sha256("short"); }},
  };
  return *bad;
}

TEST(FromRecordTest, NamesTheFieldThatIsWrong) {
  int index = 0;
  for (const BadRecord& bad : BadRecords()) {
    SCOPED_TRACE(testing::Message() << "case " << index++ << " " << bad.field);
    v1::ConsentRecord record = ValidRecord();
    bad.spoil(record);
    const auto facts = FromRecord(record, {});
    ASSERT_FALSE(facts.ok());
    EXPECT_EQ(ErrorReason(facts.status()), "CONSENT_FIELD_INVALID");
    EXPECT_EQ(ErrorField(facts.status()), bad.field);
    EXPECT_EQ(facts.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(FromRecordTest, OnlyTheOwnConsentNeedsNoAuthority) {
  v1::ConsentRecord record = ValidRecord();
  record.clear_authority_evidence_sha256();
  record.set_given_by(v1::CONSENT_GIVER_SELF);
  EXPECT_TRUE(FromRecord(record, {}).ok());
}

v1::Exclusion ValidExclusion() {
  v1::Exclusion exclusion;
  exclusion.set_exclusion_id(std::string(16, 'x'));
  exclusion.set_subject_pseudonym(std::string(16, 'p'));
  exclusion.mutable_recorder()->set_agency("iom");
  exclusion.mutable_recorder()->set_unit("desk");
  exclusion.mutable_excluded()->set_agency("shelter-a");
  exclusion.add_categories(v1::CATEGORY_FAMILY);
  return exclusion;
}

TEST(FromExclusionTest, TakesOverEveryField) {
  const auto facts = FromExclusion(ValidExclusion());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->id.bytes(), std::string(16, 'x'));
  EXPECT_EQ(facts->pseudonym.bytes(), std::string(16, 'p'));
  EXPECT_EQ(ToString(facts->recorder), "iom/desk");
  EXPECT_EQ(facts->excluded.agency.value(), "shelter-a");
  EXPECT_TRUE(facts->excluded.unit.empty());
  EXPECT_EQ(facts->categories, codes::CategorySet{v1::CATEGORY_FAMILY});
}

TEST(FromExclusionTest, NamesTheFieldThatIsWrong) {
  const auto field_of = [](const v1::Exclusion& exclusion) {
    return ErrorField(FromExclusion(exclusion).status());
  };
  v1::Exclusion exclusion = ValidExclusion();
  exclusion.clear_exclusion_id();
  EXPECT_EQ(field_of(exclusion), "exclusion_id");
  exclusion = ValidExclusion();
  exclusion.clear_subject_pseudonym();
  EXPECT_EQ(field_of(exclusion), "subject_pseudonym");
  exclusion = ValidExclusion();
  exclusion.clear_recorder();
  EXPECT_EQ(field_of(exclusion), "recorder.agency");
  exclusion = ValidExclusion();
  exclusion.clear_excluded();
  EXPECT_EQ(field_of(exclusion), "excluded.agency");
  exclusion = ValidExclusion();
  exclusion.add_categories(static_cast<v1::Category>(40));
  EXPECT_EQ(field_of(exclusion), "categories[1]");
}

TEST(FromWithdrawalTest, TakesOverOrNamesEveryField) {
  v1::Withdrawal withdrawal;
  EXPECT_EQ(ErrorField(FromWithdrawal(withdrawal).status()), "consent_id");
  withdrawal.set_consent_id(std::string(16, 'c'));
  EXPECT_EQ(ErrorField(FromWithdrawal(withdrawal).status()), "subject_pseudonym");
  withdrawal.set_subject_pseudonym(std::string(16, 'p'));
  EXPECT_EQ(ErrorField(FromWithdrawal(withdrawal).status()), "recorder.agency");
  withdrawal.mutable_recorder()->set_agency("shelter-a");
  EXPECT_EQ(ErrorField(FromWithdrawal(withdrawal).status()), "recorder.unit");
  withdrawal.mutable_recorder()->set_unit("intake");
  const auto facts = FromWithdrawal(withdrawal);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->consent.bytes(), std::string(16, 'c'));
  EXPECT_EQ(facts->pseudonym.bytes(), std::string(16, 'p'));
  EXPECT_EQ(ToString(facts->recorder), "shelter-a/intake");
}

v1::ReferralHeader ValidHeader() {
  v1::ReferralHeader header;
  header.mutable_sender()->set_agency("police");
  header.mutable_sender()->set_unit("desk");
  header.add_services()->set_service(v1::SERVICE_TYPE_MEDICAL);
  header.add_services()->set_service(v1::SERVICE_TYPE_RESCUE);
  header.set_urgency(v1::URGENCY_URGENT);
  header.set_subject_class(v1::SUBJECT_CLASS_MINOR);
  header.set_subject_pseudonym(std::string(16, 'p'));
  header.mutable_consent()->set_consent_id(std::string(16, 'c'));
  header.mutable_consent()->set_version(3);
  header.mutable_consent()->set_digest(std::string(32, 'd'));
  header.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  header.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_PROHIBITED);
  header.mutable_assertions()->set_guardian_conflict(true);
  header.mutable_assertions()->set_majority_month(700);
  header.mutable_assertions()->set_incapacity(true);
  header.set_cross_border(true);
  return header;
}

TEST(FromHeaderTest, TakesOverWhatConcernsTheTask) {
  const codes::CategorySet present{v1::CATEGORY_MEDICAL};
  const auto facts = FromHeader(ValidHeader(), 1, present, true);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_TRUE(facts->authentic);
  EXPECT_EQ(ToString(facts->sender), "police/desk");
  EXPECT_EQ(facts->service, v1::SERVICE_TYPE_RESCUE);
  EXPECT_EQ(facts->urgency, v1::URGENCY_URGENT);
  EXPECT_EQ(facts->subject_class, v1::SUBJECT_CLASS_MINOR);
  EXPECT_EQ(facts->pseudonym.bytes(), std::string(16, 'p'));
  ASSERT_TRUE(facts->pinned.has_value());
  EXPECT_EQ(facts->pinned->id.bytes(), std::string(16, 'c'));
  EXPECT_EQ(facts->pinned->version, 3u);
  EXPECT_EQ(facts->pinned->digest.bytes(), std::string(32, 'd'));
  EXPECT_EQ(facts->legal_basis, v1::LEGAL_BASIS_CONSENT);
  EXPECT_EQ(facts->embassy_contact, v1::EMBASSY_CONTACT_PROHIBITED);
  EXPECT_TRUE(facts->guardian_conflict);
  EXPECT_EQ(facts->majority_month, 700u);
  EXPECT_TRUE(facts->incapacity);
  EXPECT_TRUE(facts->cross_border);
  EXPECT_EQ(facts->categories, present);
}

TEST(FromHeaderTest, WhatIsKnownBesidesItsContentComesFromTheCaller) {
  HeaderContext context;
  context.authentic = true;
  context.digest = Digest::FromBytes(std::string(32, 'h')).value();
  context.signer = PersonId::Create("officer-1").value();
  context.signer_key = Digest::FromBytes(std::string(32, 'k')).value();
  v1::ReferralHeader header = ValidHeader();
  const auto facts = FromHeader(header, 1, {}, context);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_TRUE(facts->authentic);
  EXPECT_EQ(facts->digest, context.digest);
  EXPECT_EQ(ToString(facts->signer.address), "police/desk");
  EXPECT_EQ(facts->signer.person, context.signer);
  EXPECT_EQ(facts->signer.key, context.signer_key);
  EXPECT_FALSE(facts->onward);
  EXPECT_FALSE(facts->extract);
  header.mutable_parent()->set_version(1);
  EXPECT_TRUE(FromHeader(header, 1, {}, context)->onward);
}

TEST(FromHeaderTest, NamesTheFieldThatIsWrong) {
  const auto field_of = [](const v1::ReferralHeader& header, size_t task = 0) {
    const auto facts = FromHeader(header, task, {}, true);
    EXPECT_EQ(ErrorReason(facts.status()), "HEADER_FIELD_INVALID");
    return ErrorField(facts.status());
  };
  EXPECT_EQ(field_of(ValidHeader(), 2), "services");
  v1::ReferralHeader header = ValidHeader();
  header.mutable_sender()->clear_unit();
  EXPECT_EQ(field_of(header), "sender");
  header = ValidHeader();
  header.set_subject_pseudonym("short");
  EXPECT_EQ(field_of(header), "subject_pseudonym");
  header = ValidHeader();
  header.mutable_consent()->set_digest("short");
  EXPECT_EQ(field_of(header), "consent.digest");
  header = ValidHeader();
  header.mutable_consent()->set_consent_id("short");
  EXPECT_EQ(field_of(header), "consent.consent_id");
}

TEST(FromHeaderTest, AHeaderWithoutConsentPinsNone) {
  v1::ReferralHeader header = ValidHeader();
  header.clear_consent();
  const auto facts = FromHeader(header, 0, {}, true);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_FALSE(facts->pinned.has_value());
}

}  // namespace
}  // namespace amana::consent
