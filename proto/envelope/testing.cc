#include "proto/envelope/testing.h"

#include <cstdlib>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

template <class T>
T OrAbort(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << "sample: " << value.status() << '\n';
    std::abort();
  }
  return *std::move(value);
}

void SetServices(v1::ReferralHeader& header) {
  v1::ServiceRequest& shelter = *header.add_services();
  shelter.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  shelter.mutable_recipient()->set_agency("shelter-a");
  shelter.mutable_recipient()->set_unit("intake");
  v1::ServiceRequest& legal = *header.add_services();
  legal.set_service(v1::SERVICE_TYPE_LEGAL_AID);
  legal.mutable_route()->set_county(47);
  legal.mutable_route()->set_age_class(v1::SUBJECT_CLASS_ADULT);
  legal.mutable_route()->set_sex(v1::SEX_CONSTRAINT_FEMALE);
  legal.mutable_route()->set_language("swa");
}

}  // namespace

absl::Time SampleTime() {
  return absl::FromCivil(absl::CivilSecond(2031, 3, 4, 5, 6, 7), absl::UTCTimeZone());
}

Address SampleAddress(std::string_view text) { return OrAbort(ParseAddress(text, "address")); }

const tests::TestIdentity& SampleSigner() {
  return tests::TestSigner("police-a", crypto::Role::kSystem, "desk");
}

v1::ReferralHeader SampleHeader() {
  v1::ReferralHeader header;
  *header.mutable_meta() = MakeMeta(SampleSigner().certificate, SampleTime());
  header.set_referral_id(std::string(16, 'r'));
  header.set_version(1);
  header.mutable_sender()->set_agency("police-a");
  header.mutable_sender()->set_unit("desk");
  SetServices(header);
  header.set_urgency(v1::URGENCY_URGENT);
  header.set_subject_class(v1::SUBJECT_CLASS_ADULT);
  header.set_subject_pseudonym(std::string(16, 'p'));
  header.mutable_consent()->set_consent_id(std::string(16, 'c'));
  header.mutable_consent()->set_version(1);
  header.mutable_consent()->set_digest(std::string(32, 'd'));
  header.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  header.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_PROHIBITED);
  header.set_expires_unix_ms(amana::ToUnixMillis(SampleTime() + absl::Hours(24 * 30)));
  for (int i = 0; i < kSectionSlots; ++i) header.add_section_slots(std::string(32, 's'));
  for (int i = 0; i < kCompanionSlots; ++i) header.add_companion_slots(std::string(32, 'g'));
  return header;
}

SubmissionDraft SampleDraft(char referral) {
  static const std::string* const risk = new std::string(1500, 'x');
  SubmissionDraft draft;
  draft.header = SampleHeader();
  draft.header.set_referral_id(std::string(16, referral));
  draft.created = SampleTime();
  draft.sections = {{v1::CATEGORY_IDENTITY_MIN, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER,
                     R"({"given_name":"SYNTHETIC Amani"})"},
                    {v1::CATEGORY_RISK, "text/plain", v1::DISCLOSURE_STAGE_AT_OFFER, *risk},
                    {v1::CATEGORY_IDENTITY, "application/json", v1::DISCLOSURE_STAGE_AT_ACCEPT,
                     R"({"full_name":"SYNTHETIC Amani Test"})"}};
  draft.recipients = {{SampleRecipient("shelter-a/intake"), {}},
                      {SampleRecipient("iom-a/protection"), {}}};
  return draft;
}

SealedSubmission SampleSubmission(char referral) {
  return OrAbort(
      SealSubmission(SampleDraft(referral), SampleSigner().key, SampleSigner().certificate));
}

GrantRecipient SampleRecipient(std::string_view address) {
  const Address parsed = SampleAddress(address);
  return {parsed, tests::TestSealer(parsed.agency.value(), parsed.unit.value()).certificate};
}

SealingIdentity SampleSealer(std::string_view address) {
  const Address parsed = SampleAddress(address);
  const tests::TestIdentity& sealer = tests::TestSealer(parsed.agency.value(), parsed.unit.value());
  return {parsed, sealer.certificate, sealer.key};
}

}  // namespace amana::envelope
