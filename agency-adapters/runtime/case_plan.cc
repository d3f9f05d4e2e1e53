#include "agency-adapters/runtime/case_plan.h"

#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"
#include "agency-adapters/runtime/errors.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"

namespace amana::runtime {
namespace {

using mapping::CaseFacts;

constexpr char kMediaType[] = "application/json";

// The birth date, where IDENTITY says one and it is a date.
std::optional<absl::CivilDay> BirthdateOf(const CaseFacts& facts) {
  const auto identity = facts.sections.find(v1::CATEGORY_IDENTITY);
  if (identity == facts.sections.end() || !identity->second.is_object()) return std::nullopt;
  const auto birthdate = identity->second.find("birthdate");
  absl::CivilDay day;
  if (birthdate == identity->second.end() || !birthdate->is_string() ||
      !absl::ParseCivilTime(birthdate->get<std::string>(), &day)) {
    return std::nullopt;
  }
  return day;
}

absl::Status SetSubject(const CaseFacts& facts, absl::Time now, v1::ReferralHeader& header) {
  const std::optional<absl::CivilDay> birthdate = BirthdateOf(facts);
  v1::SubjectClass subject = facts.subject_class.value_or(v1::SUBJECT_CLASS_AGE_UNKNOWN);
  if (birthdate.has_value()) {
    // Of age on the day of the 18th birthday; who was born on 29 February, on 1 March.
    const absl::CivilDay majority(birthdate->year() + 18, birthdate->month(), birthdate->day());
    const bool minor = majority > absl::ToCivilDay(now, absl::UTCTimeZone());
    if (!facts.subject_class.has_value()) {
      subject = minor ? v1::SUBJECT_CLASS_MINOR : v1::SUBJECT_CLASS_ADULT;
    }
    if (minor != (subject == v1::SUBJECT_CLASS_MINOR)) {
      return ItemInvalid("header.subject_class", "is not what IDENTITY.birthdate says");
    }
    if (minor) {
      const auto months = (majority.year() - 1970) * 12 + majority.month() - 1;
      header.mutable_assertions()->set_majority_month(static_cast<uint32_t>(months));
    }
  } else if (subject == v1::SUBJECT_CLASS_MINOR) {
    return FactMissing("IDENTITY.birthdate");
  }
  header.set_subject_class(subject);
  return absl::OkStatus();
}

absl::StatusOr<Address> ParseAddress(const std::string& text, const char* field) {
  const size_t slash = text.find('/');
  const auto agency = AgencyId::Create(text.substr(0, slash));
  const auto unit = UnitId::Create(slash == std::string::npos ? "" : text.substr(slash + 1));
  if (agency.ok() && unit.ok()) return Address{*agency, *unit};
  return MakeError(absl::StatusCode::kInvalidArgument, "ADDRESS_INVALID", field,
                   "expected agency/unit");
}

absl::StatusOr<std::optional<Address>> RecipientOf(const CaseFacts& facts,
                                                   const mapping::ServiceFact& fact,
                                                   const CaseRules& rules) {
  if (fact.recipient.has_value()) {
    AMANA_ASSIGN_OR_RETURN(Address named,
                           ParseAddress(*fact.recipient, "header.services[].recipient"));
    return std::optional<Address>(std::move(named));
  }
  if (facts.recipient.has_value()) {
    AMANA_ASSIGN_OR_RETURN(Address named, ParseAddress(*facts.recipient, "header.recipient"));
    return std::optional<Address>(std::move(named));
  }
  const auto found = rules.recipients.find(fact.service);
  if (found == rules.recipients.end()) return std::optional<Address>();
  return std::optional<Address>(found->second);
}

bool IsAsked(const CasePlan& plan, const Address& address) {
  return std::ranges::find(plan.recipients, address) != plan.recipients.end();
}

void Ask(const Address& to, v1::ServiceRequest& request, CasePlan& plan) {
  request.mutable_recipient()->set_agency(to.agency.value());
  request.mutable_recipient()->set_unit(to.unit.value());
  if (!IsAsked(plan, to)) plan.recipients.push_back(to);
}

absl::Status AddService(const CaseFacts& facts, const mapping::ServiceFact& fact,
                        const CaseRules& rules, CasePlan& plan) {
  v1::ServiceRequest& request = *plan.header.add_services();
  request.set_service(fact.service);
  AMANA_ASSIGN_OR_RETURN(const std::optional<Address> to, RecipientOf(facts, fact, rules));
  if (to.has_value()) {
    Ask(*to, request, plan);
    return absl::OkStatus();
  }
  if (!facts.county.has_value()) return FactMissing("header.county");
  if (!facts.sex.has_value()) return FactMissing("header.sex");
  plan.by_route = true;
  v1::RouteRequest& route = *request.mutable_route();
  route.set_county(*facts.county);
  route.set_age_class(plan.header.subject_class());
  route.set_sex(*facts.sex);
  route.set_language(facts.language.value_or(""));
  return absl::OkStatus();
}

absl::Status CheckRequired(const CaseFacts& facts, v1::ServiceType service) {
  codes::CategorySet present;
  for (const auto& [category, section] : facts.sections) present.Add(category);
  for (const v1::Category category : codes::RequiredCategories(service) - present) {
    const std::string name(codes::CodeName(category));
    return MakeError(absl::StatusCode::kFailedPrecondition, "REQUIRED_CATEGORY_MISSING", name,
                     "a service cannot be given without " + name);
  }
  return absl::OkStatus();
}

absl::Status SetServices(const CaseFacts& facts, const CaseRules& rules, CasePlan& plan) {
  if (facts.services.empty()) return FactMissing("header.services");
  for (const mapping::ServiceFact& fact : facts.services) {
    AMANA_RETURN_IF_ERROR(AddService(facts, fact, rules, plan));
    AMANA_RETURN_IF_ERROR(CheckRequired(facts, fact.service));
  }
  for (const Address& to : rules.copy_to) {
    if (IsAsked(plan, to)) continue;
    AMANA_RETURN_IF_ERROR(CheckRequired(facts, v1::SERVICE_TYPE_OTHER));
    v1::ServiceRequest& copy = *plan.header.add_services();
    copy.set_service(v1::SERVICE_TYPE_OTHER);
    Ask(to, copy, plan);
  }
  return absl::OkStatus();
}

// The record's word, or the agency's for all its cases.
template <typename E>
absl::StatusOr<E> Said(const std::optional<E>& fact, const std::optional<E>& rule,
                       const char* field) {
  if (fact.has_value()) return *fact;
  if (rule.has_value()) return *rule;
  return FactMissing(field);
}

absl::Status SetCodes(const CaseFacts& facts, const CaseRules& rules, CasePlan& plan) {
  v1::ReferralHeader& header = plan.header;
  AMANA_ASSIGN_OR_RETURN(const v1::Urgency urgency,
                         Said(facts.urgency, rules.urgency, "header.urgency"));
  AMANA_ASSIGN_OR_RETURN(const v1::LegalBasis basis,
                         Said(facts.legal_basis, rules.legal_basis, "header.legal_basis"));
  AMANA_ASSIGN_OR_RETURN(
      const v1::EmbassyContact embassy,
      Said(facts.embassy_contact, rules.embassy_contact, "header.embassy_contact"));
  header.set_urgency(urgency);
  header.set_legal_basis(basis);
  header.mutable_assertions()->set_embassy_contact(embassy);
  // Who decides for a child depends on it, so a silence is no "no". Of an adult there is no
  // guardian.
  bool conflict = facts.guardian_conflict.value_or(false);
  if (header.subject_class() == v1::SUBJECT_CLASS_MINOR) {
    AMANA_ASSIGN_OR_RETURN(conflict, Said(facts.guardian_conflict, rules.guardian_conflict,
                                          "header.guardian_conflict"));
  }
  header.mutable_assertions()->set_guardian_conflict(conflict);
  header.mutable_assertions()->set_incapacity(facts.incapacity.value_or(false));
  header.set_cross_border(facts.cross_border.value_or(false));
  header.set_test(facts.test.value_or(rules.test));
  plan.consent = facts.consent.value_or("");
  if (basis == v1::LEGAL_BASIS_CONSENT && plan.consent.empty()) {
    return FactMissing("header.consent");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CasePlan> PlanCase(const CaseFacts& facts, const CaseRules& rules, absl::Time now) {
  CasePlan plan;
  AMANA_RETURN_IF_ERROR(SetSubject(facts, now, plan.header));
  AMANA_RETURN_IF_ERROR(SetCodes(facts, rules, plan));
  AMANA_RETURN_IF_ERROR(SetServices(facts, rules, plan));
  plan.header.set_expires_unix_ms(ToUnixMillis(now + rules.expires));
  for (const auto& [category, section] : facts.sections) {
    plan.sections.push_back(
        {category, section.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
  }
  return plan;
}

std::vector<envelope::SectionDraft> ToDrafts(const std::vector<PlannedSection>& sections) {
  std::vector<envelope::SectionDraft> drafts;
  drafts.reserve(sections.size());
  for (const PlannedSection& section : sections) {
    drafts.push_back(
        {section.category, kMediaType, codes::StageOf(section.category), section.content});
  }
  return drafts;
}

}  // namespace amana::runtime
