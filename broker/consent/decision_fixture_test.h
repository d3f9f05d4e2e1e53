// One complete request that the consent decision permits; tests change one thing at a time.
// SYNTHETIC throughout.
#ifndef AMANA_BROKER_CONSENT_DECISION_FIXTURE_TEST_H_
#define AMANA_BROKER_CONSENT_DECISION_FIXTURE_TEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "broker/consent/decision.h"

namespace amana::consent {

template <typename Bytes>
Bytes Filled(char byte) {
  return Bytes::FromBytes(std::string(Bytes::kSize, byte)).value();
}

inline Address Party(std::string_view agency, std::string_view unit = "") {
  Address address;
  address.agency = AgencyId::Create(agency).value();
  if (!unit.empty()) address.unit = UnitId::Create(unit).value();
  return address;
}

// A person whose key is made of `key`.
inline Signatory Person(std::string_view agency, std::string_view person, char key) {
  return {.address = Party(agency, "desk"),
          .person = PersonId::Create(person).value(),
          .key = Filled<Digest>(key)};
}

inline const absl::Time kNow = absl::FromUnixMillis(1'790'000'000'000);  // September 2026
// Months since January 1970 of kNow.
inline constexpr uint32_t kThisMonth = 56 * 12 + 8;

struct Request {
  HeaderFacts header;
  std::vector<ConsentFacts> records;
  std::vector<ExclusionFacts> exclusions;
  std::vector<ApprovalFacts> approvals;
  std::vector<ReviewFacts> reviews;
  RecipientFacts recipient;
  Environment environment;

  Statements Said() const { return {records, exclusions, approvals, reviews}; }
  Decision Decide() const { return consent::Decide(header, Said(), recipient, environment); }
  ConsentFacts& pinned() { return records.front(); }
};

// Police refer an adult to a shelter on the adult's own consent.
inline Request PermittedRequest() {
  ConsentFacts consent;
  consent.authentic = true;
  consent.id = Filled<ConsentId>('c');
  consent.version = 1;
  consent.digest = Filled<Digest>('d');
  consent.pseudonym = Filled<Pseudonym>('p');
  consent.recorder = Party("police", "desk");
  consent.given_by = v1::CONSENT_GIVER_SELF;
  consent.child_assent = v1::CHILD_ASSENT_NOT_APPLICABLE;
  consent.method = v1::CONSENT_METHOD_WRITTEN;
  consent.language = "swa";
  consent.purposes = {v1::PURPOSE_PROTECTION};
  consent.categories = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK,
                        v1::CATEGORY_LEGAL};
  consent.recipient_kinds = {v1::AGENCY_KIND_SHELTER};
  consent.valid_from = kNow - absl::Hours(24);
  consent.valid_until = kNow + absl::Hours(24 * 30);
  consent.legal_basis = v1::LEGAL_BASIS_CONSENT;
  consent.evidence = Filled<Digest>('e');
  consent.registered_at = kNow - absl::Hours(20);

  Request request;
  request.header.authentic = true;
  request.header.digest = Filled<Digest>('h');
  request.header.signer = Person("police", "sender-1", '0');
  request.header.onward = false;
  request.header.extract = false;
  request.header.sender = Party("police", "desk");
  request.header.service = v1::SERVICE_TYPE_ACCOMMODATION;
  request.header.urgency = v1::URGENCY_NORMAL;
  request.header.subject_class = v1::SUBJECT_CLASS_ADULT;
  request.header.pseudonym = consent.pseudonym;
  request.header.pinned = PinnedConsent{consent.id, consent.version, consent.digest};
  request.header.legal_basis = v1::LEGAL_BASIS_CONSENT;
  request.header.categories = consent.categories;
  request.recipient.address = Party("shelter-a", "intake");
  request.recipient.kind = v1::AGENCY_KIND_SHELTER;
  request.recipient.abroad = false;
  request.environment = {.now = kNow, .clock_ok = true, .store_ok = true};
  request.records = {consent};
  return request;
}

// The same for a child, on a guardian's consent that ends before the child comes of age.
inline Request PermittedMinorRequest() {
  Request request = PermittedRequest();
  request.header.subject_class = v1::SUBJECT_CLASS_MINOR;
  request.header.majority_month = kThisMonth + 24;
  request.pinned().given_by = v1::CONSENT_GIVER_GUARDIAN;
  request.pinned().authority_evidence = Filled<Digest>('a');
  request.pinned().child_assent = v1::CHILD_ASSENT_GIVEN;
  return request;
}

// An hour old, and good for a day and an hour more.
inline ApprovalFacts Approving(const Request& request, const Signatory& approver) {
  ApprovalFacts approval;
  approval.authentic = true;
  approval.basis = request.header.legal_basis;
  approval.header = request.header.digest;
  approval.approver = approver;
  approval.on_approver_list = true;
  approval.categories = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_LOCATION, v1::CATEGORY_LEGAL,
                         v1::CATEGORY_MEDICAL};
  approval.has_citation = request.header.legal_basis != v1::LEGAL_BASIS_VITAL_INTEREST;
  approval.has_reason = true;
  approval.approved_at = kNow - absl::Hours(1);
  approval.lapses_at = kNow + absl::Hours(24);
  return approval;
}

// Upheld by a third person half an hour ago.
inline ReviewFacts Reviewing(const Request& request) {
  ReviewFacts review;
  review.authentic = true;
  review.header = request.header.digest;
  review.reviewer = Person("court", "reviewer-1", '3');
  review.on_approver_list = true;
  review.upheld = true;
  review.reviewed_at = kNow - absl::Minutes(30);
  return review;
}

// Police refer an adult to a shelter without any consent, which two people approved.
inline Request OverriddenRequest(v1::LegalBasis basis) {
  Request request = PermittedRequest();
  request.records.clear();
  request.header.pinned.reset();
  request.header.legal_basis = basis;
  request.header.service = v1::SERVICE_TYPE_BASIC_NEEDS;
  request.header.urgency = v1::URGENCY_EMERGENCY;
  request.header.categories = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_LOCATION};
  request.approvals = {Approving(request, Person("police", "approver-1", '1')),
                       Approving(request, Person("iom", "approver-2", '2'))};
  return request;
}

// Another consent of the same person, registered an hour after the pinned one.
inline ConsentFacts NewerConsent(const Request& request) {
  ConsentFacts newer = request.records.front();
  newer.id = Filled<ConsentId>('n');
  newer.digest = Filled<Digest>('n');
  newer.registered_at += absl::Hours(1);
  return newer;
}

inline ExclusionFacts Excluding(const Request& request, const Address& excluded,
                                codes::CategorySet categories = {}) {
  return {.id = Filled<ConsentId>('x'),
          .pseudonym = request.header.pseudonym,
          .recorder = Party("iom", "desk"),
          .excluded = excluded,
          .categories = categories};
}

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_DECISION_FIXTURE_TEST_H_
