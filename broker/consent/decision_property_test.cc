// What holds for every request (decision_generator_test.h).
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "broker/consent/coverage.h"
#include "broker/consent/decision.h"
#include "broker/consent/decision_generator_test.h"
#include "broker/consent/override.h"
#include "gtest/gtest.h"

namespace amana::consent {
namespace {

bool PermitsNoMore(const Decision& after, const Decision& before) {
  return before.permitted.ContainsAll(after.permitted);
}

// Every field that anybody acts on; the time at which it may change is not one of them.
void ExpectSame(const Decision& after, const Decision& before) {
  EXPECT_EQ(after.outcome, before.outcome);
  EXPECT_EQ(after.rules.bits(), before.rules.bits());
  EXPECT_EQ(after.PublicRules().bits(), before.PublicRules().bits());
  EXPECT_EQ(after.code, before.code);
  EXPECT_EQ(after.PublicCode(), before.PublicCode());
  EXPECT_EQ(after.permitted.bits(), before.permitted.bits());
  EXPECT_EQ(after.redacted.bits(), before.redacted.bits());
  EXPECT_EQ(after.required_missing.bits(), before.required_missing.bits());
}

TEST(DecisionPropertyTest, TheGeneratorReachesEveryOutcomeAndRule) {
  if (CaseCount() < 1'000) GTEST_SKIP() << "too few to ask";
  std::map<Outcome, int> outcomes;
  std::map<Rule, int> rules;
  int overridden = 0;
  ForEachRequest([&](Generator&, const Request& request) {
    const Decision decision = request.Decide();
    ++outcomes[decision.outcome];
    for (const Rule rule : decision.rules) ++rules[rule];
    overridden += decision.Delivers() && IsOverride(request.header.legal_basis) ? 1 : 0;
  });
  for (const Outcome outcome :
       {Outcome::kDeny, Outcome::kHold, Outcome::kRedact, Outcome::kPermit}) {
    EXPECT_GE(outcomes[outcome], CaseCount() / 100) << static_cast<int>(outcome);
  }
  EXPECT_GE(overridden, CaseCount() / 100);
  for (int number = 1; number <= 29; ++number) {
    EXPECT_GE(rules[static_cast<Rule>(number)], CaseCount() / 500) << number;
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
    const v1::LegalBasis basis = request.header.legal_basis;
    if (basis == v1::LEGAL_BASIS_LEGAL_DUTY || basis == v1::LEGAL_BASIS_COURT_ORDER) return;
    const bool hits = std::ranges::any_of(request.records, [&](const ConsentFacts& record) {
      return record.id == withdrawn && record.pseudonym == request.header.pseudonym;
    });
    if (hits && request.header.pinned.has_value() && request.header.pinned->id == withdrawn) {
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

// What one person said goes as a whole: only a person's first approval counts, so taking back that
// one alone may leave a later one of the same person that lasts longer.
TEST(DecisionPropertyTest, WithoutAnApproverNeverPermitsMore) {
  ForEachRequest([](Generator& generator, Request request) {
    if (request.approvals.empty()) return;
    const Decision before = request.Decide();
    const int chosen = generator.Below(static_cast<int>(request.approvals.size()));
    const Signatory gone = request.approvals[chosen].approver;
    std::erase_if(request.approvals, [&](const ApprovalFacts& approval) {
      return approval.approver.person == gone.person &&
             approval.approver.address.agency == gone.address.agency;
    });
    EXPECT_TRUE(PermitsNoMore(request.Decide(), before));
  });
}

TEST(DecisionPropertyTest, AReviewMissingOrNotUpheldNeverPermitsMore) {
  ForEachRequest([](Generator& generator, Request request) {
    const Decision before = request.Decide();
    if (generator.OneIn(2)) {
      std::erase_if(request.reviews, [](const ReviewFacts& review) { return review.upheld; });
    } else {
      request.reviews.push_back(generator.Review(request));
      request.reviews.back().upheld = false;
    }
    EXPECT_TRUE(PermitsNoMore(request.Decide(), before));
  });
}

TEST(DecisionPropertyTest, AWeakerApprovalNeverPermitsMore) {
  ForEachRequest([](Generator& generator, Request request) {
    if (request.approvals.empty()) return;
    const Decision before = request.Decide();
    ApprovalFacts& approval =
        request.approvals[generator.Below(static_cast<int>(request.approvals.size()))];
    approval.categories &= generator.Most<v1::Category>(v1::Category_MAX, 3);
    approval.lapses_at = std::min(approval.lapses_at, generator.Around(40));
    EXPECT_TRUE(PermitsNoMore(request.Decide(), before));
  });
}

TEST(DecisionPropertyTest, TheOrderOfStatementsDecidesNothing) {
  ForEachRequest([](Generator& generator, Request request) {
    request.exclusions.push_back(generator.Exclusion(request));
    const Decision before = request.Decide();
    std::ranges::shuffle(request.records, generator.random());
    std::ranges::shuffle(request.exclusions, generator.random());
    std::ranges::shuffle(request.approvals, generator.random());
    std::ranges::shuffle(request.reviews, generator.random());
    const Decision after = request.Decide();
    ExpectSame(after, before);
    EXPECT_EQ(after.next_change, before.next_change);
  });
}

TEST(DecisionPropertyTest, NothingChangesBeforeNextChange) {
  ForEachRequest([](Generator& generator, Request request) {
    const Decision before = request.Decide();
    const absl::Time end = std::min(before.next_change, kNow + absl::Hours(24 * 60));
    const absl::Duration span = end - kNow;
    for (int i = 0; i < 8; ++i) {
      const bool last = i == 0;
      request.environment.now =
          last ? end - absl::Milliseconds(1) : kNow + span * (generator.Below(1'000) / 1e3);
      const Decision then = request.Decide();
      if (before.rules.Has(Rule::kWithdrawnBeforeDelivery) ||
          before.rules.Has(Rule::kWithdrawnDuringRetry) ||
          before.rules.Has(Rule::kWithdrawnAfterDelivery)) {
        EXPECT_EQ(then.outcome, before.outcome);
        EXPECT_EQ(then.permitted.bits(), before.permitted.bits());
        continue;
      }
      ExpectSame(then, before);
      EXPECT_EQ(then.next_change, before.next_change);
    }
  });
}

TEST(DecisionPropertyTest, UnknownValuesDeny) {
  ForEachRequest([](Generator& generator, Request request) {
    constexpr int kUnknown[] = {0, -1, 27, 31, 32, 77, 1 << 20};
    const int unknown = kUnknown[generator.Below(7)];
    HeaderFacts& header = request.header;
    // Records count for those who pin one.
    const bool pins = CoverageOf(header, request.records, request.recipient, {}, kNow).pinned;
    switch (generator.Below(pins ? 6 : 5)) {
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

// Who gave the consent may do so, for this person.
bool MaySpeak(const Request& request, const ConsentFacts& consent) {
  const HeaderFacts& header = request.header;
  const bool adult = header.subject_class == v1::SUBJECT_CLASS_ADULT;
  if (consent.given_by == v1::CONSENT_GIVER_SELF) {
    const auto month = absl::CivilMonth(1970, 1) + static_cast<int>(header.majority_month) + 1;
    const bool of_age =
        header.subject_class == v1::SUBJECT_CLASS_MINOR &&
        consent.registered_at + absl::Hours(3) >= absl::FromCivil(month, absl::UTCTimeZone());
    return adult || of_age || request.recipient.child_services_only;
  }
  const bool guardian = consent.given_by == v1::CONSENT_GIVER_PARENT ||
                        consent.given_by == v1::CONSENT_GIVER_GUARDIAN;
  if (!guardian) return true;
  return adult ? header.incapacity
               : consent.child_assent == v1::CHILD_ASSENT_GIVEN ||
                     consent.child_assent == v1::CHILD_ASSENT_UNABLE;
}

// The promise in plain words, written without the rules: what must be so whenever a byte may go.
bool ConsentGives(const Request& request, v1::Category category) {
  const auto pinned = std::ranges::find_if(request.records, [&](const ConsentFacts& record) {
    return request.header.pinned.has_value() && record.digest == request.header.pinned->digest;
  });
  if (pinned == request.records.end() || pinned->withdrawn_at.has_value()) return false;
  if (pinned->pseudonym != request.header.pseudonym || !pinned->authentic) return false;
  if (kNow < pinned->valid_from || kNow >= pinned->valid_until) return false;
  if (!pinned->categories.Has(category)) return false;
  if (!pinned->purposes.Has(codes::PurposeOf(request.header.service))) return false;
  const RecipientFacts& to = request.recipient;
  if (!pinned->recipient_kinds.Has(to.kind) &&
      std::ranges::find(pinned->recipients, to.address) == pinned->recipients.end()) {
    return false;
  }
  if (!MaySpeak(request, *pinned)) return false;
  return pinned->recorder.agency == request.header.sender.agency || pinned->onward;
}

bool Excludes(const Request& request, v1::Category category) {
  const Address& to = request.recipient.address;
  return std::ranges::any_of(request.exclusions, [&](const ExclusionFacts& exclusion) {
    return exclusion.pseudonym == request.header.pseudonym &&
           exclusion.excluded.agency == to.agency &&
           (exclusion.excluded.unit.empty() || exclusion.excluded.unit == to.unit) &&
           (exclusion.categories.empty() || exclusion.categories.Has(category));
  });
}

// Somebody of the list who is not the sender, in force now, says that this category may go.
bool Vouches(const Request& request, const ApprovalFacts& approval, v1::Category category) {
  const bool vital = approval.basis == v1::LEGAL_BASIS_VITAL_INTEREST;
  constexpr v1::Category kVital[] = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_LOCATION,
                                     v1::CATEGORY_MEDICAL, v1::CATEGORY_RISK};
  const bool sensitive = category == v1::CATEGORY_MEDICAL || category == v1::CATEGORY_RISK;
  return approval.authentic && approval.on_approver_list && approval.has_reason &&
         approval.basis == request.header.legal_basis && approval.header == request.header.digest &&
         approval.approved_at <= kNow && kNow < approval.lapses_at &&
         approval.approver.key != request.header.signer.key &&
         (vital ? std::ranges::count(kVital, category) == 1 &&
                      (!sensitive || request.header.incapacity) &&
                      kNow < approval.approved_at + absl::Hours(72)
                : approval.has_citation && approval.categories.Has(category));
}

bool OverrideGives(const Request& request, v1::Category category) {
  const HeaderFacts& header = request.header;
  std::set<std::string> keys;
  bool alone = false;
  for (const ApprovalFacts& approval : request.approvals) {
    if (!Vouches(request, approval, category)) continue;
    keys.insert(approval.approver.key.bytes());
    alone |= kNow < approval.approved_at + absl::Hours(24);
    for (const ReviewFacts& review : request.reviews) {
      alone |= review.upheld && review.reviewed_at <= approval.approved_at + absl::Hours(24) &&
               review.reviewer.key != approval.approver.key;
    }
  }
  const bool vital = header.legal_basis == v1::LEGAL_BASIS_VITAL_INTEREST;
  const bool immediate = header.urgency == v1::URGENCY_IMMEDIATE;
  if (vital && !immediate && header.urgency != v1::URGENCY_EMERGENCY) return false;
  return keys.size() >= 2 || (vital && immediate && alone);
}

bool MayReceive(const Request& request, v1::Category category) {
  const HeaderFacts& header = request.header;
  const RecipientFacts& to = request.recipient;
  const bool overridden = OverrideGives(request, category);
  const bool by_law = overridden && header.legal_basis != v1::LEGAL_BASIS_VITAL_INTEREST;
  const bool by_court = overridden && header.legal_basis == v1::LEGAL_BASIS_COURT_ORDER;
  const bool embassy = to.embassy || to.kind == v1::AGENCY_KIND_EMBASSY;
  const bool qualified = to.health_qualified && kNow < to.health_qualified_until;
  return (overridden || ConsentGives(request, category)) &&
         (by_court || !Excludes(request, category)) &&
         (by_law || category != v1::CATEGORY_MEDICAL || qualified) &&
         (!(to.abroad || header.cross_border) || kNow < to.safeguards_until) &&
         (!embassy || header.embassy_contact == v1::EMBASSY_CONTACT_CONSENTED) && !header.extract &&
         (!header.onward || header.parent_received) && header.authentic &&
         request.environment.clock_ok && request.environment.store_ok;
}

TEST(DecisionPropertyTest, NothingGoesThatNobodyGave) {
  ForEachRequest([](Generator&, const Request& request) {
    const Decision decision = request.Decide();
    for (const v1::Category category : decision.permitted) {
      EXPECT_TRUE(MayReceive(request, category)) << category;
    }
    EXPECT_EQ(decision.permitted.empty(), !decision.Delivers());
    EXPECT_EQ(decision.permitted | decision.redacted, request.header.categories);
    EXPECT_FALSE(decision.permitted.Intersects(decision.redacted));
    if (decision.outcome == Outcome::kPermit) {
      EXPECT_TRUE(decision.redacted.empty());
    }
    if (decision.outcome == Outcome::kRedact && decision.redacted.empty()) {
      EXPECT_TRUE(decision.rules.Has(Rule::kConsentConflict));
    }
    EXPECT_EQ(decision.code == v1::REASON_UNSPECIFIED ||
                  decision.code == v1::REASON_OVERRIDE_VITAL ||
                  decision.code == v1::REASON_OVERRIDE_LEGAL,
              decision.outcome == Outcome::kPermit);
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
