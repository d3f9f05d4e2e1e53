// Seeded random requests for property tests, near enough to a permitted one that every outcome and
// every rule comes up. AMANA_PROPERTY_CASES says how many (1,000), AMANA_SEED where to begin (1):
// case i of seed s is case 0 of seed s + i. SYNTHETIC throughout.
#ifndef AMANA_BROKER_CONSENT_DECISION_GENERATOR_TEST_H_
#define AMANA_BROKER_CONSENT_DECISION_GENERATOR_TEST_H_

#include <cstdio>
#include <cstdlib>
#include <random>

#include "broker/consent/decision.h"
#include "broker/consent/decision_fixture_test.h"
#include "gtest/gtest.h"

namespace amana::consent {

inline uint64_t NumberFrom(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

inline int CaseCount() {
  static const int count = static_cast<int>(NumberFrom("AMANA_PROPERTY_CASES", 1'000));
  return count;
}

inline uint64_t FirstSeed() {
  static const uint64_t seed = [] {
    const uint64_t given = NumberFrom("AMANA_SEED", 1);
    std::printf("AMANA_SEED=%llu AMANA_PROPERTY_CASES=%d\n", static_cast<unsigned long long>(given),
                CaseCount());
    return given;
  }();
  return seed;
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }
  std::mt19937_64& random() { return random_; }

  // A set of the first `count` codes in which most are.
  template <typename E>
  codes::CodeSet<E> Most(int count, int one_out_in) {
    codes::CodeSet<E> set;
    for (int code = 1; code <= count; ++code) {
      if (!OneIn(one_out_in)) set.Add(static_cast<E>(code));
    }
    return set;
  }

  Address Place() {
    static const Address places[] = {Party("shelter-a", "intake"), Party("shelter-a", "clinic"),
                                     Party("iom", "desk"), Party("police", "desk")};
    return places[Below(4)];
  }
  absl::Time Around(int hours) { return kNow + absl::Hours(Below(2 * hours + 1) - hours); }

  ConsentFacts Record(int index, const Pseudonym& person) {
    ConsentFacts record = PermittedRequest().records.front();
    record.authentic = !OneIn(60);
    record.pseudonym = OneIn(20) ? Filled<Pseudonym>('q') : person;
    record.id = Filled<ConsentId>(OneIn(2) ? 'c' : static_cast<char>('f' + index));
    record.version = static_cast<uint32_t>(index + 1);
    record.digest = Filled<Digest>(static_cast<char>('A' + index));
    record.recorder = OneIn(5) ? Place() : Party("police", "desk");
    record.given_by = OneIn(3) ? static_cast<v1::ConsentGiver>(1 + Below(5)) : record.given_by;
    if (OneIn(2)) record.determination = record.officer = Filled<Digest>('o');
    record.child_assent = static_cast<v1::ChildAssent>(OneIn(4) ? 1 + Below(4) : 2);
    record.purposes = Most<v1::Purpose>(v1::Purpose_MAX, 10);
    record.categories = Most<v1::Category>(v1::Category_MAX, 12);
    record.recipient_kinds = Most<v1::AgencyKind>(v1::AgencyKind_MAX, 5);
    for (int i = Below(3); i > 0; --i) record.recipients.push_back(Place());
    record.onward = OneIn(2);
    record.cross_border = OneIn(2);
    if (OneIn(6)) record.valid_from = Around(10);
    if (OneIn(6)) record.valid_until = Around(100);
    record.registered_at = Around(20) - absl::Hours(20);
    if (OneIn(25)) record.withdrawn_at = Around(40);
    return record;
  }

  ExclusionFacts Exclusion(const Request& request) {
    Address excluded = Place();
    if (OneIn(3)) excluded.unit = UnitId();
    ExclusionFacts exclusion = Excluding(request, excluded);
    if (OneIn(10)) exclusion.pseudonym = Filled<Pseudonym>('q');
    if (!OneIn(3)) exclusion.categories = Most<v1::Category>(v1::Category_MAX, 2);
    return exclusion;
  }

  // One of few, so that the same person, and the same key, comes up again.
  Signatory Somebody() {
    static const Signatory people[] = {
        Person("police", "sender-1", '0'), Person("police", "approver-1", '1'),
        Person("iom", "approver-2", '2'),  Person("court", "reviewer-1", '3'),
        Person("iom", "approver-1", '4'),  Person("iom", "other-name", '2')};
    return people[OneIn(10) ? 0 : 1 + Below(5)];
  }

  ApprovalFacts Approval(const Request& request) {
    ApprovalFacts approval = Approving(request, Somebody());
    approval.authentic = !OneIn(40);
    if (OneIn(40)) approval.basis = static_cast<v1::LegalBasis>(1 + Below(4));
    if (OneIn(40)) approval.header = Filled<Digest>('z');
    approval.on_approver_list = !OneIn(20);
    approval.categories = Most<v1::Category>(v1::Category_MAX, 4);
    if (OneIn(20)) approval.has_citation = !approval.has_citation;
    approval.has_reason = !OneIn(40);
    approval.approved_at = OneIn(10) ? Around(100) : kNow - absl::Hours(Below(30));
    approval.lapses_at = Around(100);
    if (OneIn(2)) approval.lapses_at = kNow + absl::Hours(60);
    return approval;
  }

  ReviewFacts Review(const Request& request) {
    ReviewFacts review = Reviewing(request);
    review.authentic = !OneIn(20);
    if (OneIn(40)) review.header = Filled<Digest>('z');
    review.reviewer = Somebody();
    review.on_approver_list = !OneIn(10);
    review.upheld = !OneIn(5);
    review.reviewed_at = OneIn(3) ? Around(40) : kNow - absl::Hours(Below(24));
    return review;
  }

  // Has the request rest on an override, which may or may not have been approved.
  void Override(Request& request) {
    HeaderFacts& header = request.header;
    header.legal_basis = static_cast<v1::LegalBasis>(2 + Below(3));
    if (!OneIn(4)) header.urgency = OneIn(2) ? v1::URGENCY_IMMEDIATE : v1::URGENCY_EMERGENCY;
    if (OneIn(2)) header.service = v1::SERVICE_TYPE_BASIC_NEEDS;
    if (OneIn(3)) header.pinned.reset();
    for (int i = Below(4); i >= 0; --i) request.approvals.push_back(Approval(request));
    if (OneIn(2)) request.reviews.push_back(Review(request));
    if (OneIn(8)) request.reviews.push_back(Review(request));
  }

  // Has a Children Officer decide for a child, on what the referral has.
  void OfficerDecides(Request& request, ConsentFacts& pinned) {
    request.header.subject_class = v1::SUBJECT_CLASS_MINOR;
    request.header.majority_month = kThisMonth + 24;
    pinned.given_by = v1::CONSENT_GIVER_CHILDREN_OFFICER;
    pinned.determination = pinned.officer = Filled<Digest>('o');
    request.header.categories &= pinned.categories;
  }

  Request Any() {
    Request request = PermittedRequest();
    HeaderFacts& header = request.header;
    header.authentic = !OneIn(60);
    header.service = static_cast<v1::ServiceType>(1 + Below(v1::ServiceType_MAX));
    header.urgency = static_cast<v1::Urgency>(1 + Below(v1::Urgency_MAX));
    if (OneIn(3)) header.subject_class = static_cast<v1::SubjectClass>(1 + Below(3));
    header.majority_month = kThisMonth + static_cast<uint32_t>(Below(6));
    if (OneIn(8)) header.majority_month = kThisMonth - 1;
    header.guardian_conflict = OneIn(10);
    header.incapacity = OneIn(4);
    header.cross_border = OneIn(40);
    header.onward = OneIn(20);
    header.parent_received = !OneIn(3);
    header.extract = OneIn(60);
    if (OneIn(3)) header.embassy_contact = v1::EMBASSY_CONTACT_CONSENTED;
    header.categories = Most<v1::Category>(v1::Category_MAX, 2);
    request.records.clear();
    for (int i = 0; i <= Below(3); ++i) request.records.push_back(Record(i, header.pseudonym));
    ConsentFacts& pin = request.records[Below(static_cast<int>(request.records.size()))];
    header.pinned = PinnedConsent{pin.id, pin.version, pin.digest};
    if (OneIn(50)) header.pinned.reset();
    if (OneIn(15)) OfficerDecides(request, pin);
    request.recipient.address = Place();
    request.recipient.kind = static_cast<v1::AgencyKind>(1 + Below(v1::AgencyKind_MAX));
    request.recipient.abroad = OneIn(20);
    if (OneIn(2)) request.recipient.safeguards_until = Around(50);
    request.recipient.embassy = OneIn(40);
    request.recipient.health_qualified = OneIn(2);
    if (OneIn(4)) request.recipient.health_qualified_until = Around(50);
    request.recipient.child_services_only = OneIn(4);
    request.recipient.guardian_flagged = OneIn(30);
    request.environment.clock_ok = !OneIn(60);
    request.environment.store_ok = !OneIn(60);
    request.environment.attempt = static_cast<Attempt>(Below(3));
    if (OneIn(3)) Override(request);
    if (OneIn(4)) request.exclusions.push_back(Exclusion(request));
    return request;
  }

 private:
  std::mt19937_64 random_;
};

// Runs `check(generator, request)` for every case, naming the one that fails.
template <typename Check>
void ForEachRequest(Check check) {
  const uint64_t first = FirstSeed();
  ASSERT_GT(CaseCount(), 0);
  for (int i = 0; i < CaseCount() && !testing::Test::HasFailure(); ++i) {
    const uint64_t seed = first + static_cast<uint64_t>(i);
    SCOPED_TRACE(testing::Message() << "AMANA_SEED=" << seed << " AMANA_PROPERTY_CASES=1");
    Generator generator(seed);
    check(generator, generator.Any());
  }
}

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_DECISION_GENERATOR_TEST_H_
