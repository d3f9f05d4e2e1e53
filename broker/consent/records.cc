#include "broker/consent/records.h"

#include <string>
#include <string_view>
#include <utility>

#include "broker/consent/errors.h"
#include "proto/codes/names.h"

namespace amana::consent {
namespace {

absl::Status Invalid(std::string_view field, std::string_view what) {
  return ConsentFieldInvalid(field, std::string(field) + ": " + std::string(what));
}

std::string Indexed(std::string_view list, int index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// An id of its length that is not all zero.
template <typename Id>
absl::StatusOr<Id> ParseId(std::string_view bytes, std::string_view field) {
  absl::StatusOr<Id> id = Id::FromBytes(bytes, field);
  if (!id.ok()) return Invalid(field, "must be " + std::to_string(Id::kSize) + " bytes");
  if (id->is_zero()) return Invalid(field, "must not be all zero");
  return id;
}

// A SHA-256; empty gives zero where it may be absent.
absl::StatusOr<Digest> ParseHash(std::string_view bytes, std::string_view field, bool required) {
  if (bytes.empty() && !required) return Digest();
  return ParseId<Digest>(bytes, field);
}

absl::StatusOr<Address> ParseParty(const v1::Address& party, std::string_view field,
                                   bool unit_required) {
  Address address;
  const std::string agency_field = std::string(field) + ".agency";
  absl::StatusOr<AgencyId> agency = AgencyId::Create(party.agency(), agency_field);
  if (!agency.ok()) return Invalid(agency_field, "must be an agency id");
  address.agency = *std::move(agency);
  if (party.unit().empty() && !unit_required) return address;
  const std::string unit_field = std::string(field) + ".unit";
  absl::StatusOr<UnitId> unit = UnitId::Create(party.unit(), unit_field);
  if (!unit.ok()) return Invalid(unit_field, "must be a unit id");
  address.unit = *std::move(unit);
  return address;
}

// A closed list: every code known, none twice.
template <typename E>
absl::StatusOr<codes::CodeSet<E>> ParseCodes(const google::protobuf::RepeatedField<int>& values,
                                             std::string_view field) {
  codes::CodeSet<E> set;
  for (int i = 0; i < values.size(); ++i) {
    const E code = static_cast<E>(values[i]);
    if (!codes::IsKnown(code)) return Invalid(Indexed(field, i), "must be a known code");
    if (set.Has(code)) return Invalid(Indexed(field, i), "must not be named twice");
    set.Add(code);
  }
  return set;
}

template <typename E>
absl::Status CheckKnown(E code, std::string_view field) {
  if (!codes::IsKnown(code)) return Invalid(field, "must be a known code");
  return absl::OkStatus();
}

bool IsLanguage(std::string_view code) {
  if (code.size() != 3) return false;
  for (const char c : code) {
    if (c < 'a' || c > 'z') return false;
  }
  return true;
}

absl::Status ReadIdentity(const v1::ConsentRecord& record, ConsentFacts& facts) {
  AMANA_ASSIGN_OR_RETURN(facts.id, ParseId<ConsentId>(record.consent_id(), "consent_id"));
  if (record.version() == 0) return Invalid("version", "must be 1 or more");
  facts.version = record.version();
  AMANA_ASSIGN_OR_RETURN(facts.pseudonym,
                         ParseId<Pseudonym>(record.subject_pseudonym(), "subject_pseudonym"));
  AMANA_ASSIGN_OR_RETURN(facts.recorder, ParseParty(record.recorder(), "recorder", true));
  return absl::OkStatus();
}

absl::Status ReadGiver(const v1::ConsentRecord& record, ConsentFacts& facts) {
  AMANA_RETURN_IF_ERROR(CheckKnown(record.given_by(), "given_by"));
  AMANA_RETURN_IF_ERROR(CheckKnown(record.child_assent(), "child_assent"));
  AMANA_RETURN_IF_ERROR(CheckKnown(record.method(), "method"));
  AMANA_RETURN_IF_ERROR(CheckKnown(record.legal_basis(), "legal_basis"));
  if (!IsLanguage(record.language())) return Invalid("language", "must be an ISO 639-3 code");
  facts.given_by = record.given_by();
  facts.child_assent = record.child_assent();
  facts.method = record.method();
  facts.legal_basis = record.legal_basis();
  facts.language = record.language();
  facts.interpreter = record.interpreter();
  const bool by_officer = record.given_by() == v1::CONSENT_GIVER_CHILDREN_OFFICER;
  AMANA_ASSIGN_OR_RETURN(facts.authority_evidence,
                         ParseHash(record.authority_evidence_sha256(), "authority_evidence_sha256",
                                   record.given_by() != v1::CONSENT_GIVER_SELF));
  AMANA_ASSIGN_OR_RETURN(facts.evidence,
                         ParseHash(record.evidence_sha256(), "evidence_sha256", true));
  AMANA_ASSIGN_OR_RETURN(facts.determination, ParseHash(record.determination_sha256(),
                                                        "determination_sha256", by_officer));
  AMANA_ASSIGN_OR_RETURN(facts.officer,
                         ParseHash(record.officer_sha256(), "officer_sha256", by_officer));
  return absl::OkStatus();
}

absl::Status ReadScope(const v1::ConsentRecord& record, ConsentFacts& facts) {
  AMANA_ASSIGN_OR_RETURN(facts.purposes, ParseCodes<v1::Purpose>(record.purposes(), "purposes"));
  if (facts.purposes.empty()) return Invalid("purposes", "must name at least one");
  AMANA_ASSIGN_OR_RETURN(facts.categories,
                         ParseCodes<v1::Category>(record.categories(), "categories"));
  if (facts.categories.empty()) return Invalid("categories", "must name at least one");
  if (record.recipients_size() > kMaxRecipients) {
    return Invalid("recipients", "must be at most " + std::to_string(kMaxRecipients));
  }
  for (int i = 0; i < record.recipients_size(); ++i) {
    AMANA_ASSIGN_OR_RETURN(Address recipient,
                           ParseParty(record.recipients(i), Indexed("recipients", i), false));
    facts.recipients.push_back(std::move(recipient));
  }
  AMANA_ASSIGN_OR_RETURN(facts.recipient_kinds,
                         ParseCodes<v1::AgencyKind>(record.recipient_kinds(), "recipient_kinds"));
  if (facts.recipients.empty() && facts.recipient_kinds.empty()) {
    return Invalid("recipients", "must name at least one recipient or kind");
  }
  facts.onward = record.onward();
  facts.cross_border = record.cross_border();
  return absl::OkStatus();
}

absl::Status ReadValidity(const v1::ConsentRecord& record, ConsentFacts& facts) {
  if (record.valid_from_unix_ms() <= 0) {
    return Invalid("valid_from_unix_ms", "must be after January 1970");
  }
  if (record.valid_until_unix_ms() <= record.valid_from_unix_ms()) {
    return Invalid("valid_until_unix_ms", "must be after valid_from_unix_ms");
  }
  facts.valid_from = absl::FromUnixMillis(record.valid_from_unix_ms());
  facts.valid_until = absl::FromUnixMillis(record.valid_until_unix_ms());
  return absl::OkStatus();
}

absl::Status HeaderInvalid(std::string_view field, std::string_view what) {
  return HeaderFieldInvalid(field, std::string(field) + ": " + std::string(what));
}

// The pin as the header has it, or none where the header names no consent.
absl::StatusOr<std::optional<PinnedConsent>> ReadPin(const v1::ReferralHeader& header) {
  if (!header.has_consent()) return std::optional<PinnedConsent>();
  const v1::ConsentRef& ref = header.consent();
  const absl::StatusOr<ConsentId> id = ConsentId::FromBytes(ref.consent_id());
  if (!id.ok()) return HeaderInvalid("consent.consent_id", "must be 16 bytes");
  const absl::StatusOr<Digest> digest = Digest::FromBytes(ref.digest());
  if (!digest.ok()) return HeaderInvalid("consent.digest", "must be 32 bytes");
  return std::optional<PinnedConsent>(PinnedConsent{*id, ref.version(), *digest});
}

}  // namespace

absl::StatusOr<ConsentFacts> FromRecord(const v1::ConsentRecord& record,
                                        const RecordContext& context) {
  ConsentFacts facts;
  facts.authentic = context.authentic;
  facts.digest = context.digest;
  facts.registered_at = context.registered_at;
  facts.withdrawn_at = context.withdrawn_at;
  AMANA_RETURN_IF_ERROR(ReadIdentity(record, facts));
  AMANA_RETURN_IF_ERROR(ReadGiver(record, facts));
  AMANA_RETURN_IF_ERROR(ReadScope(record, facts));
  AMANA_RETURN_IF_ERROR(ReadValidity(record, facts));
  return facts;
}

absl::StatusOr<ExclusionFacts> FromExclusion(const v1::Exclusion& exclusion) {
  ExclusionFacts facts;
  AMANA_ASSIGN_OR_RETURN(facts.id, ParseId<ConsentId>(exclusion.exclusion_id(), "exclusion_id"));
  AMANA_ASSIGN_OR_RETURN(facts.pseudonym,
                         ParseId<Pseudonym>(exclusion.subject_pseudonym(), "subject_pseudonym"));
  AMANA_ASSIGN_OR_RETURN(facts.recorder, ParseParty(exclusion.recorder(), "recorder", true));
  AMANA_ASSIGN_OR_RETURN(facts.excluded, ParseParty(exclusion.excluded(), "excluded", false));
  AMANA_ASSIGN_OR_RETURN(facts.categories,
                         ParseCodes<v1::Category>(exclusion.categories(), "categories"));
  return facts;
}

absl::StatusOr<WithdrawalFacts> FromWithdrawal(const v1::Withdrawal& withdrawal) {
  WithdrawalFacts facts;
  AMANA_ASSIGN_OR_RETURN(facts.consent, ParseId<ConsentId>(withdrawal.consent_id(), "consent_id"));
  AMANA_ASSIGN_OR_RETURN(facts.pseudonym,
                         ParseId<Pseudonym>(withdrawal.subject_pseudonym(), "subject_pseudonym"));
  AMANA_ASSIGN_OR_RETURN(facts.recorder, ParseParty(withdrawal.recorder(), "recorder", true));
  return facts;
}

absl::StatusOr<HeaderFacts> FromHeader(const v1::ReferralHeader& header, size_t task,
                                       codes::CategorySet present, const HeaderContext& context) {
  if (task >= static_cast<size_t>(header.services_size())) {
    return HeaderInvalid("services", "has no such task");
  }
  HeaderFacts facts;
  facts.authentic = context.authentic;
  facts.digest = context.digest;
  absl::StatusOr<Address> sender = ParseParty(header.sender(), "sender", true);
  if (!sender.ok()) return HeaderInvalid("sender", "must be an agency and a unit");
  facts.sender = *std::move(sender);
  facts.signer = {facts.sender, context.signer, context.signer_key};
  const absl::StatusOr<Pseudonym> pseudonym = Pseudonym::FromBytes(header.subject_pseudonym());
  if (!pseudonym.ok()) return HeaderInvalid("subject_pseudonym", "must be 16 bytes");
  facts.pseudonym = *pseudonym;
  AMANA_ASSIGN_OR_RETURN(facts.pinned, ReadPin(header));
  facts.service = header.services(static_cast<int>(task)).service();
  facts.urgency = header.urgency();
  facts.subject_class = header.subject_class();
  facts.legal_basis = header.legal_basis();
  facts.embassy_contact = header.assertions().embassy_contact();
  facts.guardian_conflict = header.assertions().guardian_conflict();
  facts.majority_month = header.assertions().majority_month();
  facts.incapacity = header.assertions().incapacity();
  facts.cross_border = header.cross_border();
  facts.onward = header.has_parent();
  facts.parent_received = context.parent_received;
  facts.extract = false;
  facts.categories = present;
  return facts;
}

absl::StatusOr<HeaderFacts> FromHeader(const v1::ReferralHeader& header, size_t task,
                                       codes::CategorySet present, bool authentic) {
  HeaderContext context;
  context.authentic = authentic;
  return FromHeader(header, task, present, context);
}

}  // namespace amana::consent
