// What a case's facts make of a referral: the header but for what is drawn or looked up later, its
// sections, whom to ask. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_CASE_PLAN_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_CASE_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/mapping/case_facts.h"
#include "agency-adapters/runtime/config.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/envelope/sealing.h"

namespace amana::runtime {

struct PlannedSection {
  v1::Category category = v1::CATEGORY_UNSPECIFIED;
  std::string content;  // JSON
};

struct CasePlan {
  v1::ReferralHeader header;             // without id, version, sender, consent, pseudonym, slots
  std::vector<PlannedSection> sections;  // ascending by category
  std::vector<Address> recipients;       // named, each once
  bool by_route = false;                 // a service names nobody: the broker must match
  std::string consent;                   // the reference to the record; empty: none
};

// The record's word comes before [case]'s; of whom to ask, the service's own before the case's.
// Each of [case] copy_to whom no service asks is asked for OTHER. FACT_MISSING naming what neither
// says ("header.urgency", "header.services", "header.legal_basis", "header.embassy_contact",
// "header.consent" where the basis is CONSENT; for a service without recipient "header.county" and
// "header.sex"); REQUIRED_CATEGORY_MISSING naming the first category that a service needs and the
// case has not; ADDRESS_INVALID. Who was born when IDENTITY says is a minor or an adult today;
// without a word on it, of unknown age; a minor's birth date is needed (FACT_MISSING
// "IDENTITY.birthdate").
absl::StatusOr<CasePlan> PlanCase(const mapping::CaseFacts& facts, const CaseRules& rules,
                                  absl::Time now);

// The sections as the envelope takes them; they point into `sections`.
std::vector<envelope::SectionDraft> ToDrafts(const std::vector<PlannedSection>& sections);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_CASE_PLAN_H_
