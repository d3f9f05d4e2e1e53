// What holds for every request: seeded random requests, near enough to a permitted one that all
// four outcomes come up. AMANA_LONG=1 runs a hundred times as many.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string_view>

#include "broker/consent/decision.h"
#include "broker/consent/decision_fixture_test.h"
#include "gtest/gtest.h"

namespace amana::consent {
namespace {

int CaseCount() {
  const char* longer = std::getenv("AMANA_LONG");
  return longer != nullptr && std::string_view(longer) == "1" ? 100'000 : 1'000;
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

  Request Any() {
    Request request = PermittedRequest();
    HeaderFacts& header = request.header;
    header.authentic = !OneIn(60);
    header.service = static_cast<v1::ServiceType>(1 + Below(v1::ServiceType_MAX));
    header.urgency = static_cast<v1::Urgency>(1 + Below(v1::Urgency_MAX));
    if (OneIn(3)) header.subject_class = static_cast<v1::SubjectClass>(1 + Below(3));
    header.majority_month = kThisMonth + static_cast<uint32_t>(Below(6));
    header.guardian_conflict = OneIn(10);
    header.incapacity = OneIn(4);
    header.cross_border = OneIn(40);
    if (OneIn(40)) header.legal_basis = static_cast<v1::LegalBasis>(1 + Below(4));
    header.categories = Most<v1::Category>(v1::Category_MAX, 2);
    request.records.clear();
    for (int i = 0; i <= Below(3); ++i) request.records.push_back(Record(i, header.pseudonym));
    const ConsentFacts& pin = request.records[Below(static_cast<int>(request.records.size()))];
    header.pinned = PinnedConsent{pin.id, pin.version, pin.digest};
    if (OneIn(50)) header.pinned.reset();
    if (OneIn(4)) request.exclusions.push_back(Exclusion(request));
    request.recipient.address = Place();
    request.recipient.kind = static_cast<v1::AgencyKind>(1 + Below(v1::AgencyKind_MAX));
    request.recipient.abroad = OneIn(40);
    request.recipient.embassy = OneIn(40);
    request.recipient.health_qualified = OneIn(2);
    request.recipient.child_services_only = OneIn(4);
    request.recipient.guardian_flagged = OneIn(30);
    request.environment.clock_ok = !OneIn(60);
    request.environment.store_ok = !OneIn(60);
    request.environment.attempt = static_cast<Attempt>(Below(3));
    return request;
  }

 private:
  std::mt19937_64 random_;
};

// Runs `check(generator, request)` for every case, naming the seed of the one that fails.
template <typename Check>
void ForEachRequest(Check check) {
  for (int i = 0; i < CaseCount() && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(testing::Message() << "seed " << i);
    Generator generator(static_cast<uint64_t>(i));
    check(generator, generator.Any());
  }
}

bool PermitsNoMore(const Decision& after, const Decision& before) {
  return before.permitted.ContainsAll(after.permitted);
}

TEST(DecisionPropertyTest, TheGeneratorReachesEveryOutcome) {
  std::map<Outcome, int> seen;
  ForEachRequest([&](Generator&, const Request& request) { ++seen[request.Decide().outcome]; });
  for (const Outcome outcome :
       {Outcome::kDeny, Outcome::kHold, Outcome::kRedact, Outcome::kPermit}) {
    EXPECT_GE(seen[outcome], CaseCount() / 100) << static_cast<int>(outcome);
  }
}

TEST(DecisionPropertyTest, AnExclusionNeverPermitsMore) {
  ForEachRequest([](Generator& generator, Request request) {
    const Decision before = request.Decide();
    request.exclusions.push_back(generator.Exclusion(request));
    EXPECT_TRUE(PermitsNoMore(request.Decide(), before));
  });
}

TEST(DecisionPropertyTest, AWithdrawalNeverPermitsMore) {
  ForEachRequest([](Generator& generator, Request request) {
    const Decision before = request.Decide();
    const int chosen = generator.Below(static_cast<int>(request.records.size()));
    const ConsentId withdrawn = request.records[chosen].id;
    for (ConsentFacts& record : request.records) {
      // What was withdrawn stays withdrawn when it was.
      if (record.id == withdrawn && !record.withdrawn_at.has_value()) {
        record.withdrawn_at = generator.Around(40);
      }
    }
    const Decision after = request.Decide();
    EXPECT_TRUE(PermitsNoMore(after, before));
    if (request.header.pinned.has_value() && request.header.pinned->id == withdrawn) {
      EXPECT_FALSE(after.Delivers());
    }
  });
}

// Takes something away from a record. The end of a validity only from the pinned one: a newer
// record that has ended no longer narrows. And not where a guardian's consent is held because it
// outlives minority: there an earlier end is the cure.
void Narrow(Generator& generator, Request& request) {
  const int chosen = generator.Below(static_cast<int>(request.records.size()));
  ConsentFacts& record = request.records[chosen];
  const bool pinned =
      request.header.pinned.has_value() && record.digest == request.header.pinned->digest;
  switch (generator.Below(7)) {
    case 0:
      record.categories &= generator.Most<v1::Category>(v1::Category_MAX, 3);
      return;
    case 1:
      record.purposes &= generator.Most<v1::Purpose>(v1::Purpose_MAX, 3);
      return;
    case 2:
      record.recipient_kinds &= generator.Most<v1::AgencyKind>(v1::AgencyKind_MAX, 2);
      return;
    case 3:
      if (!record.recipients.empty()) record.recipients.pop_back();
      return;
    case 4:
      record.onward = false;
      return;
    case 5:
      record.cross_border = false;
      return;
    default:
      if (!pinned || request.Decide().rules.Has(Rule::kReconsentRequired)) return;
      record.valid_until = std::min(record.valid_until, generator.Around(20));
  }
}

TEST(DecisionPropertyTest, ANarrowerGrantNeverPermitsMore) {
  ForEachRequest([](Generator& generator, Request request) {
    const Decision before = request.Decide();
    Narrow(generator, request);
    EXPECT_TRUE(PermitsNoMore(request.Decide(), before));
  });
}

TEST(DecisionPropertyTest, ANewerRecordNeverPermitsMore) {
  ForEachRequest([](Generator& generator, Request request) {
    const Decision before = request.Decide();
    ConsentFacts newer = generator.Record(20, request.header.pseudonym);
    newer.registered_at = kNow;
    request.records.push_back(newer);
    EXPECT_TRUE(PermitsNoMore(request.Decide(), before));
  });
}

TEST(DecisionPropertyTest, TheOrderOfRecordsDecidesNothing) {
  ForEachRequest([](Generator& generator, Request request) {
    request.exclusions.push_back(generator.Exclusion(request));
    const Decision before = request.Decide();
    std::ranges::shuffle(request.records, generator.random());
    std::ranges::shuffle(request.exclusions, generator.random());
    const Decision after = request.Decide();
    EXPECT_EQ(after.outcome, before.outcome);
    EXPECT_EQ(after.rules, before.rules);
    EXPECT_EQ(after.code, before.code);
    EXPECT_EQ(after.permitted, before.permitted);
    EXPECT_EQ(after.redacted, before.redacted);
    EXPECT_EQ(after.required_missing, before.required_missing);
    EXPECT_EQ(after.next_change, before.next_change);
  });
}

TEST(DecisionPropertyTest, UnknownValuesDeny) {
  ForEachRequest([](Generator& generator, Request request) {
    constexpr int kUnknown[] = {0, -1, 27, 31, 32, 77, 1 << 20};
    const int unknown = kUnknown[generator.Below(7)];
    HeaderFacts& header = request.header;
    switch (generator.Below(6)) {
      case 0:
        header.service = static_cast<v1::ServiceType>(unknown);
        break;
      case 1:
        header.urgency = static_cast<v1::Urgency>(unknown);
        break;
      case 2:
        header.subject_class = static_cast<v1::SubjectClass>(unknown);
        break;
      case 3:
        header.legal_basis = static_cast<v1::LegalBasis>(unknown);
        break;
      case 4:
        request.recipient.kind = static_cast<v1::AgencyKind>(unknown);
        break;
      default:
        for (ConsentFacts& record : request.records) {
          record.given_by = static_cast<v1::ConsentGiver>(unknown);
        }
    }
    EXPECT_FALSE(request.Decide().Delivers());
  });
}

// The promise in plain words, written without the rules: what must be so whenever a byte may go.
bool MayReceive(const Request& request, v1::Category category) {
  const auto pinned = std::ranges::find_if(request.records, [&](const ConsentFacts& record) {
    return request.header.pinned.has_value() && record.digest == request.header.pinned->digest;
  });
  if (pinned == request.records.end() || pinned->withdrawn_at.has_value()) return false;
  if (pinned->pseudonym != request.header.pseudonym) return false;
  if (kNow < pinned->valid_from || kNow >= pinned->valid_until) return false;
  if (!pinned->categories.Has(category)) return false;
  if (!pinned->purposes.Has(codes::PurposeOf(request.header.service))) return false;
  const RecipientFacts& to = request.recipient;
  if (!pinned->recipient_kinds.Has(to.kind) &&
      std::ranges::find(pinned->recipients, to.address) == pinned->recipients.end()) {
    return false;
  }
  if (pinned->recorder.agency != request.header.sender.agency && !pinned->onward) return false;
  for (const ExclusionFacts& exclusion : request.exclusions) {
    if (exclusion.pseudonym == request.header.pseudonym &&
        exclusion.excluded.agency == to.address.agency &&
        (exclusion.excluded.unit.empty() || exclusion.excluded.unit == to.address.unit) &&
        (exclusion.categories.empty() || exclusion.categories.Has(category))) {
      return false;
    }
  }
  return (category != v1::CATEGORY_MEDICAL || to.health_qualified) && !to.abroad && !to.embassy &&
         to.kind != v1::AGENCY_KIND_EMBASSY && !request.header.cross_border &&
         request.header.legal_basis == v1::LEGAL_BASIS_CONSENT && request.header.authentic &&
         pinned->authentic && request.environment.clock_ok && request.environment.store_ok;
}

TEST(DecisionPropertyTest, NothingGoesThatTheConsentDoesNotGive) {
  ForEachRequest([](Generator&, const Request& request) {
    const Decision decision = request.Decide();
    for (const v1::Category category : decision.permitted) {
      EXPECT_TRUE(MayReceive(request, category)) << category;
    }
    EXPECT_EQ(decision.permitted.empty(), !decision.Delivers());
    EXPECT_EQ(decision.permitted | decision.redacted, request.header.categories);
    EXPECT_FALSE(decision.permitted.Intersects(decision.redacted));
    EXPECT_EQ(decision.outcome == Outcome::kPermit,
              decision.Delivers() && decision.redacted.empty());
    EXPECT_EQ(decision.code == v1::REASON_UNSPECIFIED, decision.outcome == Outcome::kPermit);
    if (decision.rules.empty()) {
      EXPECT_EQ(decision.outcome, Outcome::kDeny);
    }
    if (decision.Delivers()) {
      EXPECT_TRUE(decision.required_missing.empty());
    }
    EXPECT_GT(decision.next_change, kNow);
    EXPECT_NE(decision.PublicCode(), v1::REASON_RECIPIENT_EXCLUDED);
    EXPECT_FALSE(decision.PublicRules().Has(Rule::kRecipientExcluded));
  });
}

}  // namespace
}  // namespace amana::consent
