#include "broker/events/terms.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace amana::events {
namespace {

TEST(TermsTest, AnEventHasOneForEachThingItCanBeLookedForBy) {
  Event event;
  event.kind = v1::EVENT_KIND_DELIVERY_LEASED;
  EXPECT_EQ(TermsOf(event), std::vector<Term>{TermOf(v1::EVENT_KIND_DELIVERY_LEASED)});
  const AgencyId police = *AgencyId::Create("police"), haven = *AgencyId::Create("haven");
  event.referral = StatementKey{police, *ReferralId::FromBytes(std::string(16, 'r')), 1};
  event.actor_agency = police;
  event.recipient = Address{haven, *UnitId::Create("intake")};
  event.reason = v1::REASON_NO_CAPACITY;
  event.consent_rules = {3, 7};
  event.consent_id = *ConsentId::FromBytes(std::string(16, 'c'));
  event.cert_id = *CertId::FromBytes(std::string(32, 'k'));
  const std::vector<Term> terms = TermsOf(event);
  EXPECT_TRUE(std::is_sorted(terms.begin(), terms.end()));
  EXPECT_EQ(std::set<Term>(terms.begin(), terms.end()),
            (std::set<Term>{TermOf(event.kind), TermOf(event.reason), TermOfRule(3), TermOfRule(7),
                            TermOf(police), TermOf(haven), TermOf(event.consent_id),
                            TermOf(event.cert_id)}));
  EXPECT_EQ(terms.size(), 8u);
  for (const Term term : terms) EXPECT_GT(term, 0);
}

// They are on disk: another number would find nothing.
TEST(TermsTest, NumbersStayAsTheyAre) {
  EXPECT_EQ(TermOf(v1::EVENT_KIND_SUBMISSION_ACCEPTED) >> 56, 1);
  EXPECT_EQ(TermOf(v1::EVENT_KIND_SUBMISSION_ACCEPTED) & 0xffff,
            v1::EVENT_KIND_SUBMISSION_ACCEPTED);
  EXPECT_EQ(TermOfRule(23), (Term{3} << 56) + 23);
  EXPECT_EQ(TermOf(*AgencyId::Create("police")), 0x04bfe9f8a0d3aa69);
}

}  // namespace
}  // namespace amana::events
