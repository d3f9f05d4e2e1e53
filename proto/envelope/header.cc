#include "proto/envelope/header.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/wire_walker.h"

namespace amana::envelope {
namespace {

constexpr uint32_t kCounties = 47;
constexpr uint32_t kMaxFamily = 64;
constexpr int64_t kMonthsOfChildhood = 18 * 12;

absl::Status Require(bool good, std::string_view field, std::string_view why) {
  return good ? absl::OkStatus() : HeaderFieldInvalid(field, why);
}

absl::StatusOr<Address> AddressOf(const v1::Address& wire, const std::string& field) {
  AMANA_ASSIGN_OR_RETURN(AgencyId agency, AgencyId::Create(wire.agency(), field + ".agency"));
  AMANA_ASSIGN_OR_RETURN(UnitId unit, UnitId::Create(wire.unit(), field + ".unit"));
  return Address{std::move(agency), std::move(unit)};
}

absl::Status CheckRoute(const v1::RouteRequest& route, const std::string& field) {
  AMANA_RETURN_IF_ERROR(Require(route.county() >= 1 && route.county() <= kCounties,
                                field + ".county", "must be 1 to 47"));
  AMANA_RETURN_IF_ERROR(
      Require(route.age_class() != v1::SUBJECT_CLASS_UNSPECIFIED, field + ".age_class", "missing"));
  AMANA_RETURN_IF_ERROR(
      Require(route.sex() != v1::SEX_CONSTRAINT_UNSPECIFIED, field + ".sex", "missing"));
  const std::string& language = route.language();
  const bool letters =
      std::all_of(language.begin(), language.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return Require(language.empty() || (language.size() == 3 && letters), field + ".language",
                 "must be three lower-case letters (ISO 639-3), or empty");
}

absl::Status CheckServices(const v1::ReferralHeader& header) {
  AMANA_RETURN_IF_ERROR(
      Require(header.services_size() >= 1 && header.services_size() <= kMaxServices, "services",
              "must be 1 to 16"));
  for (int i = 0; i < header.services_size(); ++i) {
    const v1::ServiceRequest& request = header.services(i);
    const std::string field = "services[" + std::to_string(i) + "]";
    AMANA_RETURN_IF_ERROR(
        Require(request.service() != v1::SERVICE_TYPE_UNSPECIFIED, field + ".service", "missing"));
    switch (request.target_case()) {
      case v1::ServiceRequest::kRecipient:
        AMANA_RETURN_IF_ERROR(AddressOf(request.recipient(), field + ".recipient").status());
        break;
      case v1::ServiceRequest::kRoute:
        AMANA_RETURN_IF_ERROR(CheckRoute(request.route(), field + ".route"));
        break;
      case v1::ServiceRequest::TARGET_NOT_SET:
        return HeaderFieldInvalid(field + ".target", "must have a recipient or a route");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckConsent(const v1::ReferralHeader& header) {
  AMANA_RETURN_IF_ERROR(
      Require(header.legal_basis() != v1::LEGAL_BASIS_UNSPECIFIED, "legal_basis", "missing"));
  if (!header.has_consent()) {
    return Require(header.legal_basis() != v1::LEGAL_BASIS_CONSENT, "consent",
                   "missing although the legal basis is consent");
  }
  const v1::ConsentRef& consent = header.consent();
  AMANA_RETURN_IF_ERROR(ConsentId::FromBytes(consent.consent_id(), "consent.consent_id").status());
  AMANA_RETURN_IF_ERROR(Require(consent.version() >= 1, "consent.version", "must be at least 1"));
  return Digest::FromBytes(consent.digest(), "consent.digest").status();
}

absl::Status CheckMajority(const v1::ReferralHeader& header) {
  constexpr std::string_view kField = "assertions.majority_month";
  const int64_t month = header.assertions().majority_month();
  if (header.subject_class() != v1::SUBJECT_CLASS_MINOR) {
    return Require(month == 0, kField, "given although the person is not a minor");
  }
  AMANA_RETURN_IF_ERROR(Require(month != 0, kField, "missing although the person is a minor"));
  const auto created =
      absl::ToCivilMonth(FromUnixMillis(header.meta().created_unix_ms()), absl::UTCTimeZone());
  // One more month: the sender's own may be ahead of UTC's.
  const int64_t latest = created - absl::CivilMonth(1970, 1) + kMonthsOfChildhood + 1;
  return Require(month <= latest, kField, "later than 18 years from now");
}

absl::Status CheckSubject(const v1::ReferralHeader& header) {
  AMANA_RETURN_IF_ERROR(Require(header.urgency() != v1::URGENCY_UNSPECIFIED, "urgency", "missing"));
  AMANA_RETURN_IF_ERROR(
      Require(header.subject_class() != v1::SUBJECT_CLASS_UNSPECIFIED, "subject_class", "missing"));
  AMANA_RETURN_IF_ERROR(CheckConsent(header));
  AMANA_RETURN_IF_ERROR(Require(header.has_assertions(), "assertions", "missing"));
  AMANA_RETURN_IF_ERROR(
      Require(header.assertions().embassy_contact() != v1::EMBASSY_CONTACT_UNSPECIFIED,
              "assertions.embassy_contact", "missing"));
  return CheckMajority(header);
}

absl::Status CheckLifetime(const v1::ReferralHeader& header) {
  // Subtracted the safe way round: created is between 1970 and 9999, expires anything.
  const int64_t created = header.meta().created_unix_ms();
  const int64_t latest = created + absl::ToInt64Milliseconds(kMaxLifetime);
  AMANA_RETURN_IF_ERROR(Require(header.expires_unix_ms() > created, "expires_unix_ms",
                                "must be after meta.created_unix_ms"));
  return Require(header.expires_unix_ms() <= latest, "expires_unix_ms",
                 "at most 90 days after meta.created_unix_ms");
}

template <typename Codes>
bool AscendsTo(const Codes& codes, int last) {
  int before = 0;
  for (const int code : codes) {
    if (code <= before || code > last) return false;
    before = code;
  }
  return true;
}

absl::Status CheckFamily(const v1::ReferralHeader& header) {
  if (!header.has_family()) return absl::OkStatus();
  const v1::Family& family = header.family();
  AMANA_RETURN_IF_ERROR(
      Require(!header.family_id().empty(), "family_id", "missing although a family is given"));
  AMANA_RETURN_IF_ERROR(Require(family.members() >= 1 && family.members() <= kMaxFamily,
                                "family.members", "must be 1 to 64"));
  AMANA_RETURN_IF_ERROR(Require(AscendsTo(family.age_classes(), v1::SubjectClass_MAX),
                                "family.age_classes", "known codes, ascending"));
  static_assert(v1::SEX_CONSTRAINT_FEMALE < v1::SEX_CONSTRAINT_MALE);
  return Require(AscendsTo(family.sexes(), v1::SEX_CONSTRAINT_MALE) &&
                     (family.sexes().empty() || family.sexes(0) >= v1::SEX_CONSTRAINT_FEMALE),
                 "family.sexes", "FEMALE, MALE, ascending");
}

absl::Status CheckLinks(const v1::ReferralHeader& header) {
  if (!header.group_id().empty()) {
    AMANA_RETURN_IF_ERROR(GroupId::FromBytes(header.group_id(), "group_id").status());
  }
  if (!header.family_id().empty()) {
    AMANA_RETURN_IF_ERROR(GroupId::FromBytes(header.family_id(), "family_id").status());
    AMANA_RETURN_IF_ERROR(
        Require(!header.group_id().empty(), "group_id", "missing although a family is given"));
  }
  AMANA_RETURN_IF_ERROR(CheckFamily(header));
  if (!header.has_parent()) return absl::OkStatus();
  const v1::StatementRef& parent = header.parent();
  AMANA_RETURN_IF_ERROR(AgencyId::Create(parent.sender_agency(), "parent.sender_agency").status());
  AMANA_RETURN_IF_ERROR(ReferralId::FromBytes(parent.referral_id(), "parent.referral_id").status());
  AMANA_RETURN_IF_ERROR(Require(parent.version() >= 1, "parent.version", "must be at least 1"));
  const bool itself = parent.sender_agency() == header.sender().agency() &&
                      parent.referral_id() == header.referral_id();
  return Require(!itself, "parent", "a referral cannot be its own parent");
}

absl::Status CheckCustody(const v1::ReferralHeader& header) {
  if (!header.has_physical_custody()) return absl::OkStatus();
  const v1::PhysicalCustody& custody = header.physical_custody();
  switch (custody.place_case()) {
    case v1::PhysicalCustody::kAgency:
      return AgencyId::Create(custody.agency(), "physical_custody.agency").status();
    case v1::PhysicalCustody::kNone:
      return Require(custody.none() != v1::NO_CUSTODY_UNSPECIFIED, "physical_custody.none",
                     "must say why");
    case v1::PhysicalCustody::PLACE_NOT_SET:
      break;
  }
  return HeaderFieldInvalid("physical_custody", "must be an agency or none");
}

absl::Status CheckSlots(const Slots& slots, int count, const std::string& field) {
  AMANA_RETURN_IF_ERROR(
      Require(slots.size() == count, field, "must be exactly " + std::to_string(count)));
  return CheckSlotSizes(slots, field);
}

// Of a header whose slots are not what they must be.
absl::Status SlotsError(const v1::ReferralHeader& header) {
  AMANA_RETURN_IF_ERROR(CheckSlots(header.section_slots(), kSectionSlots, "section_slots"));
  AMANA_RETURN_IF_ERROR(CheckSlots(header.companion_slots(), kCompanionSlots, "companion_slots"));
  return HeaderFieldInvalid("section_slots", "must be one after the other");
}

}  // namespace

Digest SlotsDigest(const Slots& section_slots) {
  crypto::Sha256Hasher hasher;
  for (const std::string& slot : section_slots) hasher.Update(slot);
  return hasher.Finish();
}

Digest SlotsDigest(const v1::ReferralHeader& header) { return SlotsDigest(header.section_slots()); }

absl::Status CheckSlotSizes(const Slots& slots, std::string_view field) {
  for (int i = 0; i < slots.size(); ++i) {
    if (slots[i].size() == Digest::kSize) continue;
    return Digest::FromBytes(slots[i], std::string(field) + "[" + std::to_string(i) + "]").status();
  }
  return absl::OkStatus();
}

bool SignedSlots::NamesCompanion(const Digest& payload_digest) const {
  return std::find(companions.begin(), companions.end(), payload_digest.view()) != companions.end();
}

// All but the slots, which stay where they are. A payload that has others is parsed whole, for what
// is wrong with it to be told in the order of its fields.
absl::Status ReferralStatement::ParseHeader(Data& data) {
  const std::string& payload = data.envelope.payload();
  // Nobody signed them, and they would go to every recipient.
  if (HasUnknownFields(data.envelope)) return UnknownField("header");
  if (data.envelope.payload_type() != kReferralType) return PayloadTypeUnexpected(kReferralType);
  AMANA_RETURN_IF_ERROR(CheckCanonical(*v1::ReferralHeader::descriptor(), payload));
  const std::optional<PayloadSlots> slots = PayloadSlots::Find(
      payload, {{v1::ReferralHeader::kSectionSlotsFieldNumber, kSectionSlots},
                {v1::ReferralHeader::kCompanionSlotsFieldNumber, kCompanionSlots}});
  if (slots.has_value() && slots->ParseRest(data.header) && data.header.section_slots().empty() &&
      data.header.companion_slots().empty()) {
    data.slots = *slots;
    return CheckMeta(data.header.has_meta(), data.header.meta());
  }
  AMANA_RETURN_IF_ERROR(ParsePayload(data.envelope, kReferralType, &data.header));
  return CheckMeta(data.header.has_meta(), data.header.meta());
}

absl::StatusOr<ReferralStatement> ReferralStatement::Create(v1::SignedEnvelope envelope) {
  auto data = std::make_shared<Data>();
  data->envelope = std::move(envelope);
  AMANA_RETURN_IF_ERROR(ParseHeader(*data));
  const v1::ReferralHeader& header = data->header;
  AMANA_ASSIGN_OR_RETURN(data->key.referral,
                         ReferralId::FromBytes(header.referral_id(), "referral_id"));
  AMANA_RETURN_IF_ERROR(Require(header.version() >= 1, "version", "must be at least 1"));
  AMANA_ASSIGN_OR_RETURN(data->sender, AddressOf(header.sender(), "sender"));
  AMANA_ASSIGN_OR_RETURN(data->subject, Pseudonym::FromBytes(header.subject_pseudonym()));
  AMANA_RETURN_IF_ERROR(CheckServices(header));
  AMANA_RETURN_IF_ERROR(CheckSubject(header));
  AMANA_RETURN_IF_ERROR(CheckLifetime(header));
  AMANA_RETURN_IF_ERROR(CheckLinks(header));
  AMANA_RETURN_IF_ERROR(CheckCustody(header));
  if (data->slots.empty()) return SlotsError(header);
  AMANA_ASSIGN_OR_RETURN(data->cert_id, CertId::FromBytes(header.meta().cert_id()));
  data->key.sender = data->sender.agency;
  data->key.version = header.version();
  data->created = FromUnixMillis(header.meta().created_unix_ms());
  data->expires = FromUnixMillis(header.expires_unix_ms());
  data->digest = PayloadDigest(data->envelope);
  crypto::Sha256Hasher slots_hasher;
  for (size_t i = 0; i < kSectionSlots; ++i) slots_hasher.Update(data->slots[i]);
  data->slots_digest = slots_hasher.Finish();
  return ReferralStatement(std::move(data));
}

SignedSlots ReferralStatement::slots() const {
  SignedSlots out{key(), cert_id(), slots_digest(), {}, {}};
  for (size_t i = 0; i < out.sections.size(); ++i) out.sections[i] = data_->slots[i];
  for (size_t i = 0; i < out.companions.size(); ++i) {
    out.companions[i] = data_->slots[kSectionSlots + i];
  }
  return out;
}

absl::Status ReferralStatement::CheckExpiry(absl::Time now) const {
  return now < expires() ? absl::OkStatus() : HeaderExpired();
}

}  // namespace amana::envelope
